/**
 * How denoisers are trained and distilled: the losses, one to a file, each a graph; the draws that
 * feed them; the loops that step; the run folder that a run resumes from.
 *
 * <p>Start with {@link retort.trainer.distill.SidLoss} for what is optimised and {@link
 * retort.trainer.distill.SidTraining} for in which order.
 */
@NullMarked
package retort.trainer.distill;

import org.jspecify.annotations.NullMarked;
