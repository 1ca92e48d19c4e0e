package retort.trainer.distill;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import retort.denoiser.DenoiserModel;
import retort.graph.DropoutRemoval;
import retort.graph.Graph;
import retort.graph.GraphBuilder;
import retort.graph.Shape;
import retort.graph.Value;

/**
 * The generator's loss of Score identity Distillation (Zhou et al. 2024): with images {@code x =
 * G(noise, c)}, {@code y = x + sigma n}, the teacher's estimate {@code r} and the fake score
 * network's estimate {@code f} of the clean image behind y,
 *
 * <pre>{@code (r - f) ((r - x) - alpha (r - f)) / w,   w = max(mean |x - r|, 1e-5)}</pre>
 *
 * elementwise. Gradients reach the generator through x and through the inputs of both networks;
 * only the weight w is detached. Where the fake score network knows the log variance u of its
 * error, the terms are divided by {@code e^u}, which is constant here.
 *
 * @param alpha weighs the two terms of the identity: 1 leaves {@code <r - f, f - x>}, more pushes
 *     {@code -|r - f|^2}
 * @param sigmaInit the noise level at which the denoiser's weights become a generator
 * @param scale a factor on the loss, which only Adam's epsilon notices
 */
public record SidLoss(double alpha, double sigmaInit, double scale) {
  /** Scopes of the three networks' weights in the graph. */
  public static final String GENERATOR = "generator/";

  public static final String TEACHER = "teacher/";
  public static final String FAKE_SCORE = "fake/";

  /** Inputs of the graph beside {@code sigma} and the label. */
  public static final String NOISE = "noise";

  public static final String PERTURBATION = "perturbation";

  /** Outputs of the graph beside {@link ScoreGap}: the scaled sum, its terms, the images. */
  public static final String TOTAL = "total";

  public static final String LOSS = "loss";
  public static final String IMAGES = "images";

  private static final double MIN_WEIGHT = 1e-5;

  public SidLoss {
    if (!(sigmaInit > 0 && Double.isFinite(sigmaInit))) {
      throw new IllegalArgumentException("sigma_init is " + sigmaInit + " but must be positive");
    }
    if (!(Double.isFinite(alpha) && scale > 0 && Double.isFinite(scale))) {
      throw new IllegalArgumentException(
          "alpha is "
              + alpha
              + " and the loss's scale "
              + scale
              + ", but both must be finite and the scale positive");
    }
  }

  /**
   * Builds the generator's step: generator, both denoisers and the loss as one graph.
   *
   * <p>Inputs: {@code noise} and {@code perturbation} [N, C, H, W], {@code sigma} [N] and the
   * label. Outputs: {@code total}, the scaled sum over all terms divided by {@code batch}, {@code
   * loss} and {@code images} [N, C, H, W], {@code score_gap} [N]. Dropout is active in the
   * generator only.
   *
   * @param teacher gives the architecture of all three networks and the teacher's weights
   * @param batch images a step; the gradients of micro-batches add up to those of their mean
   */
  public Graph generatorStep(DenoiserModel teacher, int batch) {
    GraphBuilder g = new GraphBuilder();
    Map<String, Value> arguments = generatorInputs(g, teacher);
    judge(g, teacher, images(g, teacher, arguments), arguments, batch);
    return g.build();
  }

  /** Adds the inputs of a generator: noise, and the label where there is one. */
  static Map<String, Value> generatorInputs(GraphBuilder g, DenoiserModel teacher) {
    Map<String, Value> inputs = new HashMap<>();
    Shape shape = teacher.graph().input(DenoiserModel.NOISY).orElseThrow().shape();
    inputs.put(NOISE, g.input(NOISE, shape));
    for (Graph.Input input : conditioning(teacher)) {
      inputs.put(input.name(), g.input(input.name(), input.shape()));
    }
    return inputs;
  }

  /** Adds the generator. */
  Value images(GraphBuilder g, DenoiserModel teacher, Map<String, Value> inputs) {
    Graph generator = teacher.generator(sigmaInit);
    return Objects.requireNonNull(g.call(generator, GENERATOR, inputs).get(DenoiserModel.IMAGE));
  }

  /** The inputs that a generator and its judges share: the label, where there is one. */
  private static List<Graph.Input> conditioning(DenoiserModel teacher) {
    Set<String> others = Set.of(DenoiserModel.NOISY, DenoiserModel.SIGMA, DenoiserModel.AUGMENT);
    return teacher.graph().inputs().stream().filter(i -> !others.contains(i.name())).toList();
  }

  /**
   * Adds the loss of images to a graph, as {@link #generatorStep} does: the inputs {@code
   * perturbation} and {@code sigma}, and all outputs.
   *
   * @param x the images
   * @param conditioning the label, where the teacher takes one
   */
  void judge(
      GraphBuilder g, DenoiserModel teacher, Value x, Map<String, Value> conditioning, int batch) {
    Judgement judged = judged(g, teacher, x, conditioning);
    g.output(TOTAL, judged.loss().sum().times(scale / batch));
    g.output(LOSS, judged.loss());
    g.output(IMAGES, x);
    g.output(ScoreGap.NAME, judged.scoreGap());
  }

  /**
   * What the frozen networks make of images.
   *
   * @param loss the terms [N, C, H, W]
   * @param weight w [N, 1, 1, 1]
   * @param fakeScore all that the fake score network answered
   * @param scoreGap see {@link ScoreGap} [N]
   */
  record Judgement(Value loss, Value weight, Answer fakeScore, Value scoreGap) {}

  /** Adds the frozen networks and their inputs. */
  Judgement judged(
      GraphBuilder g, DenoiserModel teacher, Value x, Map<String, Value> conditioning) {
    Graph network = DropoutRemoval.remove(teacher.graph());
    Value n = g.input(PERTURBATION, x.shape());
    Value sigma = g.input(DenoiserModel.SIGMA, new Shape(List.of(x.shape().dim(0))));
    Map<String, Value> arguments = new HashMap<>(conditioning);
    arguments.put(DenoiserModel.NOISY, x.plus(n.times(sigma.reshape(-1, 1, 1, 1))));
    arguments.put(DenoiserModel.SIGMA, sigma);
    arguments.put(DenoiserModel.AUGMENT, teacher.noAugmentation(g));
    Value r = DenoisingLoss.denoised(g, network, TEACHER, arguments);
    Answer fakeScore = Answer.of(g, network, FAKE_SCORE, arguments);
    Value f = fakeScore.denoised();

    Value w = x.minus(r).abs().mean(1, 2, 3).atLeast(MIN_WEIGHT).stopGradient();
    Value difference = r.minus(f);
    Value loss = difference.times(r.minus(x).minus(difference.times(alpha))).over(w);
    Value gap = ScoreGap.of(r, f, sigma, teacher.sigmaData());
    return new Judgement(fakeScore.overVariance(loss), w, fakeScore, gap);
  }
}
