package retort.trainer.distill;

import java.util.HashMap;
import java.util.Map;
import retort.denoiser.DenoiserModel;
import retort.denoiser.ImageShape;
import retort.graph.Graph;
import retort.graph.GraphBuilder;
import retort.graph.Shape;
import retort.graph.Types;
import retort.graph.Value;

/**
 * The two losses of adversarial Score identity Distillation (SiDA, Zhou et al. 2024): those of
 * {@link SidLoss}, and a discriminator that has no weights of its own. Its logits {@code l} are the
 * fake score network's features, averaged over channels.
 *
 * <p>The fake score network learns to denoise images x of the generator and to tell them from real
 * images, both under the same noise {@code sigma n}:
 *
 * <pre>{@code w(sigma) (f - x)^2 + discriminatorScale w(sigma) b,
 * b = (BCE(l(real), 1) + BCE(l(x), 0)) / 2}</pre>
 *
 * <p>The generator learns by half the terms S of {@link SidLoss} and half of
 *
 * <pre>{@code A_i = BCE(clamp(l(x), -10, 10), 1) / w_i}</pre>
 *
 * with the weight w_i of image i in S, times the number of its values. Both cross-entropies are
 * means over all places of all images of a call: what an image learns is how the whole call fares.
 * Where the fake score network knows its uncertainty u, all terms are divided by {@code e^u}.
 *
 * @param identity the terms S
 * @param adversarialScale a factor on A
 * @param discriminatorScale a factor on b
 */
public record SidaLoss(SidLoss identity, double adversarialScale, double discriminatorScale) {
  /** Inputs of the fake score network's loss beside those of {@link DenoisingLoss}. */
  public static final String REAL_IMAGES = "real_images";

  public static final String REAL_AUGMENT = "real_augment";

  /** The generator's terms A [N, 1, 1, 1]. */
  public static final String ADVERSARIAL = "adversarial";

  /** The discriminator's terms {@code w b} [N, 1, 1, 1]. */
  public static final String DISCRIMINATOR = "discriminator";

  /** The cross-entropy [1, 1, 1, 1] that these are made of; ln 2 for one that cannot tell. */
  public static final String CROSS_ENTROPY = "cross_entropy";

  private static final double MAX_LOGIT = 10;

  public SidaLoss {
    if (!(positive(adversarialScale) && positive(discriminatorScale))) {
      throw new IllegalArgumentException(
          "the scales of the adversarial term and the discriminator are "
              + adversarialScale
              + " and "
              + discriminatorScale
              + ", but both must be positive and finite");
    }
  }

  private static boolean positive(double value) {
    return value > 0 && Double.isFinite(value);
  }

  /**
   * Refuses a denoiser that the discriminator cannot read.
   *
   * @throws IllegalArgumentException when it has no features, or features without places
   */
  static void requireFeatures(DenoiserModel denoiser) {
    Graph graph = denoiser.graph();
    String advice =
        "; import it with --features NAME, the value where its encoder ends, or distil it with"
            + " another method";
    if (!graph.outputs().contains(DenoiserModel.FEATURES)) {
      throw new IllegalArgumentException(
          "the teacher shows no features, which the discriminator is read from" + advice);
    }
    Shape shape = Types.of(graph).type(DenoiserModel.FEATURES).shape();
    if (shape.rank() != 4) {
      throw new IllegalArgumentException(
          "the teacher's features are "
              + shape
              + " but the discriminator is read from [N, channels, height, width]"
              + advice);
    }
  }

  /**
   * Builds the generator's step as {@link SidLoss#generatorStep} does, with the same inputs.
   *
   * <p>Outputs: {@code total}, {@code 0.5 scale sum(S) / batch + 0.5 adversarialScale C H W sum(A)
   * / batch}; {@code loss}, the terms S [N, C, H, W]; {@code adversarial}, {@code cross_entropy},
   * {@code images} and {@code score_gap}.
   *
   * @param teacher gives the architecture of all three networks and the teacher's weights
   * @param batch images a step
   */
  public Graph generatorStep(DenoiserModel teacher, int batch) {
    requireFeatures(teacher);
    GraphBuilder g = new GraphBuilder();
    Map<String, Value> arguments = SidLoss.generatorInputs(g, teacher);
    judge(g, teacher, identity.images(g, teacher, arguments), arguments, batch);
    return g.build();
  }

