package retort.clients.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import retort.clients.cli.picture.PictureException;
import retort.v1.Encoding;
import retort.v1.Image;
import retort.v1.Model;

/**
 * Images as bytes for another program: one line of JSON that tells what they are, then height x
 * width x channels bytes of each, one after the other.
 *
 * <pre>{@code
 * {"model": "digits", "model_sha256": "...", "width": 28, "height": 28, "channels": 1,
 *  "seed": 0, "first": 0, "images": 10000, "labels": [0, 1, 2]}
 * }</pre>
 *
 * <p>The first image has the number {@code first}; image k has the seed {@code seed + k}, a signed
 * number of 64 bits, and the label {@code labels[k mod size]}, or none where there are none.
 */
final class RawImages implements AutoCloseable {
  private final OutputStream out;
  private final Model model;

  /** Takes over where the bytes go. */
  RawImages(OutputStream out, Model model) {
    this.out = new BufferedOutputStream(out, 1 << 16);
    this.model = model;
  }

  /**
   * Tells what comes.
   *
   * @param labels the numbers of the labels that images have in turn
   */
  void begin(long seed, int first, int images, List<Integer> labels) {
    JsonObject line = new JsonObject();
    line.addProperty("model", model.getName());
    line.addProperty("model_sha256", model.getDigest());
    line.addProperty("width", model.getWidth());
    line.addProperty("height", model.getHeight());
    line.addProperty("channels", model.getChannels());
    line.addProperty("seed", seed);
    line.addProperty("first", first);
    line.addProperty("images", images);
    JsonArray numbers = new JsonArray();
    labels.forEach(numbers::add);
    line.add("labels", numbers);
    write((line + "\n").getBytes(StandardCharsets.UTF_8));
    flush();
  }

  /**
   * Writes the next image.
   *
   * @throws PictureException when it is not of the model's size, or nobody reads any more
   */
  void add(Image image) {
    boolean fits =
        image.getEncoding() == Encoding.ENCODING_RAW
            && image.getWidth() == model.getWidth()
            && image.getHeight() == model.getHeight()
            && image.getChannels() == model.getChannels()
            && image.getData().size()
                == (long) model.getWidth() * model.getHeight() * model.getChannels();
    if (!fits) {
      throw new PictureException(
          "the server sent %d bytes for an image of %d x %d x %d values, where its model makes %d x %d x %d"
              .formatted(
                  image.getData().size(),
                  image.getHeight(),
                  image.getWidth(),
                  image.getChannels(),
                  model.getHeight(),
                  model.getWidth(),
                  model.getChannels()));
    }
    write(image.getData().toByteArray());
  }

  private void write(byte[] bytes) {
    try {
      out.write(bytes);
    } catch (IOException e) {
      throw unread(e);
    }
  }

  private void flush() {
    try {
      out.flush();
    } catch (IOException e) {
      throw unread(e);
    }
  }

  private static PictureException unread(IOException e) {
    return new PictureException(
        "standard output takes no more images (" + e.getMessage() + "); read them all", e);
  }

  /** Hands over what is left. */
  @Override
  public void close() {
    flush();
  }
}
