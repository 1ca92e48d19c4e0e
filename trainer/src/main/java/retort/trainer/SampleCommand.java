package retort.trainer;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import retort.denoiser.DenoiserModel;
import retort.image.ImageGrid;
import retort.statistics.NpyArray;
import retort.statistics.NpzFile;
import retort.trainer.engine.Torch;
import retort.trainer.evaluate.ImageSource;

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
      description = "A .png for a grid, or an .npz for images float32 [n, C, H, W] and labels.")
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
    try (Torch torch = engine.open()) {
      ImageSource source = model.source(torch, denoiser);
      if ((long) count * source.shape().elements() > Integer.MAX_VALUE - 8) {
        throw new IllegalArgumentException(
            "--images is " + count + " but one file holds at most 2^31 values; draw fewer at once");
      }
      float[] images = new float[count * source.shape().elements()];
      int[] labels = new int[denoiser.labels() == 0 ? 0 : count];
      for (int first = 0, n; first < count; first += n) {
        n = Math.min(count - first, 250);
        long[] seeds = new long[n];
        int[] some = new int[labels.length == 0 ? 0 : n];
        for (int i = 0; i < n; i++) {
          seeds[i] = seed + first + i;
          if (some.length > 0) {
            some[i] = fixed >= 0 ? fixed : (first + i) % denoiser.labels();
            labels[first + i] = some[i];
          }
        }
        float[] part = source.images(seeds, some, denoiser.labels());
        System.arraycopy(part, 0, images, first * source.shape().elements(), part.length);
      }
      if (png) {
        grid.write(out, images, source.shape());
      } else {
        Map<String, NpyArray> arrays = new LinkedHashMap<>();
        var shape = source.shape();
        arrays.put(
            "images", NpyArray.of(images, count, shape.channels(), shape.height(), shape.width()));
        arrays.put("labels", NpyArray.of(labels, labels.length));
        NpzFile.write(out, arrays);
      }
    }
    return 0;
  }
}
