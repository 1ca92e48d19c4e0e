package retort.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import retort.denoiser.DenoiserModel;
import retort.file.FileDigest;
import retort.graph.TorchScriptMethod.Layout;
import retort.noise.KarrasSchedule;
import retort.reference.TinyEdm2;
import retort.sampling.HeunSampler;
import retort.sampling.SeededNoise;
import retort.sampling.StepNoise;
import retort.trainer.data.SampledImages;
import retort.trainer.engine.Torch;
import retort.trainer.engine.TorchDenoiser;

/** The images of a file follow from what the file says of them. */
class SampleCommandTest {
  @TempDir private Path folder;

  @Test
  void anImageIsWhatTheSamplerMakesOfItsSeedAndLabel() {
    DenoiserModel teacher = TinyEdm2.denoiser(2);
    Path file = folder.resolve("teacher.onnx");
    Path pairs = folder.resolve("pairs.npz");
    teacher.write(file);

    int code =
        Main.commandLine()
            .execute(
                ("sample --threads 1 --images 3 --steps 4 --seed 70 --model " + file + " --out ")
                    .concat(pairs.toString())
                    .split(" "));

    assertThat(code).isZero();
    SampledImages drawn = SampledImages.read(pairs);
    assertThat(drawn.origin(SampledImages.MODEL_DIGEST)).isEqualTo(FileDigest.of(file));
    assertThat(drawn.origin(SampledImages.STEPS)).isEqualTo("4");
    assertThat(drawn.origin(SampledImages.SIGMA_MAX)).isEqualTo("80.0");
    assertThat(drawn.origin(SampledImages.CHURN)).isEqualTo("0.0");
    long[] seeds = {drawn.seed(0), drawn.seed(1), drawn.seed(2)};
    assertThat(seeds).containsExactly(70, 71, 72);
    float[] labels = new float[6];
    for (int i = 0; i < 3; i++) {
      labels[2 * i + drawn.label(i)] = 1;
    }
    assertThat(labels).containsExactly(1, 0, 0, 1, 1, 0);
    assertThat(drawn.images()).containsExactly(sampled(teacher, seeds, labels));
  }

  /** The engine's libraries go when the process does, and must not go under a call. */
  @Test
  void aCommandThatIsToldToStopWaitsForTheCallInTheWorks() throws Exception {
    Path file = folder.resolve("teacher.onnx");
    TinyEdm2.denoiser(2).write(file);
    Path log = folder.resolve("log");
    Path out = folder.resolve("pairs.npz");
    List<String> arguments =
        List.of(
            ("sample --threads 1 --images 200000 --model " + file + " --out " + out).split(" "));

    TrainerProcess process = TrainerProcess.start(log, arguments);
    process.terminateAfter(4000);

    assertThat(process.end()).isEqualTo(143);
    assertThat(process.output()).contains("stopping; nothing is written").doesNotContain("fatal");
    assertThat(out).doesNotExist();
  }

  private static float[] sampled(DenoiserModel teacher, long[] seeds, float[] labels) {
    try (Torch torch = Torch.open(1, Layout.CONTIGUOUS)) {
      TorchDenoiser denoiser =
          new TorchDenoiser(torch, teacher, torch.weights(teacher.graph()).frozen());
      double[] images =
          new HeunSampler(KarrasSchedule.EDM, 4)
              .sample(
                  denoiser,
                  new SeededNoise(seeds).start(teacher.imageShape().elements()),
                  Map.of(DenoiserModel.LABEL, labels),
                  StepNoise.NONE);
      float[] rounded = new float[images.length];
      for (int i = 0; i < rounded.length; i++) {
        rounded[i] = (float) images[i];
      }
      return rounded;
    }
  }
}
