package retort.exporter.verify;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.LongStream;
import retort.denoiser.DenoiserModel;
import retort.denoiser.GeneratorSteps;
import retort.denoiser.ReferenceSamples;
import retort.graph.DataType;
import retort.graph.Graph;
import retort.graph.Tensor;
import retort.graph.Types;
import retort.onnx.OnnxException;
import retort.onnx.OnnxModel;
import retort.sampling.GeneratorSampler;
import retort.sampling.SeededNoise;

/**
 * That an exported generator makes its reference samples, and how fast.
 *
 * @param images the worst difference of its float images from the reference samples
 * @param greyLevels that of its uint8 images from its float ones; absent for a float output
 * @param batchesAgree whether an image has the same bytes alone and in a batch
 * @param milliseconds for one image alone, the median of {@value #RUNS} runs
 */
public record Verification(
    Difference images, Optional<Difference> greyLevels, boolean batchesAgree, double milliseconds) {
  /** How often one image is timed. */
  public static final int RUNS = 31;

  /**
   * Replays the reference samples in ONNX Runtime.
   *
   * @param floats the generator with its float output
   * @param deployable what will be written, with either output
   * @param samples what the generator is known to make
   * @param stored whether they came with the file, or were made by {@link #samples}
   * @param labels how many labels it knows
   * @param tolerance the largest difference allowed, for images in [-1, 1]
   * @param threads how many threads one run may use
   * @throws OnnxException past the tolerance; the message names the worst sample
   */
  public static Verification of(
      OnnxModel floats,
      OnnxModel deployable,
      ReferenceSamples samples,
      boolean stored,
      int labels,
      double tolerance,
      int threads) {
    GeneratorInputs inputs = GeneratorInputs.of(samples, labels, noises(floats.graph()));
    float[] images;
    try (OnnxGenerator generator = OnnxGenerator.open(floats, threads)) {
      images = generator.images(inputs);
    }
    Difference worst = Difference.between(images, samples);
    if (!(worst.value() <= tolerance)) {
      throw new OnnxException(refusal(worst, stored, tolerance));
    }
    DataType type = Types.of(deployable.graph()).type(DenoiserModel.IMAGE).type();
    try (OnnxGenerator generator = OnnxGenerator.open(deployable, threads)) {
      byte[] together = generator.bytes(inputs);
      Optional<Difference> levels =
          type == DataType.UINT8
              ? Optional.of(Difference.inLevels(together, images, samples))
              : Optional.empty();
      levels.filter(difference -> difference.value() > 1).ifPresent(Verification::refuse);
      return new Verification(
          worst,
          levels,
          sameAlone(generator, inputs, together),
          generator.milliseconds(inputs.only(0), RUNS));
    }
  }

  /** How many inputs take noise. */
  private static int noises(Graph generator) {
    int noises = 1;
    while (generator.input(GeneratorSteps.noiseName(noises)).isPresent()) {
      noises++;
    }
    return noises;
  }

  private static String refusal(Difference worst, boolean stored, double tolerance) {
    if (Double.isInfinite(worst.value())) {
      return worst.where()
          + " has values that are not finite, or too large for a reference; images should lie in"
          + " [-1, 1]: "
          + (stored ? "distil the teacher again" : "pass another --sigma-init");
    }
    String difference =
        "%s differs by %.3g from %s, and %.3g is tolerated; "
            .formatted(
                worst.where(),
                worst.value(),
                stored ? "the reference the file carries" : "what the file itself makes",
                tolerance);
    return difference
        + (stored
            ? "weights or samples were changed after training: distil or copy the file again, or"
                + " pass a larger --tolerance"
            : "please report it, or pass a larger --tolerance");
  }

  private static void refuse(Difference levels) {
    throw new OnnxException(
        "%s differs by %.0f grey levels between float and uint8 output, and 1 is tolerated; pass"
                .formatted(levels.where(), levels.value())
            + " --output float, and please report it");
  }

  private static boolean sameAlone(
      OnnxGenerator generator, GeneratorInputs inputs, byte[] together) {
    int size = together.length / inputs.count();
    for (int i = 0; i < inputs.count(); i++) {
      byte[] alone = generator.bytes(inputs.only(i));
      if (!Arrays.equals(alone, 0, size, together, i * size, (i + 1) * size)) {
        return false;
      }
    }
    return true;
  }

  /**
   * Reference samples for a file that has none: what the file itself, not exported, makes in ONNX
   * Runtime from seeds 0, 1, ... and the labels in turn.
   */
  public static ReferenceSamples samples(
      Path file, DenoiserModel model, GeneratorSteps steps, int threads) {
    int count = ReferenceSamples.count(model.imageShape());
    List<Long> seeds = new ArrayList<>();
    List<Integer> labels = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      seeds.add((long) i);
      if (model.labels() > 0) {
        labels.add(i % model.labels());
      }
    }
    int[] shape = model.graph().input(DenoiserModel.NOISY).orElseThrow().shape().at(count);
    Tensor none = Tensor.floats(shape, new float[Tensor.elements(shape)]);
    GeneratorInputs inputs =
        GeneratorInputs.of(new ReferenceSamples(seeds, labels, none), model.labels(), 1);
    SeededNoise noise = new SeededNoise(LongStream.range(0, count).toArray());
    try (OnnxDenoiser denoiser = OnnxDenoiser.open(file, threads)) {
      Map<String, float[]> conditioning =
          model.labels() == 0 ? Map.of() : Map.of(DenoiserModel.LABEL, inputs.labels().floats());
      float[] images =
          new GeneratorSampler(steps)
              .images(denoiser, inputs.noises().get(0).floats(), conditioning, noise);
      ReferenceSamples made = new ReferenceSamples(seeds, labels, Tensor.floats(shape, images));
      // As the file will hold them, so that what float16 cannot hold is found now.
      return ReferenceSamples.decode(made.encode(), model.imageShape());
    }
  }
}
