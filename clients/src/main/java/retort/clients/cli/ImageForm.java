package retort.clients.cli;

import retort.v1.Encoding;
import retort.v1.Model;

/**
 * In which form a server is asked for images.
 *
 * @param encoding how they travel
 * @param width to which the server scales them, in pixels; 0 for the model's
 * @param height likewise
 * @param quality of a lossy encoding, 1 to 100; 0 for the server's choice
 */
record ImageForm(Encoding encoding, int width, int height, int quality) {
  /** As they are made, byte for byte. */
  static final ImageForm RAW = new ImageForm(Encoding.ENCODING_RAW, 0, 0, 0);

  /** A model's description, with the size of the images that come. */
  Model carried(Model model) {
    return model.toBuilder()
        .setWidth(width == 0 ? model.getWidth() : width)
        .setHeight(height == 0 ? model.getHeight() : height)
        .build();
  }

  /** The most bytes that a server counts for an image of a model. */
  long mostBytes(Model model) {
    Model carried = carried(model);
    boolean lossy = encoding == Encoding.ENCODING_JPEG || encoding == Encoding.ENCODING_WEBP;
    long channels = lossy ? 3 : carried.getChannels();
    return channels * carried.getWidth() * carried.getHeight();
  }
}
