package retort.denoiser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import retort.graph.DataType;
import retort.graph.GraphBuilder;
import retort.graph.Shape;
import retort.graph.Value;

class SignatureGuessTest {
  private final GraphBuilder g = new GraphBuilder();

  private Value image(String name, long... dims) {
    return g.input(name, Shape.batch(dims));
  }

  private SignatureGuess guess() {
    return SignatureGuess.of(g.build(), SignatureHints.NONE);
  }

  private static SignatureHints image(String name) {
    return new SignatureHints(
        Optional.of(name),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        OptionalInt.empty(),
        OptionalInt.empty(),
        Optional.empty(),
        Optional.empty(),
        Map.of());
  }

  @Test
  void inputsAreToldApartByShapeTypeAndName() {
    Value x = image("sample", 3, 32, 32);
    g.input("timestep", DataType.INT64, Shape.of());
    g.input("class_labels", Shape.batch(10));
    g.output("out_sample", x);

    NetworkSignature signature = guess().signature();

    assertThat(signature.image()).isEqualTo("sample");
    assertThat(signature.time()).isEqualTo("timestep");
    assertThat(signature.label()).contains(new LabelInput("class_labels", 10, OptionalInt.empty()));
    assertThat(signature.output()).isEqualTo("out_sample");
    assertThat(signature.channelsLast()).isFalse();
  }

  @Test
  void everyGuessNamesItsFlag() {
    Value x = image("x", 3, 32, 32);
    g.input("sigma", Shape.batch());
    g.output("eps", x);

    assertThat(guess().sentences())
        .containsExactly(
            "input 'x' float32[N, 3, 32, 32] is the noisy image (--image-input)",
            "input 'sigma' float32[N] is the noise level (--time-input)",
            "output 'eps' is taken for eps (--predicts)",
            "input 'sigma' is taken for sigma itself (--schedule=karras, --time-form=sigma)");
  }

  @ParameterizedTest(name = "{0} is {1}")
  @CsvSource({
    "eps, EPS",
    "noise_pred, EPS",
    "v, V",
    "v_prediction, V",
    "denoised, DENOISED",
    "pred_x0, DENOISED",
    "flow, FLOW",
    "velocity,",
    "sample,",
    "out,"
  })
  void outputsNameSaysWhatIsPredicted(String name, Prediction prediction) {
    Value x = image("x", 3, 32, 32);
    g.input("t", Shape.batch());
    g.output(name, x);

    assertThat(guess().prediction()).isEqualTo(Optional.ofNullable(prediction));
  }

  @Test
  void unknownPredictionNamesTheFlag() {
    Value x = image("x", 3, 32, 32);
    g.input("t", Shape.batch());
    g.output("out", x);

    assertThatThrownBy(() -> guess().requirePrediction()).hasMessageContaining("--predicts=");
    assertThatThrownBy(() -> guess().requireTime()).hasMessageContaining("--schedule=");
  }

  @ParameterizedTest(name = "[{0}, {1}, {2}]: {3}")
  @CsvSource({"3, 32, 32, false", "32, 32, 3, true", "16, 8, 8, false", "8, 8, 16, true"})
  void channelsStandFirstOrLast(long a, long b, long c, boolean last) {
    Value x = image("x", a, b, c);
    g.input("t", Shape.batch());
    g.output("out", x);

    assertThat(guess().signature().channelsLast()).isEqualTo(last);
  }

  @Test
  void cubeHasTwoLayouts() {
    Value x = image("x", 8, 8, 8);
    g.input("t", Shape.batch());
    g.output("out", x);

    assertThatThrownBy(this::guess).hasMessageContaining("--layout=nchw");
  }

  @Test
  void twoImagesNeedAName() {
    Value x = image("x", 3, 32, 32);
    image("low_resolution", 3, 32, 32);
    g.input("t", Shape.batch());
    g.output("out", x);

    assertThatThrownBy(this::guess)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("--image-input");
    assertThatThrownBy(() -> SignatureGuess.of(g.build(), image("x")))
        .hasMessageContaining("--fix low_resolution=");
  }

  @Test
  void twoTimesNeedAName() {
    Value x = image("x", 3, 32, 32);
    g.input("t", Shape.batch());
    g.input("time", Shape.batch());
    g.output("out", x);

    assertThatThrownBy(this::guess).hasMessageContaining("--time-input");
  }

  @Test
  void twoAnswersNeedAName() {
    Value x = image("x", 3, 32, 32);
    g.input("t", Shape.batch());
    g.output("mean", x);
    g.output("variance", x.times(2));

    assertThatThrownBy(this::guess).hasMessageContaining("--output");
  }

  @Test
  void unknownNameListsTheInputs() {
    Value x = image("x", 3, 32, 32);
    g.input("t", Shape.batch());
    g.output("out", x);

    assertThatThrownBy(() -> SignatureGuess.of(g.build(), image("picture")))
        .hasMessageContaining("'picture'")
        .hasMessageContaining("'x' float32[N, 3, 32, 32]");
  }
}