  /** Adds the loss of images to a graph, as {@link SidLoss#judge} does. */
  void judge(
      GraphBuilder g, DenoiserModel teacher, Value x, Map<String, Value> conditioning, int batch) {
    SidLoss.Judgement judged = identity.judged(g, teacher, x, conditioning);
    Value logits = logits(judged.fakeScore()).clip(-MAX_LOGIT, MAX_LOGIT);
    Value crossEntropy = crossEntropyOfReal(logits);
    Value adversarial = judged.fakeScore().overVariance(crossEntropy.over(judged.weight()));
    ImageShape shape = teacher.imageShape();
    Value total =
        judged
            .loss()
            .sum()
            .times(0.5 * identity.scale() / batch)
            .plus(adversarial.sum().times(0.5 * adversarialScale * shape.elements() / batch));
    g.output(SidLoss.TOTAL, total);
    g.output(SidLoss.LOSS, judged.loss());
    g.output(ADVERSARIAL, adversarial);
    g.output(CROSS_ENTROPY, crossEntropy);
    g.output(SidLoss.IMAGES, x);
    g.output(ScoreGap.NAME, judged.scoreGap());
  }

  /**
   * Builds the fake score network's step.
   *
   * <p>Inputs: those of {@link DenoisingLoss#of}, whose {@code images} are the generator's; {@code
   * real_images} [N, C, H, W] and, where the denoiser takes augmentation labels, {@code
   * real_augment}. Outputs: {@code total}, the sum of both losses over all terms divided by {@code
   * batch}; {@code loss}, the terms of the denoising loss [N, C, H, W]; {@code discriminator} and
   * {@code cross_entropy}.
   *
   * @param fakeScore the network that learns
   * @param batch images a step
   */
  public Graph fakeScoreStep(DenoiserModel fakeScore, int batch) {
    requireFeatures(fakeScore);
    GraphBuilder g = new GraphBuilder();
    Graph network = fakeScore.graph();
    Shape shape = network.input(DenoiserModel.NOISY).orElseThrow().shape();
    Value images = g.input(DenoisingLoss.IMAGES, shape);
    Value realImages = g.input(REAL_IMAGES, shape);
    Value n = g.input(DenoisingLoss.NOISE, shape);
    Value sigma = g.input(DenoiserModel.SIGMA, Shape.batch());
    Value s = sigma.reshape(-1, 1, 1, 1);
    Value noise = n.times(s);

    Map<String, Value> arguments = new HashMap<>();
    arguments.put(DenoiserModel.NOISY, images.plus(noise));
    arguments.put(DenoiserModel.SIGMA, sigma);
    for (Graph.Input input : network.inputs()) {
      arguments.computeIfAbsent(input.name(), name -> g.input(name, input.shape()));
    }
    Answer onImages = Answer.of(g, network, "", arguments);
    arguments.put(DenoiserModel.NOISY, realImages.plus(noise));
    arguments.computeIfPresent(
        DenoiserModel.AUGMENT, (name, labels) -> g.input(REAL_AUGMENT, labels.shape()));
    Answer onReal = Answer.of(g, network, "", arguments);

    Value w = LossWeight.EDM.of(s, fakeScore.sigmaData());
    Value loss = DenoisingLoss.terms(onImages, images, w);
    Value crossEntropy =
        crossEntropyOfReal(logits(onReal)).plus(crossEntropyOfFake(logits(onImages))).times(0.5);
    Value discriminator = onImages.overVariance(w.times(crossEntropy));
    Value total = loss.sum().plus(discriminator.sum().times(discriminatorScale)).over(batch);
    g.output(SidLoss.TOTAL, total);
    g.output(SidLoss.LOSS, loss);
    g.output(DISCRIMINATOR, discriminator);
    g.output(CROSS_ENTROPY, crossEntropy);
    return g.build();
  }

  /** How real a denoiser finds each place of its input [N, 1, h, w]. */
  private static Value logits(Answer answer) {
    return answer.features().mean(1);
  }

  /** {@code -log sigmoid(l)}, the mean over all places of all images [1, 1, 1, 1]. */
  private static Value crossEntropyOfReal(Value logits) {
    return logits.times(-1).softplus().mean(0, 1, 2, 3);
  }

  /** {@code -log(1 - sigmoid(l))}, likewise. */
  private static Value crossEntropyOfFake(Value logits) {
    return logits.softplus().mean(0, 1, 2, 3);
  }
}
