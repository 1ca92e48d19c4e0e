package retort.clients.cli;

import java.awt.image.BufferedImage;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import retort.clients.RetortClient;
import retort.clients.cli.picture.OutputFile;
import retort.clients.cli.picture.PictureGrid;
import retort.v1.Encoding;
import retort.v1.Model;
import retort.v1.Origin;

/** {@code generate}: images from a server, as one grid or as files. */
@Command(
    name = "generate",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description =
        "Asks a server for images and writes them as a grid, as single files, or both; or as bytes"
            + " for another program. Files are PNG, however images travel.",
    footer = {
      "",
      "Example, ten of each digit in a row, then one large seven:",
      "  retort generate --server 127.0.0.1:8001 --images 100 --columns 10 \\",
      "    --out grid.png",
      "  retort generate --server 127.0.0.1:8001 --images 1 --labels 7 \\",
      "    --scale 8 --out seven.png",
      "Bytes on standard output, after a line of JSON that tells shape, seeds and labels:",
      "  retort generate --server 127.0.0.1:8001 --images 50000 --out - > images"
    })
final class GenerateCommand implements Callable<Integer> {
  private static final String STANDARD_OUTPUT = "-";

  @Mixin private ServerOptions server = new ServerOptions();

  @Option(
      names = "--images",
      paramLabel = "N",
      description = "How many images. Default: ${DEFAULT-VALUE}.")
  private int count = 64;

  @Option(
      names = "--first",
      paramLabel = "K",
      description =
          "Number of the first image; seeds and labels go on from there. Default: ${DEFAULT-VALUE}.")
  private int first;

  @Option(
      names = "--seed",
      converter = Seed.Converter.class,
      paramLabel = "N",
      description = "Seed of image 0; image k has this seed + k. Default: ${DEFAULT-VALUE}.")
  private Seed seed = Seed.ZERO;

  @Option(
      names = "--labels",
      paramLabel = "NAME",
      split = ",",
      description =
          "Names or numbers of labels, with commas; images take them in turn. Default: all of the"
              + " model.")
  private List<String> labels = new ArrayList<>();

  @Option(
      names = "--columns",
      paramLabel = "N",
      description = "Images in a row of the grid. Default: ${DEFAULT-VALUE}.")
  private int columns = 8;

  @Option(
      names = "--scale",
      paramLabel = "N",
      description =
          "Each pixel becomes a square of this side, in pixels. Default: ${DEFAULT-VALUE}.")
  private int scale = 1;

  @Mixin private FormOptions form = new FormOptions(FormOptions.Carried.RAW);

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description =
          "A .png for the grid, or - for bytes on standard output, any number of them."
              + " Default: none; --folder must then be given.")
  private @Nullable Path out;

  @Option(
      names = "--folder",
      paramLabel = "FOLDER",
      description = "Where each image becomes image-SEED.png. Default: none.")
  private @Nullable Path folder;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() {
    boolean raw = out != null && out.toString().equals(STANDARD_OUTPUT);
    check(raw);
    PictureGrid grid = new PictureGrid(columns, scale);
    try (RetortClient client = server.connect()) {
      ServedModel model = server.model(client);
      List<Integer> cycle = model.labels(labels);
      ImageRequests requests = new ImageRequests(client, model, form.form());
      Model carried = form.form().carried(model.description());
      if (raw) {
        // Not System.out, which would not tell that nobody reads any more.
        try (RawImages images = new RawImages(new FileOutputStream(FileDescriptor.out), carried)) {
          images.begin(seed.bits(), first, count, cycle);
          requests.images(count, i -> origin(first + i, cycle), images::add);
        }
        return 0;
      }
      requireRoom(grid, carried);
      long start = System.nanoTime();
      List<BufferedImage> pictures = requests.pictures(count, i -> origin(first + i, cycle));
      double seconds = (System.nanoTime() - start) * 1e-9;
      save(grid, pictures);
      tell(pictures.size(), seconds);
    }
    return 0;
  }

  private void check(boolean raw) {
    if (raw && folder != null) {
      throw new IllegalArgumentException(
          "--out is - and --folder is " + folder + "; pass one of them");
    }
    if (raw && form.form().encoding() != Encoding.ENCODING_RAW) {
      throw new IllegalArgumentException(
          "--out is - where images go as bytes, so --encoding should be raw, or left out");
    }
    if (raw ? count < 0 : count < 1 || count > 65_536) {
      throw new IllegalArgumentException(
          "--images is "
              + count
              + " but should be "
              + (raw ? "at least 0" : "1 to 65536; make more in several calls with --first"));
    }
    if (first < 0 || first > Integer.MAX_VALUE - count) {
      throw new IllegalArgumentException(
          "--first is " + first + " but numbers of images go from 0 to 2147483647");
    }
    if (out == null && folder == null) {
      throw new IllegalArgumentException(
          "nothing says where the images go; pass --out, --folder or both");
    }
    if (out != null && !raw) {
      OutputFile.check("--out", out, ".png");
    }
    if (folder != null) {
      OutputFile.checkFolder("--folder", folder);
    }
  }

  private void requireRoom(PictureGrid grid, Model model) {
    int largest = out == null ? 1 : count;
    grid.requireRoom(largest, model.getWidth(), model.getHeight());
  }

  private Origin origin(int number, List<Integer> cycle) {
    Origin.Builder origin = Origin.newBuilder().setSeed(seed.plus(number).bits());
    if (!cycle.isEmpty()) {
      origin.setLabel(cycle.get(number % cycle.size()));
    }
    return origin.build();
  }

  private void save(PictureGrid grid, List<BufferedImage> pictures) {
    if (folder != null) {
      OutputFile.makeFolder("--folder", folder);
      PictureGrid single = new PictureGrid(1, scale);
      for (int i = 0; i < pictures.size(); i++) {
        Path file = folder.resolve("image-" + seed.plus(first + i) + ".png");
        OutputFile.writePng(file, single.magnify(pictures.get(i)));
      }
    }
    if (out != null) {
      OutputFile.writePng(out, grid.layOut(pictures));
    }
  }

  private void tell(int images, double seconds) {
    String places =
        out == null
            ? String.valueOf(folder)
            : folder == null ? out.toString() : out + " and " + folder;
    Objects.requireNonNull(spec)
        .commandLine()
        .getOut()
        .printf(
            Locale.ROOT,
            "%d %s in %.2f s, %.1f a second: %s%n",
            images,
            images == 1 ? "image" : "images",
            seconds,
            images / seconds,
            places);
  }
}
