package retort.server.schedule;

import com.google.protobuf.ByteString;

/**
 * An image that was made.
 *
 * @param data in the encoding asked for
 * @param queueNanos from when it was due, or asked for, until its batch began
 * @param runNanos of its batch, in the network
 * @param encodeNanos of this image
 */
public record Rendered(ByteString data, long queueNanos, long runNanos, long encodeNanos) {}
