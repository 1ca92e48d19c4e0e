package retort.trainer.distill;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import retort.denoiser.DenoiserModel;
import retort.graph.Attributes;
import retort.graph.DropoutRemoval;
import retort.graph.Graph;
import retort.graph.GraphBuilder;
import retort.graph.Operator;
import retort.graph.Shape;
import retort.graph.Value;

/**
 * What Distribution Matching Distillation (Yin et al. 2024) and its successor share: the gradient
 * that brings the distribution of images to the teacher's, and the denoising loss by which a fake
 * score network follows the images. Dropout is off in every network.
 *
 * @param sigmaInit the noise level at which the denoiser's weights become a generator
 * @param fakeWeight what the fake score network's error counts at a noise level
 */
public record DistributionMatching(double sigmaInit, LossWeight fakeWeight) {
  /** Scopes of the networks' weights in the graphs. */
  public static final String GENERATOR = "generator/";

  public static final String TEACHER = "teacher/";
  public static final String FAKE_SCORE = "fake/";

  /** Inputs of the generator's step beside {@code sigma} and the label. */
  public static final String NOISE = "noise";

  public static final String PERTURBATION = "perturbation";

  /** Outputs of the graphs: what is differentiated, and the means that it consists of. */
  public static final String TOTAL = "total";

  public static final String MATCHING = "matching";
  public static final String FAKE_LOSS = "fake_score";

  /** More outputs of the generator's step: the gradient g of its images, and these. */
  public static final String GRADIENT = "gradient";

  public static final String IMAGES = "images";

  private static final double LARGEST = Float.MAX_VALUE;

  public DistributionMatching {
    if (!(sigmaInit > 0 && Double.isFinite(sigmaInit))) {
      throw new IllegalArgumentException("sigma_init is " + sigmaInit + " but must be positive");
    }
  }

  /** The generator as a graph from {@code noise} to {@code image}. */
  Graph generator(DenoiserModel teacher) {
    return DropoutRemoval.remove(teacher.generator(sigmaInit));
  }

  /** The fake score network where nothing is read from it but {@code denoised}. */
  static Graph fakeScoreNetwork(DenoiserModel teacher) {
    return withoutDropout(teacher);
  }

  /** A denoiser for its estimate and perhaps more, in inference mode. */
  static Graph withoutDropout(DenoiserModel teacher, String... more) {
    List<String> outputs = new ArrayList<>(List.of(DenoiserModel.DENOISED));
    outputs.addAll(List.of(more));
    return DropoutRemoval.remove(teacher.graph()).withOutputs(outputs);
  }

  /** Calls a generator. */
  static Value images(GraphBuilder g, Graph generator, Value noise, Map<String, Value> labels) {
    Map<String, Value> arguments = new HashMap<>(labels);
    arguments.put(DenoiserModel.NOISE, noise);
    return Objects.requireNonNull(g.call(generator, GENERATOR, arguments).get(DenoiserModel.IMAGE));
  }

  /** The inputs that generator and judges share, the label where there is one, by its own name. */
  static Map<String, Value> conditioning(GraphBuilder g, DenoiserModel teacher, String prefix) {
    Set<String> others = Set.of(DenoiserModel.NOISY, DenoiserModel.SIGMA, DenoiserModel.AUGMENT);
    Map<String, Value> conditioning = new HashMap<>();
    for (Graph.Input input : teacher.graph().inputs()) {
      if (!others.contains(input.name())) {
        conditioning.put(input.name(), g.input(prefix + input.name(), input.shape()));
      }
    }
    return conditioning;
  }

  /**
   * Adds the distribution matching loss of images, with the inputs {@code perturbation} and {@code
   * sigma} and the outputs {@code gradient} and {@link ScoreGap}. With {@code y = x + sigma n}, the
   * teacher's estimate r and the fake score network's estimate f of the clean image behind y, the
   * gradient is that of eq. 7 with the weight of eq. 8,
   *
   * <pre>{@code g = (f - r) / mean |x - r|}</pre>
   *
   * where nothing is differentiated and what is not a number becomes 0. The loss {@code 1/2 (x -
   * sg(x - g))^2}, elementwise, has the gradient g with respect to x.
   *
   * @param fakeScore the fake score network
   * @param x the images
   */
  static Value loss(
      GraphBuilder g,
      DenoiserModel teacher,
      Graph fakeScore,
      Value x,
      Map<String, Value> conditioning) {
    Value n = g.input(PERTURBATION, x.shape());
    Value sigma = g.input(DenoiserModel.SIGMA, new Shape(List.of(x.shape().dim(0))));
    Value fixed = x.stopGradient();
    Map<String, Value> arguments = noised(g, teacher, fixed, n, sigma, conditioning);
    Value r = DenoisingLoss.denoised(g, fakeScoreNetwork(teacher), TEACHER, arguments);
    Value f = DenoisingLoss.denoised(g, fakeScore, FAKE_SCORE, arguments);
    Value gradient = f.minus(r).over(fixed.minus(r).abs().mean(1, 2, 3));
    Value finite = finite(g, gradient).stopGradient();
    g.output(GRADIENT, finite);
    g.output(ScoreGap.NAME, ScoreGap.of(r, f, sigma, teacher.sigmaData()));
    return x.minus(fixed.minus(finite)).squared().times(0.5);
  }

  /** As {@code nan_to_num}: nan becomes 0, infinity the largest number. */
  private static Value finite(GraphBuilder g, Value x) {
    Value isNan = g.add(Operator.IS_NAN, Attributes.none(), List.of(x));
    return g.add(Operator.WHERE, Attributes.none(), List.of(isNan, g.constant(0), x))
        .clip(-LARGEST, LARGEST);
  }

  /**
   * Adds the denoising loss {@code w(sigma) (f(x + sigma n; sigma) - x)^2}, elementwise, of images
   * that no gradient reaches, with the inputs {@code noise} and {@code sigma}.
   */
  Value fakeLoss(
      GraphBuilder g,
      DenoiserModel teacher,
      Graph fakeScore,
      Value x,
      Map<String, Value> conditioning) {
    Value n = g.input(NOISE, x.shape());
    Value sigma = g.input(DenoiserModel.SIGMA, Shape.batch());
    Map<String, Value> arguments = noised(g, teacher, x, n, sigma, conditioning);
    Value f = DenoisingLoss.denoised(g, fakeScore, FAKE_SCORE, arguments);
    Value weight = fakeWeight.of(sigma.reshape(-1, 1, 1, 1), teacher.sigmaData());
    return f.minus(x).squared().times(weight);
  }

  /** A denoiser's arguments for images with noise upon them. */
  static Map<String, Value> noised(
      GraphBuilder g,
      DenoiserModel teacher,
      Value x,
      Value noise,
      Value sigma,
      Map<String, Value> conditioning) {
    Map<String, Value> arguments = new HashMap<>(conditioning);
    arguments.put(DenoiserModel.NOISY, x.plus(noise.times(sigma.reshape(-1, 1, 1, 1))));
    arguments.put(DenoiserModel.SIGMA, sigma);
    arguments.put(DenoiserModel.AUGMENT, teacher.noAugmentation(g));
    return arguments;
  }

  /** What a micro-batch adds to the mean over all values of a batch. */
  static Value mean(Value values, int batch) {
    double size = 1;
    for (int axis = 1; axis < values.shape().rank(); axis++) {
      size *= values.shape().dim(axis).constant();
    }
    return values.sum().over(batch * size);
  }
}
