package retort.exporter.checkpoint;

import java.io.IOException;
import java.io.InputStream;

/**
 * Bytes that can be read from any position on: a file, a part of one, or what a part inflates to.
 */
interface ByteSource {
  /** How many bytes there are. */
  long size();

  /** A new stream that begins at a position; whoever opens it closes it. */
  InputStream open(long from) throws IOException;

  /** File and position in words, as a message begins. */
  String place(long position);

  /** What to say of the bytes at a position. */
  default CheckpointException refusal(long position, String sentence) {
    return new CheckpointException(place(position) + ": " + sentence);
  }

  /** The same, with what was met there. */
  default CheckpointException refusal(long position, String sentence, Throwable cause) {
    return new CheckpointException(place(position) + ": " + sentence, cause);
  }

  /** What to say when the bytes end before what they promise. */
  default CheckpointException cutOff(long position, String what) {
    return refusal(
        position,
        "the file ends before " + what + " does; it is cut off, copy or download it again");
  }
}
