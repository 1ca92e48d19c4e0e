package retort.trainer;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import retort.command.OnInterrupt;
import retort.denoiser.DenoiserModel;
import retort.image.ImageGrid;
import retort.trainer.data.SampledImages;
import retort.trainer.engine.Torch;
import retort.trainer.evaluate.ImageSource;
import retort.trainer.progress.Interruption;

/** {@code sample}: images from a teacher or a generator. */
@Command(
    name = "sample",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = "Draws images from a teacher with a multi-step sampler, or from a generator.",
    footer = {
      "",
      "Example, ten of each digit, and all of one:",
      "  retort sample --model digits/teacher.onnx --images 100 --out digits.png",
      "  retort sample --model digits/teacher.onnx --label 7 --out sevens.png"
    })
final class SampleCommand implements Callable<Integer> {
  private static final Logger LOG = LoggerFactory.getLogger(SampleCommand.class);
  private static final long SHOWN_NANOS = 30_000_000_000L;
  private static final double NANOS_A_MINUTE = 60e9;

  /** Bytes that Java needs beside the images. */
  private static final long HEADROOM = 64L << 20;

  @Mixin private ModelOptions model = new ModelOptions();
  @Mixin private EngineOptions engine = new EngineOptions();

  @Option(
      names = "--images",
      paramLabel = "N",
      description = "How many images. Default: ${DEFAULT-VALUE}.")
  private int count = 64;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description =
          "Seed of the first image; image k has this seed + k. Default: ${DEFAULT-VALUE}.")
  private long seed;

  @Option(
      names = "--label",
      paramLabel = "NAME",
      description = "A label's name or number. Default: all in turn.")
  private @Nullable String label;

  @Option(
      names = "--columns",
      paramLabel = "N",
      description = "Images in a row of the grid. Default: ${DEFAULT-VALUE}.")
  private int columns = 10;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "FILE",
      description =
          "A .png for a grid, or an .npz for images float32 [n, C, H, W], their labels, seeds and"
              + " origin: of a teacher, the noise-image pairs that 'distill' takes.")
  private Path out = Path.of(".");

  @Override
  public Integer call() {
    if (count < 1) {
      throw new IllegalArgumentException("--images is " + count + " but should be at least 1");
    }
    boolean png = out.toString().endsWith(".png");
    if (!png && !out.toString().endsWith(".npz")) {
      throw new IllegalArgumentException("--out is " + out + " but should end in .png or .npz");
    }
    ImageGrid grid = ImageGrid.ofColumns(columns);
    Path folder = Objects.requireNonNull(out.toAbsolutePath().getParent());
    if (!Files.isDirectory(folder)) {
      throw new IllegalArgumentException(
          "--out is " + out + " but " + folder + " is no folder; make it, or pass another --out");
    }
    DenoiserModel denoiser = model.read();
    int fixed = label == null ? -1 : model.label(denoiser, label);
    // Closed after the engine, whose libraries must not be unloaded under a call.
    try (Interruption interruption = new Interruption("stopping; nothing is written");
        Torch torch = engine.open()) {
      ImageSource source = model.source(torch, denoiser);
      torch.stopWhen(interruption::requested);
      SampledImages drawn = draw(source, denoiser, fixed);
      if (png) {
        grid.write(out, drawn.images(), drawn.shape());
      } else {
        drawn.write(out);
      }
    } catch (CancellationException e) {
      return OnInterrupt.EXIT_CODE;
    }
    return 0;
  }

  private SampledImages draw(ImageSource source, DenoiserModel denoiser, int fixed) {
    int size = source.shape().elements();
    requireRoom(size);
    float[] images = new float[count * size];
    int[] labels = new int[denoiser.labels() == 0 ? 0 : count];
    long[] seeds = new long[count];
    for (int i = 0; i < count; i++) {
      seeds[i] = seed + i;
      if (labels.length > 0) {
        labels[i] = fixed >= 0 ? fixed : i % denoiser.labels();
      }
    }
    long started = System.nanoTime();
    long shown = started;
    for (int first = 0; first < count; first += source.batch()) {
      int end = Math.min(count, first + source.batch());
      float[] part =
          source.images(
              Arrays.copyOfRange(seeds, first, end),
              labels.length == 0 ? labels : Arrays.copyOfRange(labels, first, end),
              denoiser.labels());
      System.arraycopy(part, 0, images, first * size, part.length);
      long now = System.nanoTime();
      if (now - shown > SHOWN_NANOS && end < count) {
        shown = now;
        double left = (now - started) / NANOS_A_MINUTE * (count - end) / end;
        LOG.info("{} of {} images, {} minutes left", end, count, Math.round(left));
      }
    }
    return new SampledImages(source.shape(), images, labels, seeds, model.origin(denoiser));
  }

  private void requireRoom(int size) {
    int most = (Integer.MAX_VALUE - 8) / size;
    if (count > most) {
      throw new IllegalArgumentException(
          "--images is %d but one file holds at most 2^31 values, %d of these images; draw fewer at once"
              .formatted(count, most));
    }
    long bytes = (long) count * size * Float.BYTES;
    long memory = Runtime.getRuntime().maxMemory();
    if (bytes > memory - HEADROOM) {
      throw new IllegalArgumentException(
          "--images is %d, which take %d MiB, but Java may use %d; draw fewer at once, or set JAVA_OPTS=-Xmx%dm"
              .formatted(count, bytes >> 20, memory >> 20, (bytes + 2 * HEADROOM) >> 20));
    }
  }
}
