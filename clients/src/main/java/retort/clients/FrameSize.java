package retort.clients;

import retort.v1.Encoding;
import retort.v1.Image;
import retort.v1.Model;
import retort.v1.StreamRequest;

/**
 * How large a stream's frames are: what its connection is to hold, and may carry.
 *
 * @param rawBytes of an image without encoding
 * @param imageBytes of an image as it is carried, about
 */
record FrameSize(long rawBytes, long imageBytes) {
  /** Enough for 20 frames a second over 150 ms there and back. */
  static final int WINDOW_FRAMES = 3;

  /** A frame without its image: index, times, origin, digest and the usual resume token. */
  static final int FRAME_OVERHEAD_BYTES = 256;

  /** What an update may change the size to fits into a message that clients take by default. */
  private static final int USUAL_MESSAGE_BYTES = 4 << 20;

  /** The longest token, nested origins and sentences on rejected updates, with room to spare. */
  private static final int MOST_OVERHEAD_BYTES = 64 << 10;

  // Of JPEG and WebP: tables of the file, its part of the raw bytes, and where that grows to most.
  private static final int LOSSY_HEADER_BYTES = 1 << 10;
  private static final int LOSSY_PART = 4;
  private static final int LOSSY_QUALITY = 95;

  /** Of the first frames of a stream. */
  static FrameSize of(StreamRequest request, Model model) {
    long width = request.getWidth() == 0 ? model.getWidth() : request.getWidth();
    long height = request.getHeight() == 0 ? model.getHeight() : request.getHeight();
    return of(width * height * model.getChannels(), request.getEncoding(), request.getQuality());
  }

  /** Of the frames that follow one with such an image. */
  static FrameSize of(Image image, int quality) {
    long pixels = (long) image.getWidth() * image.getHeight();
    return of(pixels * image.getChannels(), image.getEncoding(), quality);
  }

  private static FrameSize of(long rawBytes, Encoding encoding, int quality) {
    boolean lossy = encoding == Encoding.ENCODING_JPEG || encoding == Encoding.ENCODING_WEBP;
    return new FrameSize(
        rawBytes,
        lossy && quality <= LOSSY_QUALITY ? LOSSY_HEADER_BYTES + rawBytes / LOSSY_PART : rawBytes);
  }

  /** Of a model's images. */
  static long pixels(Model model) {
    return (long) model.getWidth() * model.getHeight();
  }

  /** What may be on its way unread. */
  int windowBytes() {
    return clipped(WINDOW_FRAMES * (FRAME_OVERHEAD_BYTES + imageBytes));
  }

  /** A larger message is refused before memory runs out. */
  int messageBytes() {
    return clipped(Math.max(USUAL_MESSAGE_BYTES, rawBytes + MOST_OVERHEAD_BYTES));
  }

  private static int clipped(long bytes) {
    return (int) Math.min(bytes, Channels.MAX_ANSWER_BYTES);
  }
}
