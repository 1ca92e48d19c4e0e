package retort.server.schedule;

import com.google.protobuf.ByteString;

/**
 * An image that was made.
 *
 * @param data in the encoding asked for
 * @param queueNanos from when it was due, or asked for, until its batch began
 * @param runNanos of its batch, in the network
 * @param encodeNanos of this image
 * @param lent whether the data lies in memory that the next image will overwrite
 */
public record Rendered(
    ByteString data, long queueNanos, long runNanos, long encodeNanos, boolean lent) {
  /** One with memory of its own. */
  public Rendered(ByteString data, long queueNanos, long runNanos, long encodeNanos) {
    this(data, queueNanos, runNanos, encodeNanos, false);
  }

  /** The same image, in memory of its own. */
  public Rendered kept() {
    return lent
        ? new Rendered(
            ByteString.copyFrom(data.asReadOnlyByteBuffer()), queueNanos, runNanos, encodeNanos)
        : this;
  }
}
