package retort.clients.cli;

import java.util.Locale;
import picocli.CommandLine.Option;
import retort.v1.Encoding;

/** Flags that say in which form images travel. */
final class FormOptions {
  /** How an image is carried. */
  enum Carried {
    PNG(Encoding.ENCODING_PNG),
    RAW(Encoding.ENCODING_RAW),
    JPEG(Encoding.ENCODING_JPEG),
    WEBP(Encoding.ENCODING_WEBP);

    private final Encoding encoding;

    Carried(Encoding encoding) {
      this.encoding = encoding;
    }

    /** As it is typed. */
    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** The contract's limit for a scaled image. */
  private static final int MAX_SIDE = 4096;

  private static final int MAX_QUALITY = 100;

  @Option(
      names = "--encoding",
      paramLabel = "NAME",
      description = "How images travel: png, raw, jpeg or webp. Default: ${DEFAULT-VALUE}.")
  private Carried encoding;

  @Option(
      names = "--width",
      paramLabel = "N",
      description = "The server scales images to this width, in pixels. Default: the model's.")
  private int width;

  @Option(
      names = "--height",
      paramLabel = "N",
      description = "The server scales images to this height, in pixels. Default: the model's.")
  private int height;

  @Option(
      names = "--quality",
      paramLabel = "N",
      description =
          "Of jpeg and webp, 1 to 100; webp loses nothing at 100. Default: the server's choice.")
  private int quality;

  /** Where no flag says how they travel, this does. */
  FormOptions(Carried usual) {
    encoding = usual;
  }

  /**
   * What the flags say.
   *
   * @throws IllegalArgumentException when a number is out of range
   */
  ImageForm form() {
    require("--width", width, MAX_SIDE);
    require("--height", height, MAX_SIDE);
    require("--quality", quality, MAX_QUALITY);
    return new ImageForm(encoding.encoding, width, height, quality);
  }

  /** 0 is what a flag that was not passed says. */
  private static void require(String flag, int value, int most) {
    if (value < 0 || value > most) {
      throw new IllegalArgumentException(
          flag + " is " + value + " but should be 1 to " + most + ", or left out");
    }
  }
}
