/**
 * The Open Inference Protocol, version 2, in Triton's dialect: every model by its tensors, and each
 * generator's frames as a decoupled model beside it. Requests are checked here, in the words that
 * Triton's clients know; what runs them, holds the models and keeps the clock is handed in through
 * {@link retort.server.oip.Models}, {@link retort.server.oip.Frames} and {@code
 * retort.server.schedule.TensorRuns}. Start with {@link retort.server.oip.InferenceService}.
 */
@NullMarked
package retort.server.oip;

import org.jspecify.annotations.NullMarked;
