package retort.clients.cli;

import java.util.Locale;
import picocli.CommandLine.Option;
import retort.v1.Encoding;
import retort.v1.StreamRequest;

/** Flags that say in which form images travel. */
public final class FormOptions {
  /** How an image is carried. */
  public enum Carried {
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

  private final Carried usual;

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
  public FormOptions(Carried usual) {
    this.usual = usual;
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

  /**
   * Whether a flag asks for another form than the usual one.
   *
   * @throws IllegalArgumentException when a number is out of range
   */
  public boolean given() {
    return !form().equals(new ImageForm(usual.encoding, 0, 0, 0));
  }

  /**
   * Asks for a stream's frames in this form.
   *
   * @throws IllegalArgumentException when a number is out of range
   */
  public StreamRequest.Builder ask(StreamRequest.Builder stream) {
    ImageForm form = form();
    return stream
        .setEncoding(form.encoding())
        .setWidth(form.width())
        .setHeight(form.height())
        .setQuality(form.quality());
  }

  /** 0 is what a flag that was not passed says. */
  private static void require(String flag, int value, int most) {
    if (value < 0 || value > most) {
      throw new IllegalArgumentException(
          flag + " is " + value + " but should be 1 to " + most + ", or left out");
    }
  }
}
