package retort.trainer.distill;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import retort.denoiser.DenoiserModel;
import retort.graph.Attributes;
import retort.graph.Graph;
import retort.graph.GraphBuilder;
import retort.graph.Operator;
import retort.graph.Shape;
import retort.graph.Value;
import retort.network.RealismHead;

/**
 * The losses of DMD2 (Yin et al. 2024, <em>Improved Distribution Matching Distillation</em>), which
 * needs no pairs: a classifier on the fake score network's bottleneck tells generated images from
 * real ones, both with noise upon them, and its logit l is high for what looks real. The
 * generator's loss, and that of the fake score network with its classifier:
 *
 * <pre>{@code
 * mean 1/2 (x - sg(x - g))^2 + a mean softplus(-l(x))
 * mean w(sigma) (f - x)^2    + b mean [softplus(l(x)) + softplus(-l(real))]
 * }</pre>
 *
 * <p>Gradients of the second reach the encoder of the fake score network too; each l sees noise and
 * noise levels of its own.
 *
 * @param matching the gradient g and what the fake score network learns
 * @param ganWeight a
 * @param classifierWeight b
 */
public record Dmd2Loss(DistributionMatching matching, double ganWeight, double classifierWeight) {
  /** Scopes within {@link DistributionMatching#FAKE_SCORE}. */
  private static final String NETWORK = "network/";

  private static final String HEAD = "head/";

  /** Inputs: the noise upon the images that the classifier sees, and its levels. */
  public static final String GAN_NOISE = "gan_noise";

  public static final String GAN_SIGMA = "gan_sigma";

  /** Inputs of the fake score network's step: the real images. */
  public static final String REAL = "real_";

  public static final String REAL_IMAGES = REAL + "images";
  public static final String REAL_LABEL = REAL + DenoiserModel.LABEL;
  public static final String REAL_NOISE = REAL + "noise";
  public static final String REAL_SIGMA = REAL + "sigma";

  /** Outputs: the classifier's terms in the generator's loss, and in its own. */
  public static final String REALISM = "realism";

  public static final String CLASSIFIER = "classifier";

  public Dmd2Loss {
    if (!(ganWeight >= 0 && classifierWeight >= 0)
        || Double.isInfinite(ganWeight + classifierWeight)) {
      throw new IllegalArgumentException(
          "the classifier weighs "
              + ganWeight
              + " in the generator's loss and "
              + classifierWeight
              + " in its own, but neither may be negative");
    }
  }

  /**
   * The fake score network with a classifier: the denoiser's inputs, and the outputs {@code
   * denoised} and {@code logit} [N].
   *
   * @param seed of the head's weights
   * @throws RunException when the teacher does not show its features
   */
  public static Graph fakeScoreNetwork(DenoiserModel teacher, long seed) {
    if (!teacher.graph().outputs().contains(DenoiserModel.FEATURES)) {
      throw new RunException(
          "the teacher has the outputs "
              + teacher.graph().outputs()
              + " but a classifier reads its 'features', the bottleneck; pass a teacher that has"
              + " them, or distil it with --method dmd");
    }
    GraphBuilder g = new GraphBuilder();
    Graph network = DistributionMatching.withoutDropout(teacher, DenoiserModel.FEATURES);
    Map<String, Value> arguments = new HashMap<>();
    for (Graph.Input input : network.inputs()) {
      arguments.put(input.name(), g.input(input.name(), input.shape()));
    }
    Map<String, Value> outputs = g.call(network, NETWORK, arguments);
    Value features = Objects.requireNonNull(outputs.get(DenoiserModel.FEATURES));
    Graph head = RealismHead.of(features).build(seed);
    g.output(DenoiserModel.DENOISED, Objects.requireNonNull(outputs.get(DenoiserModel.DENOISED)));
    g.output(
        RealismHead.LOGIT,
        Objects.requireNonNull(
            g.call(head, HEAD, Map.of(RealismHead.FEATURES, features)).get(RealismHead.LOGIT)));
    return g.build();
  }

