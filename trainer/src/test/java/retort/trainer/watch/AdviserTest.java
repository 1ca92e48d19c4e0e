package retort.trainer.watch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tables of statistics, and what is said of them. */
class AdviserTest {
  private static final Map<String, String> SID =
      Map.of(
          "command",
          "distill",
          "method",
          "sid",
          "generator-lr",
          "0.01",
          "lr",
          "0.001",
          "clip-norm",
          "0.0",
          "precision",
          "FP32");

  /** Judges values of one statistic, a thousand images apart. */
  private static List<Advice> judge(Map<String, String> options, String name, double... values) {
    return judge(options, List.of(name), new double[][] {values});
  }

  /** Judges statistics side by side. */
  private static List<Advice> judge(
      Map<String, String> options, List<String> names, double[][] values) {
    Adviser adviser = new Adviser(options, 10, "generator");
    List<Advice> given = new ArrayList<>();
    for (int i = 0; i < values[0].length; i++) {
      Map<String, Double> line = new LinkedHashMap<>();
      line.put("images", 1000.0 * (i + 1));
      for (int k = 0; k < names.size(); k++) {
        line.put(names.get(k), values[k][i]);
      }
      given.addAll(adviser.judge(line));
    }
    return given;
  }

  private static double[] row(String values) {
    return Arrays.stream(values.trim().split(" +")).mapToDouble(Double::parseDouble).toArray();
  }

