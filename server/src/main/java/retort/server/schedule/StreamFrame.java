package retort.server.schedule;

import retort.denoiser.ImageShape;
import retort.server.generator.Origin;

/**
 * A frame on its way to the client.
 *
 * @param index k
 * @param dueNanos when it was due, after the stream was accepted
 * @param origin what it is made from
 * @param image the image
 * @param shape of the image, as it is carried
 * @param after the state of the stream after this frame
 * @param told what it tells of the updates
 */
public record StreamFrame(
    long index,
    long dueNanos,
    Origin origin,
    Rendered image,
    ImageShape shape,
    StreamState after,
    Acknowledgement told) {}
