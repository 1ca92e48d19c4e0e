package retort.trainer.distill;

import java.util.List;
import java.util.Map;
import retort.denoiser.DenoiserModel;
import retort.graph.Graph;
import retort.graph.GraphBuilder;
import retort.graph.Shape;
import retort.graph.Value;

/**
 * The losses of Distribution Matching Distillation (Yin et al. 2024, Algorithm 1). The generator's
 * is the distribution matching loss, whose gradient says where images should move, plus a
 * regression that holds noise to the image that the teacher's sampler makes of it:
 *
 * <pre>{@code mean 1/2 (x - sg(x - g))^2 + lambda mean d(G(z_ref, c_ref), y_ref)}</pre>
 *
 * <p>The fake score network's is the denoising loss on the images x, {@code mean w(sigma) (f -
 * x)^2}. Means are over all values of a batch, and over the images of a batch of pairs.
 *
 * @param matching the gradient g and what the fake score network learns
 * @param regressionWeight lambda
 * @param distance d
 */
public record DmdLoss(
    DistributionMatching matching, double regressionWeight, ImageDistance distance) {
  /** Inputs of the generator's step: the pairs. */
  public static final String PAIR = "pair_";

  public static final String PAIR_NOISE = PAIR + "noise";
  public static final String PAIR_IMAGES = PAIR + "images";
  public static final String PAIR_LABEL = PAIR + DenoiserModel.LABEL;

  /** An output of the generator's step: the mean distance. */
  public static final String REGRESSION = "regression";

  public DmdLoss {
    if (!(regressionWeight >= 0 && Double.isFinite(regressionWeight))) {
      throw new IllegalArgumentException(
          "the regression's weight is " + regressionWeight + " but must not be negative");
    }
  }

  /**
   * Builds the generator's step.
   *
   * <p>Inputs: {@code noise}, {@code perturbation}, {@code pair_noise} and {@code pair_images} [N,
   * C, H, W], {@code sigma} [N], the label and the pairs' label. Outputs: {@code total}, its parts
   * {@code matching} and {@code regression}, {@code images} and their {@code gradient} [N, C, H,
   * W], {@code score_gap} [N].
   *
   * @param teacher gives the architecture of all networks and the teacher's weights
   * @param batch images a step; what micro-batches add up to is the mean over the batch
   */
  public Graph generatorStep(DenoiserModel teacher, int batch) {
    GraphBuilder g = new GraphBuilder();
    Graph generator = matching.generator(teacher);
    Shape shape = teacher.graph().input(DenoiserModel.NOISY).orElseThrow().shape();
    Map<String, Value> conditioning = DistributionMatching.conditioning(g, teacher, "");
    Value x =
        DistributionMatching.images(
            g, generator, g.input(DistributionMatching.NOISE, shape), conditioning);
    Value reference =
        DistributionMatching.images(
            g,
            generator,
            g.input(PAIR_NOISE, shape),
            DistributionMatching.conditioning(g, teacher, PAIR));
    Value matched =
        DistributionMatching.mean(
            DistributionMatching.loss(
                g, teacher, DistributionMatching.fakeScoreNetwork(teacher), x, conditioning),
            batch);
    Value regression =
        DistributionMatching.mean(distance.of(g, reference, g.input(PAIR_IMAGES, shape)), batch);
    g.output(DistributionMatching.TOTAL, matched.plus(regression.times(regressionWeight)));
    g.output(DistributionMatching.MATCHING, matched);
    g.output(REGRESSION, regression);
    g.output(DistributionMatching.IMAGES, x);
    return g.build()
        .withOutputs(
            List.of(
                DistributionMatching.TOTAL,
                DistributionMatching.MATCHING,
                REGRESSION,
                DistributionMatching.IMAGES,
                DistributionMatching.GRADIENT,
                ScoreGap.NAME));
  }

  /**
   * Builds the fake score network's step.
   *
   * <p>Inputs: {@code images} and {@code noise} [N, C, H, W], {@code sigma} [N] and the label.
   * Outputs: {@code total} and, the same, {@code fake_score}.
   */
  public Graph fakeScoreStep(DenoiserModel teacher, int batch) {
    GraphBuilder g = new GraphBuilder();
    Shape shape = teacher.graph().input(DenoiserModel.NOISY).orElseThrow().shape();
    Value loss =
        DistributionMatching.mean(
            matching.fakeLoss(
                g,
                teacher,
                DistributionMatching.fakeScoreNetwork(teacher),
                g.input(DistributionMatching.IMAGES, shape),
                DistributionMatching.conditioning(g, teacher, "")),
            batch);
    g.output(DistributionMatching.TOTAL, loss);
    g.output(DistributionMatching.FAKE_LOSS, loss);
    return g.build();
  }
}
