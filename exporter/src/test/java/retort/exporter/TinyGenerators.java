package retort.exporter;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import retort.denoiser.DenoiserModel;
import retort.denoiser.EdmPreconditioning;
import retort.denoiser.GeneratorSteps;
import retort.denoiser.MetadataKeys;
import retort.denoiser.ReferenceSamples;
import retort.graph.Graph;
import retort.graph.Interpreter;
import retort.graph.Tensor;
import retort.network.SongUNet;
import retort.noise.GaussianNoise;

/** Small generators with every kind of block, and what they make in double precision. */
public final class TinyGenerators {
  public static final double SIGMA_INIT = 2.5;
  private static final int SIDE = 8;
  private static final int SAMPLES = 3;

  private TinyGenerators() {}

  /** A teacher of 8x8 images with two channels, random in every weight. */
  public static DenoiserModel teacher(int labels, int augmentLabels) {
    SongUNet network =
        SongUNet.ddpmpp(SIDE, 2, labels, augmentLabels, 8, List.of(1, 2), 2, 1, Set.of(4), 0.1);
    List<String> names = new ArrayList<>();
    for (int i = 0; i < labels; i++) {
      names.add("label " + i);
    }
    DenoiserModel model =
        new DenoiserModel(
            new EdmPreconditioning(0.5).denoiser(network.build(1)), 0.5, names, Map.of());
    return model.withWeights(perturbed(model.graph()));
  }

  /** Fresh networks are nearly zero in places, where a mistake would not show. */
  private static Map<String, Tensor> perturbed(Graph graph) {
    Random random = new Random(2);
    Map<String, Tensor> weights = new HashMap<>();
    graph
        .parameters()
        .forEach(
            (name, tensor) -> {
              float[] values = tensor.floats().clone();
              for (int i = 0; i < values.length; i++) {
                values[i] += (float) (0.1 * random.nextGaussian());
              }
              weights.put(name, Tensor.floats(tensor.shape(), values));
            });
    return weights;
  }

  /** What {@code distill} would write. */
  public static DenoiserModel generator(int labels, int augmentLabels) {
    return generator(labels, augmentLabels, GeneratorSteps.one(SIGMA_INIT));
  }

  /** What {@code distill} would write of a generator of several steps. */
  public static DenoiserModel generator(int labels, int augmentLabels, GeneratorSteps steps) {
    DenoiserModel teacher =
        teacher(labels, augmentLabels).withProperties(new HashMap<>(steps.properties()));
    ReferenceSamples samples = samples(teacher);
    return teacher.withProperties(
        Map.of(
            MetadataKeys.METHOD,
            "sid",
            MetadataKeys.TEACHER_DIGEST,
            "0123abcd",
            MetadataKeys.IMAGES_SEEN,
            "38000",
            MetadataKeys.LICENCE,
            "Apache-2.0",
            MetadataKeys.AUGMENT_PROBABILITY,
            "0.12",
            MetadataKeys.SEED_ALGORITHM,
            GaussianNoise.ALGORITHM,
            MetadataKeys.REFERENCE_SAMPLES,
            samples.encode()));
  }

  /** Images by the interpreter, seeds 100, 101, ... and labels in turn. */
  public static ReferenceSamples samples(DenoiserModel model) {
    Graph graph = model.generator(model.generatorSteps().orElse(GeneratorSteps.one(SIGMA_INIT)));
    int elements = model.imageShape().elements();
    float[] rows = new float[SAMPLES * model.labels()];
    List<Long> seeds = new ArrayList<>();
    List<Integer> labels = new ArrayList<>();
    for (int i = 0; i < SAMPLES; i++) {
      seeds.add(100L + i);
      if (model.labels() > 0) {
        labels.add(i % model.labels());
        rows[i * model.labels() + i % model.labels()] = 1;
      }
    }
    Map<String, Tensor> feeds = new HashMap<>();
    int stream = 0;
    for (Graph.Input input : graph.inputs()) {
      float[] values = rows;
      if (input.name().startsWith(DenoiserModel.NOISE)) {
        values = new float[SAMPLES * elements];
        for (int i = 0; i < SAMPLES; i++) {
          new GaussianNoise(100 + i, stream).fill(values, i * elements, elements, 0);
        }
        stream++;
      }
      feeds.put(input.name(), Tensor.floats(input.shape().at(SAMPLES), values));
    }
    Tensor images = Objects.requireNonNull(Interpreter.run(graph, feeds).get(DenoiserModel.IMAGE));
    return new ReferenceSamples(seeds, labels, images);
  }
}
