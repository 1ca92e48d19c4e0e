package retort.trainer.mixture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import retort.denoiser.DenoiserModel;
import retort.graph.TorchScriptMethod.Layout;
import retort.noise.GaussianNoise;
import retort.trainer.engine.Torch;
import retort.trainer.engine.TorchDenoiser;
import retort.trainer.mixture.GaussianMixture.Point;

class MixtureTeacherTest {
  private static final Path EXAMPLE = Path.of("../examples/gaussian-mixture");
  private static final int COUNT = 64;

  /** The engine rounds to float32, also the noisy points, which are of the size of sigma. */
  private static final double TOLERANCE = 2e-5;

  @ParameterizedTest(name = "sigma {0}")
  @ValueSource(doubles = {0.002, 0.02, 0.1, 0.5, 2.5, 80})
  void theTeacherIsTheExpectationOfTheCleanPoint(double sigma) {
    GaussianMixture mixture = GaussianMixture.EXAMPLE;
    float[] noisy = mixture.points(COUNT);
    float[] noise = new GaussianNoise(1, 0).elements(noisy.length);
    for (int i = 0; i < noisy.length; i++) {
      noisy[i] += (float) (sigma * noise[i]);
    }
    float[] levels = new float[COUNT];
    java.util.Arrays.fill(levels, (float) sigma);

    float[] denoised;
    try (Torch torch = Torch.open(1, Layout.CONTIGUOUS)) {
      DenoiserModel teacher = DenoiserModel.read(EXAMPLE.resolve(MixtureExample.TEACHER));
      denoised =
          new TorchDenoiser(torch, teacher, torch.weights(teacher.graph()).frozen())
              .denoise(noisy, levels, Map.of());
    }

    // Tweedie's formula, y + sigma^2 grad ln p(y; sigma): all it shares with the teacher is p.
    GaussianMixture law = mixture.noisy((float) sigma);
    double h = 1e-4 * Math.max(1, sigma);
    for (int i = 0; i < denoised.length; i += 2) {
      double x = noisy[i];
      double y = noisy[i + 1];
      double dx = law.logDensity(new Point(x + h, y)) - law.logDensity(new Point(x - h, y));
      double dy = law.logDensity(new Point(x, y + h)) - law.logDensity(new Point(x, y - h));
      double variance = (double) (float) sigma * (float) sigma;
      assertThat(Math.abs(denoised[i] - (x + variance * dx / (2 * h)))).isLessThan(TOLERANCE);
      assertThat(Math.abs(denoised[i + 1] - (y + variance * dy / (2 * h)))).isLessThan(TOLERANCE);
    }
  }

  @Test
  void theExamplesFilesAreThoseThatAreMadeHere(@TempDir Path folder) throws IOException {
    MixtureExample.write(folder);

    for (String name : new String[] {MixtureExample.TEACHER, MixtureExample.IMAGES}) {
      assertThat(EXAMPLE.resolve(name)).hasSameBinaryContentAs(folder.resolve(name));
    }
  }
}
