package retort.denoiser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import retort.denoiser.GeneratorSteps.Kind;
import retort.graph.Graph;
import retort.graph.Interpreter;
import retort.graph.Tensor;
import retort.network.SongUNet;
import retort.noise.CosineSchedule;
import retort.onnx.OnnxException;
import retort.sampling.EulerSampler;
import retort.sampling.GeneratorSampler;
import retort.sampling.SeededNoise;
import retort.sampling.StepNoise;

class GeneratorStepsTest {
  private static final float[] LABEL = {0, 1, 1, 0};

  private static DenoiserModel unet() {
    SongUNet network = SongUNet.ddpmpp(4, 1, 2, 9, 8, List.of(1), 1, 1, Set.of(), 0.1);
    return new DenoiserModel(
        new EdmPreconditioning(0.5).denoiser(network.build(3)), 0.5, List.of("a", "b"), Map.of());
  }

  /** The model by the interpreter, in double precision but for its arguments. */
  private static Denoiser denoiser(DenoiserModel model) {
    return new Denoiser() {
      @Override
      public ImageShape imageShape() {
        return model.imageShape();
      }

      @Override
      public float[] denoise(float[] noisy, float[] sigma, Map<String, float[]> conditioning) {
        int n = sigma.length;
        Map<String, Tensor> feeds = new HashMap<>();
        feeds.put("noisy", Tensor.floats(new int[] {n, 1, 4, 4}, noisy));
        feeds.put("sigma", Tensor.floats(new int[] {n}, sigma));
        feeds.put(
            "label",
            Tensor.floats(new int[] {n, 2}, Objects.requireNonNull(conditioning.get("label"))));
        feeds.put("augment", Tensor.floats(new int[] {n, 9}, new float[9 * n]));
        return Objects.requireNonNull(Interpreter.run(model.graph(), feeds).get("denoised"))
            .floats();
      }
    };
  }

  /** The images of the generator as one graph. */
  private static float[] images(Graph generator, SeededNoise noise) {
    Map<String, Tensor> feeds = new HashMap<>();
    for (Graph.Input input : generator.inputs()) {
      String name = input.name();
      Tensor value =
          switch (name) {
            case "label" -> Tensor.floats(new int[] {2, 2}, LABEL);
            case "noise" -> Tensor.floats(new int[] {2, 1, 4, 4}, noise.start(16));
            default -> {
              int step = Integer.parseInt(name.substring("noise_".length())) - 1;
              yield Tensor.reals(input.type(), new int[] {2, 1, 4, 4}, noise.draw(step, 32));
            }
          };
      feeds.put(name, value);
    }
    return Objects.requireNonNull(Interpreter.run(generator, feeds).get("image")).floats();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4})
  void alongLinesItIsTheEulerSampler(int count) {
    DenoiserModel model = unet();
    CosineSchedule schedule = new CosineSchedule(-8, 8);
    double[] levels = schedule.sigmas(count);
    List<Double> sigmas = Arrays.stream(levels).limit(count).boxed().toList();
    SeededNoise noise = new SeededNoise(4, 5);

    float[] images = images(model.generator(new GeneratorSteps(Kind.EULER, sigmas)), noise);

    float[] expected =
        new EulerSampler(schedule, count)
            .images(denoiser(model), noise.start(16), Map.of("label", LABEL), StepNoise.NONE);
    assertThat(images).containsExactly(expected, within(1e-4f));
  }

  @ParameterizedTest
  @CsvSource({"EULER, 3, 1", "RENOISE, 3, 3", "RENOISE, 1, 1"})
  void theGraphTakesTheStepsOfTheSampler(Kind kind, int count, int noises) {
    DenoiserModel model = unet();
    GeneratorSteps steps = new GeneratorSteps(kind, List.of(20.0, 3.5, 0.6).subList(0, count));
    SeededNoise noise = new SeededNoise(4, 5);

    Graph generator = model.generator(steps);

    assertThat(generator.inputs()).hasSize(noises + 1);
    assertThat(steps.noises()).isEqualTo(noises);
    assertThat(generator.parameters().keySet()).isEqualTo(parametersOfTheDenoiser(model));
    float[] expected =
        new GeneratorSampler(steps)
            .images(denoiser(model), noise.start(16), Map.of("label", LABEL), noise);
    assertThat(images(generator, noise)).containsExactly(expected, within(1e-4f));
  }

  /** All but those of what generates no images; steps share them. */
  private static Set<String> parametersOfTheDenoiser(DenoiserModel model) {
    return model.graph().withOutputs(List.of(DenoiserModel.DENOISED)).parameters().keySet();
  }

  @Test
  void aFileSaysThem() {
    GeneratorSteps two = new GeneratorSteps(Kind.RENOISE, List.of(80.0, 2.5));
    GeneratorSteps one = GeneratorSteps.one(2.5);

    assertThat(GeneratorSteps.of(two.properties())).contains(two);
    assertThat(GeneratorSteps.of(one.properties())).contains(one);
    assertThat(one.properties()).isEqualTo(Map.of("retort.sigma_init", "2.5"));
    assertThat(two.properties()).containsEntry("retort.sigma_init", "80.0");
    assertThat(GeneratorSteps.of(Map.of())).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "retort.sigma_init | -1 | is '-1' but should be a positive number",
        "retort.sigmas | 80,x | but should be positive numbers that decrease",
        "retort.sigmas | 2.5,80 | but should be positive numbers that decrease",
        "retort.step_kind | heun | is 'heun' but this Retort knows euler and renoise",
      })
  void otherTextIsRefused(String key, String value, String sentence) {
    Map<String, String> properties =
        new TreeMap<>(new GeneratorSteps(Kind.EULER, List.of(80.0, 2.5)).properties());
    properties.put(key, value);

    assertThatThrownBy(() -> GeneratorSteps.of(properties))
        .isInstanceOf(OnnxException.class)
        .hasMessageContaining(sentence);
  }

  @Test
  void levelsDecrease() {
    assertThatThrownBy(() -> new GeneratorSteps(Kind.EULER, List.of(1.0, 1.0)))
        .hasMessageContaining("should be positive and decrease");
    assertThatThrownBy(() -> new GeneratorSteps(Kind.EULER, List.of()))
        .hasMessageContaining("should be positive and decrease");
  }
}
