package retort.server.schedule;

import retort.server.generator.Origin;

/**
 * A frame on its way to the client.
 *
 * @param index k
 * @param dueNanos when it was due, after the stream was accepted
 * @param origin what it is made from
 * @param image the image
 * @param after the state of the stream after this frame
 */
public record StreamFrame(
    long index, long dueNanos, Origin origin, Rendered image, StreamState after) {}
