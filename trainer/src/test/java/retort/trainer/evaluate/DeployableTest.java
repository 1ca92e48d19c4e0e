package retort.trainer.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import retort.denoiser.DenoiserModel;
import retort.denoiser.GeneratorCard;
import retort.denoiser.GeneratorSteps;
import retort.denoiser.MetadataKeys;
import retort.graph.Attributes;
import retort.graph.ConstantFolding;
import retort.graph.DataType;
import retort.graph.Graph;
import retort.graph.GraphBuilder;
import retort.graph.Lowering;
import retort.graph.Operator;
import retort.graph.Shape;
import retort.graph.TorchScriptMethod.Layout;
import retort.graph.Value;
import retort.onnx.OnnxException;
import retort.onnx.OnnxModel;
import retort.onnx.OnnxWriter;
import retort.reference.TinyEdm2;
import retort.sampling.GeneratorSampler;
import retort.sampling.SeededNoise;
import retort.trainer.engine.Torch;
import retort.trainer.engine.TorchDenoiser;

/** Deployables of every form against the generators they came from. */
class DeployableTest {
  private static final int SIZE = 64;
  private static final int IMAGES = 5;
  private static final long SEED = 300;

  /** Folding and spelled-out operators add up in another order. */
  private static final float SINGLE = 2e-4f;

  /** A value between two levels may fall to either, and grey levels are truncated. */
  private static final float LEVEL = 1 / 127.5f + SINGLE;

  @TempDir private Path folder = Path.of("");

  private static DenoiserModel generator(int labels, GeneratorSteps steps) {
    return TinyEdm2.denoiser(labels).withoutLogvar().withProperties(steps.properties());
  }

  /** As {@code export} writes it: lowered and folded, and of bytes where that is asked for. */
  private Path write(DenoiserModel generator, GeneratorSteps steps, boolean bytes) {
    Graph images = ConstantFolding.foldAll(Lowering.lower(generator.generator(steps)));
    return write(bytes ? pixels(images) : images, generator.labelNames(), Map.of());
  }

  private Path write(Graph graph, List<String> labels, Map<String, String> properties) {
    Path file = folder.resolve("deployable.onnx");
    GeneratorCard card = new GeneratorCard(labels, Optional.empty(), properties);
    OnnxWriter.write(OnnxModel.of(graph, card.metadata()), file);
    return file;
  }

  private static Graph pixels(Graph images) {
    GraphBuilder g = new GraphBuilder();
    Map<String, Value> arguments = new HashMap<>();
    for (Graph.Input input : images.inputs()) {
      arguments.put(input.name(), g.input(input.name(), input.shape()));
    }
    Value image = Objects.requireNonNull(g.call(images, "", arguments).get("image"));
    Attributes to = Attributes.none().with("to", (long) DataType.UINT8.onnxCode());
    Value clipped = image.times(127.5).plus(128).clip(0, 255);
    g.output("image", g.add(Operator.CAST, to, List.of(clipped)).transpose(0, 2, 3, 1));
    return g.build();
  }

  @ParameterizedTest
  @CsvSource({
    "EULER, '2.5', 2, true",
    "EULER, '2.5', 0, false",
    "EULER, '40,2.5', 2, false",
    "RENOISE, '40,2.5,0.5', 2, true",
    "RENOISE, '40,2.5', 0, true",
  })
  void itMakesTheImagesOfTheGeneratorItCameFrom(
      GeneratorSteps.Kind kind, String levels, int labels, boolean bytes) {
    List<Double> sigmas = List.of(levels.split(",")).stream().map(Double::valueOf).toList();
    GeneratorSteps steps = new GeneratorSteps(kind, sigmas);
    DenoiserModel generator = generator(labels, steps);
    Path file = write(generator, steps, bytes);

    try (Torch torch = Torch.open(1, Layout.CONTIGUOUS)) {
      Deployable deployable = Deployable.read(file);
      ImageSet set =
          new GeneratedImages(
              deployable.source(torch), deployable.labels(), Map.of(), SEED, IMAGES);
      Collected images = Collected.from(set, 0);

      float[] expected = made(torch, generator, steps);
      assertThat(images.labels()).hasSize(labels == 0 ? 0 : IMAGES);
      assertThat(images.images()).hasSameSizeAs(expected);
      for (int i = 0; i < expected.length; i++) {
        float value = bytes ? Math.max(-1, Math.min(1, expected[i])) : expected[i];
        float tolerance = bytes ? LEVEL : SINGLE * Math.max(1, Math.abs(value));
        assertThat(images.images()[i]).as("value " + i).isCloseTo(value, within(tolerance));
      }
    }
  }

  private static float[] made(Torch torch, DenoiserModel generator, GeneratorSteps steps) {
    long[] seeds = new long[IMAGES];
    float[] oneHot = new float[IMAGES * generator.labels()];
    for (int i = 0; i < IMAGES; i++) {
      seeds[i] = SEED + i;
      if (generator.labels() > 0) {
        oneHot[i * generator.labels() + i % generator.labels()] = 1;
      }
    }
    SeededNoise noise = new SeededNoise(seeds);
    return new GeneratorSampler(steps)
        .images(
            new TorchDenoiser(torch, generator, torch.weights(generator.graph()).frozen()),
            noise.start(SIZE),
            oneHot.length == 0 ? Map.of() : Map.of(DenoiserModel.LABEL, oneHot),
            noise);
  }

  @Test
  void itIsToldFromADenoiserByItsMetadata() {
    GeneratorSteps steps = GeneratorSteps.one(2.5);
    DenoiserModel generator = generator(2, steps);
    Path other = folder.resolve("generator.onnx");
    generator.write(other);

    assertThat(Deployable.is(write(generator, steps, true))).isTrue();
    assertThat(Deployable.is(other)).isFalse();
  }

  @Test
  void anInputThatNobodyKnowsIsNamed() {
    GraphBuilder g = new GraphBuilder();
    Value noise = g.input("noise", Shape.batch(1, 8, 8));
    g.output("image", noise.plus(g.input("style", Shape.batch(1, 8, 8))));
    Path file = write(g.build(), List.of(), Map.of());

    assertThatThrownBy(() -> Deployable.read(file))
        .isInstanceOf(OnnxException.class)
        .hasMessageContaining("deployable.onnx: is no deployable")
        .hasMessageContaining("style")
        .hasMessageContaining("export the generator again");
  }

  @Test
  void imagesOfAnotherSizeThanTheNoiseAreRefused() {
    GraphBuilder g = new GraphBuilder();
    g.output("image", g.input("noise", Shape.batch(1, 8, 8)).upsampleNearest2x());
    Path file = write(g.build(), List.of(), Map.of());

    assertThatThrownBy(() -> Deployable.read(file)).hasMessageContaining("is no deployable");
  }

  @Test
  void seedsThatBecomeOtherNoiseAreRefused() {
    GraphBuilder g = new GraphBuilder();
    g.output("image", g.input("noise", Shape.batch(1, 8, 8)).times(2));
    Path file = write(g.build(), List.of(), Map.of(MetadataKeys.SEED_ALGORITHM, "dice"));

    assertThatThrownBy(() -> Deployable.read(file))
        .hasMessageContaining("makes noise from seeds by 'dice'")
        .hasMessageContaining("update Retort");
  }
}
