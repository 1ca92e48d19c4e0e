package retort.exporter;

import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import retort.denoiser.DenoiserModel;
import retort.denoiser.GeneratorSteps;
import retort.denoiser.ImageShape;
import retort.denoiser.SigmaRange;
import retort.exporter.verify.Rereading;
import retort.exporter.verify.SampledImages;
import retort.graph.Cost;
import retort.graph.Graph;
import retort.image.ImageGrid;
import retort.noise.KarrasSchedule;
import retort.onnx.OnnxException;
import retort.sampling.GeneratorSampler;
import retort.sampling.HeunSampler;
import retort.sampling.Sampler;

/** Flags about the images that show whether an import was understood. */
final class TrialOptions {
  /** What an image may cost where the user does not say, in multiplications: a second or two. */
  private static final long BUDGET = 50_000_000_000L;

  /** After which no further image is begun, where the user does not say how many. */
  private static final double SECONDS = 5;

  private static final int USUAL_IMAGES = 16;
  private static final int MOST_IMAGES = 1024;
  private static final int MOST_THREADS = 1024;
  private static final int USUAL_STEPS = 18;
  private static final int FEWEST_STEPS = 4;
  private static final double RHO = 7;

  @Option(
      names = "--images",
      paramLabel = "N",
      description =
          "How many images to sample; 0 for none. Default: as many as some seconds allow, at most"
              + " 16.")
  private @Nullable Integer images;

  @Option(
      names = "--steps",
      paramLabel = "N",
      description = "Steps of the sampler. Default: as many as some seconds allow, at most 18.")
  private @Nullable Integer steps;

  @Option(
      names = "--grid",
      paramLabel = "FILE",
      description = "The picture of these images. Default: --out with .png behind.")
  private @Nullable Path grid;

  @Option(
      names = "--tolerance",
      paramLabel = "D",
      defaultValue = "0.001",
      description =
          "Largest difference, relative, between an ONNX network and what was read of it. Default:"
              + " ${DEFAULT-VALUE}.")
  private double tolerance;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Threads of ONNX Runtime. Default: the machine's processors.")
  private int threads = Runtime.getRuntime().availableProcessors();

  /** Refuses what cannot be done, before anything is. */
  void check(Path from, Path out) {
    if (images != null && (images < 0 || images > MOST_IMAGES)) {
      throw new IllegalArgumentException(
          "--images is "
              + images
              + " but should be from 0 to "
              + MOST_IMAGES
              + "; the command 'sample' draws more");
    }
    if (steps != null && steps < 1) {
      throw new IllegalArgumentException("--steps is " + steps + " but should be at least 1");
    }
    if (threads < 1 || threads > MOST_THREADS) {
      throw new IllegalArgumentException(
          "--threads is " + threads + " but should be from 1 to " + MOST_THREADS);
    }
    if (!(tolerance > 0)) {
      throw new IllegalArgumentException(
          "--tolerance is " + tolerance + " but should be a positive number, such as 0.001");
    }
    OutputPaths.requireWritable("--grid", grid(out));
    OutputPaths.requireDifferent("--out", out, "--grid", grid(out));
    OutputPaths.requireDifferent("--from", from, "--grid", grid(out));
  }

  int threads() {
    return threads;
  }

  /** The picture of a file. */
  Path grid(Path out) {
    return grid == null ? out.resolveSibling(out.getFileName() + ".png") : grid;
  }

  /** Refuses a network that was read as another than the file is. */
  void compare(Path file, Graph network) {
    double difference = Rereading.difference(file, network, threads);
    if (!(difference <= tolerance)) {
      throw new OnnxException(
          "%s: what was read of it answers %.2g off, relative, and %.2g is tolerated; please report it, or pass a larger --tolerance"
              .formatted(file, difference, tolerance));
    }
  }

  /**
   * Samples images of a file; none where the user wants none.
   *
   * @param sigmaInit the level of a generator, 0 for a teacher
   */
  Optional<SampledImages> sample(Path file, DenoiserModel model, double sigmaInit) {
    if (images != null && images == 0) {
      return Optional.empty();
    }
    Sampler sampler = sampler(model, sigmaInit);
    return Optional.of(
        images == null
            ? SampledImages.of(file, model, sampler, USUAL_IMAGES, SECONDS, threads)
            : SampledImages.of(file, model, sampler, images, Double.POSITIVE_INFINITY, threads));
  }

  private Sampler sampler(DenoiserModel model, double sigmaInit) {
    if (sigmaInit > 0) {
      return new GeneratorSampler(GeneratorSteps.one(sigmaInit));
    }
    SigmaRange range = model.sigmaRange();
    KarrasSchedule schedule = new KarrasSchedule(range.nearest(0.002), range.nearest(80), RHO);
    long affordable = BUDGET / Math.max(1, Cost.of(model.graph()).multiplyAdds());
    long fits = Math.max(FEWEST_STEPS, Math.min(USUAL_STEPS, (affordable + 1) / 2));
    return new HeunSampler(schedule, steps == null ? (int) fits : steps);
  }

  /** Draws the images, where their channels can be seen; the name of the picture. */
  Optional<Path> draw(SampledImages sampled, ImageShape shape, Path out) {
    if (shape.channels() != 1 && shape.channels() != 3) {
      return Optional.empty();
    }
    ImageGrid.ofColumns(columns(sampled.images().dim(0)))
        .write(grid(out), sampled.images().floats(), shape);
    return Optional.of(grid(out));
  }

  private static int columns(int count) {
    return (int) Math.ceil(Math.sqrt(count));
  }
}
