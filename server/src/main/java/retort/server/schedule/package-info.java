/**
 * When and in which order images are made: a bounded queue, threads that take batches from it, and
 * the clock of the frame streams, which change as their clients update them, and their replays.
 * What a network is lives in {@code retort.server.generator}, how clients ask in {@code
 * retort.server.grpc}. Start with {@link retort.server.schedule.RenderQueue} and {@link
 * retort.server.schedule.FrameStream}.
 */
@NullMarked
package retort.server.schedule;

import org.jspecify.annotations.NullMarked;
