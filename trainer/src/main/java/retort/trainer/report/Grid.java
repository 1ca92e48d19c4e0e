package retort.trainer.report;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import retort.trainer.distill.RunFolder;

/**
 * A grid of samples on fixed noise, {@code samples-IMAGES.png}.
 *
 * @param images images shown when it was made
 * @param file the picture
 * @param width in pixels
 * @param height in pixels
 * @param bytes size of the file
 */
record Grid(long images, Path file, int width, int height, long bytes) {
  private static final Pattern NAME = Pattern.compile("samples-(\\d{1,18})\\.png");
  private static final long SIGNATURE = 0x89504E470D0A1A0AL;
  private static final int HEADER = 0x49484452;

  /** Whether a name is that of a grid. */
  static boolean isNamed(Path file) {
    return NAME.matcher(file.getFileName().toString()).matches();
  }

  /** The grid of a file that is named as one, unless it does not begin as a PNG does. */
  static Optional<Grid> read(Path file) {
    Matcher name = NAME.matcher(file.getFileName().toString());
    return name.matches() ? read(file, Long.parseLong(name.group(1))) : Optional.empty();
  }

  /** What the samples should look like, if the folder has it. */
  static Optional<Grid> reference(Path folder) {
    return read(folder.resolve(RunFolder.REFERENCE_SAMPLES), 0);
  }

  private static Optional<Grid> read(Path file, long images) {
    try (DataInputStream in = new DataInputStream(Files.newInputStream(file))) {
      boolean isPng = in.readLong() == SIGNATURE && in.readInt() > 0 && in.readInt() == HEADER;
      int width = in.readInt();
      int height = in.readInt();
      return isPng && width > 0 && height > 0
          ? Optional.of(new Grid(images, file, width, height, Files.size(file)))
          : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** Attributes that say how large it is shown: as often its size as there is room, in pixels. */
  String sizeAttributes(int room) {
    int times = Math.max(1, room / width);
    return "width=\"%d\" height=\"%d\"".formatted(times * width, times * height);
  }

  /** The picture as an address that holds it, for pages that are one file. */
  String dataAddress() {
    try {
      return "data:image/png;base64,"
          + Base64.getEncoder().encodeToString(Files.readAllBytes(file));
    } catch (IOException e) {
      throw new UncheckedIOException(file + ": cannot be read (" + e + ")", e);
    }
  }
}