  /**
   * Builds the generator's step.
   *
   * <p>Inputs: {@code noise}, {@code perturbation} and {@code gan_noise} [N, C, H, W], {@code
   * sigma} and {@code gan_sigma} [N] and the label. Outputs: {@code total}, its parts {@code
   * matching} and {@code realism}, {@code images} and their {@code gradient} [N, C, H, W], {@code
   * score_gap} [N].
   *
   * @param teacher gives the architecture of all networks and the teacher's weights
   * @param fakeScore see {@link #fakeScoreNetwork}
   * @param batch images a step; what micro-batches add up to is the mean over the batch
   */
  public Graph generatorStep(DenoiserModel teacher, Graph fakeScore, int batch) {
    GraphBuilder g = new GraphBuilder();
    Shape shape = teacher.graph().input(DenoiserModel.NOISY).orElseThrow().shape();
    Map<String, Value> conditioning = DistributionMatching.conditioning(g, teacher, "");
    Value x =
        DistributionMatching.images(
            g,
            matching.generator(teacher),
            g.input(DistributionMatching.NOISE, shape),
            conditioning);
    Value matched =
        DistributionMatching.mean(
            DistributionMatching.loss(g, teacher, fakeScore, x, conditioning), batch);
    Value logit = logit(g, teacher, fakeScore, x, conditioning, GAN_NOISE, GAN_SIGMA);
    Value realism = DistributionMatching.mean(softplus(g, logit.times(-1)), batch);
    g.output(DistributionMatching.TOTAL, matched.plus(realism.times(ganWeight)));
    g.output(DistributionMatching.MATCHING, matched);
    g.output(REALISM, realism);
    g.output(DistributionMatching.IMAGES, x);
    return g.build()
        .withOutputs(
            List.of(
                DistributionMatching.TOTAL,
                DistributionMatching.MATCHING,
                REALISM,
                DistributionMatching.IMAGES,
                DistributionMatching.GRADIENT,
                ScoreGap.NAME));
  }

  /**
   * Builds the step of the fake score network and its classifier.
   *
   * <p>Inputs: {@code images}, {@code noise}, {@code gan_noise}, {@code real_images} and {@code
   * real_noise} [N, C, H, W], {@code sigma}, {@code gan_sigma} and {@code real_sigma} [N], the
   * label and {@code real_label}. Outputs: {@code total} and its parts {@code fake_score} and
   * {@code classifier}.
   */
  public Graph fakeScoreStep(DenoiserModel teacher, Graph fakeScore, int batch) {
    GraphBuilder g = new GraphBuilder();
    Shape shape = teacher.graph().input(DenoiserModel.NOISY).orElseThrow().shape();
    Value x = g.input(DistributionMatching.IMAGES, shape);
    Map<String, Value> conditioning = DistributionMatching.conditioning(g, teacher, "");
    Value denoising =
        DistributionMatching.mean(matching.fakeLoss(g, teacher, fakeScore, x, conditioning), batch);
    Value fake = logit(g, teacher, fakeScore, x, conditioning, GAN_NOISE, GAN_SIGMA);
    Value real =
        logit(
            g,
            teacher,
            fakeScore,
            g.input(REAL_IMAGES, shape),
            DistributionMatching.conditioning(g, teacher, REAL),
            REAL_NOISE,
            REAL_SIGMA);
    Value classifier =
        DistributionMatching.mean(softplus(g, fake).plus(softplus(g, real.times(-1))), batch);
    g.output(DistributionMatching.TOTAL, denoising.plus(classifier.times(classifierWeight)));
    g.output(DistributionMatching.FAKE_LOSS, denoising);
    g.output(CLASSIFIER, classifier);
    return g.build();
  }

  /** What the classifier says of images with noise upon them, [N]. */
  private static Value logit(
      GraphBuilder g,
      DenoiserModel teacher,
      Graph fakeScore,
      Value x,
      Map<String, Value> conditioning,
      String noise,
      String sigma) {
    Map<String, Value> arguments =
        DistributionMatching.noised(
            g, teacher, x, g.input(noise, x.shape()), g.input(sigma, Shape.batch()), conditioning);
    Graph classifier = fakeScore.withOutputs(List.of(RealismHead.LOGIT));
    return Objects.requireNonNull(
        g.call(classifier, DistributionMatching.FAKE_SCORE, arguments).get(RealismHead.LOGIT));
  }

  private static Value softplus(GraphBuilder g, Value x) {
    return g.add(Operator.SOFTPLUS, Attributes.none(), List.of(x));
  }
}
