package retort.trainer.distill;

import retort.trainer.engine.AdamConfig;
import retort.trainer.engine.GradientGuard;

/**
 * How a network learns.
 *
 * @param rate the learning rate
 * @param adam constants of the optimiser
 * @param guard what is done to gradients before a step
 */
public record Optimisation(LearningRate rate, AdamConfig adam, GradientGuard guard) {}