  /** The first name is that of the advice, at the images that follow; none for a dash. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "divergence     | 6000 | frechet_distance | 9 4 3 5 6 7",
        "divergence     | 5000 | frechet_distance | 9 4 8 9 10 4",
        "-              |    0 | frechet_distance | 9 4 3 5 6 4 6 7 4",
        "-              |    0 | frechet_distance | 9 8 7",
        "mode-collapse  | 3000 | image_spread | 0.9 0.2 0.1 0.1",
        "-              |    0 | image_spread | 0.2 0.9 0.2 0.9",
        "noise          | 4000 | image_noise | -0.1 0 0.7 0.9",
        "-              |    0 | image_noise | -0.3 -0.3 -0.2",
        "saturation     | 2000 | image_overflow | 0.4 0.6",
        "-              |    0 | image_overflow | 0.05 0.02 0",
        "labels         | 4000 | label_accuracy | 0.6 0.1 0.12 0.09",
        "-              |    0 | label_accuracy | 0.1 0.15 0.4",
        "gradients      | 6000 | gradient_norm_generator | 1 2 1 90 80 100",
        "-              |    0 | gradient_norm_generator | 1 2 1 90 2 100 1",
        "nonfinite      | 4000 | nonfinite_steps | 0 2 1 3",
        "-              |    0 | nonfinite_steps | 1 1 0 1 1 0",
        "fake-score     | 6000 | loss_fake_score | 0.2 0.2 0.2 0.9 1 1.1",
        "-              |    0 | loss_fake_score | 0.3 0.55 0.56 0.53 0.54 0.57",
      })
  void whatIsSeen(String kind, long images, String name, String values) {
    List<Advice> given = judge(SID, name, row(values));

    if (kind.equals("-")) {
      assertThat(given).isEmpty();
    } else {
      assertThat(given).hasSize(1);
      assertThat(given.get(0).kind()).isEqualTo(kind);
      assertThat(given.get(0).images()).isEqualTo(images);
      assertThat(given.get(0).text()).contains("--").endsWith(".").doesNotContain("null");
    }
  }

  @Test
  void adviceNamesTheFlagAndItsValue() {
    String text = judge(SID, "frechet_distance", 9, 4, 3, 5, 6, 7).get(0).text();

    assertThat(text)
        .isEqualTo(
            "the Frechet distance has been over 1.5 times its best of 3.00, after 3,000 images, for"
                + " three measurements, and is 7.00: the run diverges. Start another from"
                + " generator-best.onnx with --init and lower --generator-lr (now 0.01), with --lr (now"
                + " 0.001) about five times that; for a teacher that knows little of high noise, lower"
                + " --t-max too.");
  }

  @Test
  void eachKindIsSaidOnce() {
    assertThat(judge(SID, "frechet_distance", 9, 4, 3, 5, 6, 7, 8, 9, 10)).hasSize(1);
  }

  @Test
  void aDiscriminatorHasWonWhenTheGeneratorLosesTooNotWhenBothAreSure() {
    List<String> sida = List.of("loss_discriminator", "loss_adversarial");
    List<String> dmd2 = List.of("loss_classifier", "loss_realism");

    assertThat(judge(SID, sida, new double[][] {row("0.6 .01 .01 .01"), row("0.7 7 8 9")}))
        .extracting(Advice::kind)
        .containsExactly("discriminator");
    assertThat(judge(SID, dmd2, new double[][] {row("1.3 .01 .01 .01"), row("0.7 7 8 9")}))
        .extracting(Advice::kind)
        .containsExactly("discriminator");
    assertThat(judge(SID, sida, new double[][] {row("0.6 .4 .3 .3"), row("0.7 2 3 3")})).isEmpty();
  }

  @Test
  void chanceIsOneLabelOfThoseThereAre() {
    Adviser two = new Adviser(SID, 2, "generator");
    Adviser none = new Adviser(SID, 0, "generator");
    List<Advice> ofTwo = new ArrayList<>();
    List<Advice> ofNone = new ArrayList<>();

    for (int i = 0; i < 3; i++) {
      ofTwo.addAll(two.judge(Map.of("label_accuracy", 0.5)));
      ofNone.addAll(none.judge(Map.of("label_accuracy", 0.5)));
    }

    assertThat(ofTwo).hasSize(1);
    assertThat(ofNone).isEmpty();
  }

  /** Curves of runs that went well: docs/results.md. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "4.05 2.56 1.84 1.61 1.56 2.09 1.44 1.54 1.58 1.48",
        "4.12 3.15 2.37 2.07 2.28 2.06 2.29 2.31 2.22 2.05 2.00 2.20 2.30",
        "3.49 2.78 2.44 2.27 2.09 1.94 2.05 1.95 1.80 1.83 1.91 1.94 1.95",
        "4.70 3.83 3.17 2.76 2.15 1.96 2.00 2.37 2.35 2.27",
        "5.02 4.33 3.11",
        "9.18 3.25 2.57",
        "4.28 3.14 2.40 2.20",
        "16.1 9.6 5.1 4.0 3.4 2.6 2.4",
        "22.3 12.7 11.0 9.4 8.5 8.2",
        "65 25 40 28 20.6",
        "74 28 26 25 17.3",
      })
  void runsThatWentWellAreLeftAlone(String distances) {
    assertThat(judge(SID, "frechet_distance", row(distances))).isEmpty();
  }

  @Test
  void aStudentOfFewerStepsBeginsAnew() {
    // Progressive distillation: the distance rises from round to round, as it should.
    double[][] values = {
      row("2.8 2.85 4.8 4.9 5.4 5.5 10.8 9.3 9.6 9.5"), row("8 8 4 4 2 2 1 1 1 1")
    };
    Map<String, String> options = Map.of("command", "distill", "method", "progressive");

    assertThat(judge(options, List.of("frechet_distance", "steps"), values)).isEmpty();
    assertThat(judge(options, "frechet_distance", values[0])).hasSize(1);
  }

  @Test
  void onATeacherTheAdviceIsAboutItsOnlyRate() {
    Map<String, String> teach = Map.of("command", "teach", "lr", "0.1");

    String text = judge(teach, "frechet_distance", 9, 4, 3, 5, 6, 7).get(0).text();

    assertThat(text).endsWith("with --init and lower --lr (now 0.1).");
  }
}
