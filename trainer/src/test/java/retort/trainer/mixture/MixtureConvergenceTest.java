package retort.trainer.mixture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import retort.denoiser.DenoiserModel;
import retort.denoiser.MetadataKeys;
import retort.trainer.Main;

/**
 * Every method distils the teacher of {@code examples/gaussian-mixture}, with the flags that lie
 * there, into a generator whose points are the mixture's.
 */
class MixtureConvergenceTest {
  private static final Path ROOT = Path.of("..");
  private static final String EXAMPLE = "examples/gaussian-mixture/";

  private static final String RUNS = "runs/gaussian-mixture/";
  private static final int SAMPLES = 20_000;

  @TempDir private Path folder = Path.of("");

  private static void run(String command, List<String> flags, String... more) {
    List<String> words = new ArrayList<>(List.of(command));
    words.addAll(flags);
    words.addAll(List.of(more));
    assertThat(Main.commandLine().execute(words.toArray(new String[0])))
        .as(String.join(" ", words))
        .isZero();
  }

  /** The lines of a file of flags, with the paths as seen from here. */
  private List<String> flags(String name) throws IOException {
    return Files.readAllLines(ROOT.resolve(EXAMPLE + name + ".flags")).stream()
        .filter(line -> !line.startsWith("#"))
        .map(line -> line.replace("=" + EXAMPLE, "=" + ROOT + "/" + EXAMPLE))
        .map(line -> line.replace("=" + RUNS, "=" + folder + "/"))
        .toList();
  }

  /** What a model's images are; a teacher's under {@code sampler}. */
  private MixtureFit fit(Path model, String... sampler) {
    Path samples = folder.resolve("samples.npz");
    List<String> flags = new ArrayList<>(List.of(sampler));
    flags.addAll(List.of("--model=" + model, "--images=" + SAMPLES, "--threads=1"));
    run("sample", flags, "--out=" + samples);
    return MixtureFit.of(MixtureTable.points(samples), GaussianMixture.EXAMPLE);
  }

  /**
   * The bounds are about twice what seeds 1 to 3 reach, as the example's README lists it.
   *
   * @param weight bound of a weight's error
   * @param mean of a mean's, in units of the spacing
   * @param covariance of a covariance's, relative
   */
  @ParameterizedTest(name = "{0}")
  @CsvSource(
      textBlock =
          """
          sid         , 0.03 , 0.08 , 0.25
          sida        , 0.03 , 0.08 , 0.25
          dmd         , 0.03 , 0.05 , 0.20
          dmd2        , 0.04 , 0.10 , 0.30
          progressive , 0.02 , 0.06 , 0.15
          consistency , 0.02 , 0.04 , 0.25
          """)
  void theGeneratorReachesTheMixture(String method, double weight, double mean, double covariance)
      throws IOException {
    if (method.equals("dmd")) {
      run("sample", flags("pairs"), "--out=" + folder.resolve("pairs.npz"));
    }

    run("distill", flags(method), "--out=" + folder.resolve(method));

    MixtureFit bounds = new MixtureFit(weight, mean, covariance);
    assertThat(fit(folder.resolve(method).resolve("generator.onnx")))
        .matches(fit -> fit.within(bounds), "within " + bounds);
  }

  @ParameterizedTest(name = "sigma_init {0}")
  @ValueSource(doubles = {2.5, 80})
  void beforeItLearnsTheGeneratorIsFarFromTheMixture(double sigmaInit) {
    Path untrained = folder.resolve("untrained.onnx");
    DenoiserModel.read(ROOT.resolve(EXAMPLE + MixtureExample.TEACHER))
        .withProperties(Map.of(MetadataKeys.SIGMA_INIT, Double.toString(sigmaInit)))
        .write(untrained);

    MixtureFit fit = fit(untrained);

    assertThat(fit.weight()).isGreaterThan(0.1);
    assertThat(fit.mean()).isGreaterThan(0.3);
    assertThat(fit.covariance()).isGreaterThan(0.6);
  }

  @Test
  void theTeacherItselfIsTheMixtureInManySteps() {
    MixtureFit fit = fit(ROOT.resolve(EXAMPLE + MixtureExample.TEACHER), "--steps=64");

    // Of what is left, as many random points of the mixture have the larger part.
    MixtureFit bounds = new MixtureFit(0.01, 0.02, 0.08);
    assertThat(fit).matches(f -> f.within(bounds), "within " + bounds);
  }
}
