package retort.trainer.distill;

import java.util.HashMap;
import java.util.Map;
import retort.denoiser.DenoiserModel;
import retort.graph.DropoutRemoval;
import retort.graph.Graph;
import retort.graph.GraphBuilder;
import retort.graph.Shape;
import retort.graph.Value;

/**
 * The loss of Progressive Distillation (Salimans and Ho 2022, Algorithm 2): a student's estimate of
 * the clean image behind {@code y = x + t n} is compared with the one that takes it in one step to
 * where two steps of the teacher go.
 *
 * <pre>{@code
 * x_1 = D_teacher(y; t),   y_m = x_1 + (m / t) (y - x_1),   x_2 = D_teacher(y_m; m)
 * w(t) dist(D_student(y; t), share x_1 + (1 - share) x_2)
 * }</pre>
 *
 * <p>Its published forms are all this one. The target {@code (z_s - (sigma_s / sigma_t) z_t) /
 * (alpha_s - (sigma_s / sigma_t) alpha_t)} of a variance-preserving state {@code z = alpha y}, and
 * the target {@code y - t (y_s - y) / (s - t)} of EDM's, are the mean of the teacher's estimates
 * with {@link Halving#firstShare}, where nothing of like size is subtracted. What differs is the
 * schedule of the levels t, m and s.
 *
 * @param weight what an error counts at a level
 * @param distance how images are compared; the mean square as published
 */
public record ProgressiveLoss(LossWeight weight, ImageDistance distance) {
  /** Scopes of both networks' weights in the graph. */
  public static final String TEACHER = "teacher/";

  public static final String STUDENT = "student/";

  /** Inputs of the graph beside {@code sigma}, which is t, and the label. */
  public static final String IMAGES = "images";

  public static final String NOISE = "noise";
  public static final String MIDDLE = "middle";
  public static final String SHARE = "share";

  /** Outputs of the graph: the mean loss, what each image adds [N], what the student should say. */
  public static final String TOTAL = "total";

  public static final String LOSS = "loss";
  public static final String TARGET = "target";

  /**
   * Builds the student's step: both denoisers and the loss as one graph, without dropout.
   *
   * <p>Inputs: {@code images} and {@code noise} [N, C, H, W]; {@code sigma}, {@code middle} and
   * {@code share} [N]; the label. Outputs: {@code total}, the sum of {@code loss} divided by {@code
   * batch}; {@code loss} [N]; {@code target} [N, C, H, W].
   *
   * @param teacher gives the architecture of both networks and the teacher's weights
   * @param batch images a step; the gradients of micro-batches add up to those of their mean
   */
  public Graph studentStep(DenoiserModel teacher, int batch) {
    GraphBuilder g = new GraphBuilder();
    Graph network = DropoutRemoval.remove(teacher.graph());
    Shape shape = network.input(DenoiserModel.NOISY).orElseThrow().shape();
    Value sigma = g.input(DenoiserModel.SIGMA, Shape.batch());
    Value middle = g.input(MIDDLE, Shape.batch());
    Value share = g.input(SHARE, Shape.batch()).reshape(-1, 1, 1, 1);
    Value t = sigma.reshape(-1, 1, 1, 1);
    Value m = middle.reshape(-1, 1, 1, 1);
    Value y = g.input(IMAGES, shape).plus(g.input(NOISE, shape).times(t));

    Map<String, Value> arguments = new HashMap<>();
    arguments.put(DenoiserModel.NOISY, y);
    arguments.put(DenoiserModel.SIGMA, sigma);
    arguments.put(DenoiserModel.AUGMENT, teacher.noAugmentation(g));
    for (Graph.Input input : network.inputs()) {
      arguments.computeIfAbsent(input.name(), name -> g.input(name, input.shape()));
    }
    Value first = DenoisingLoss.denoised(g, network, TEACHER, arguments);
    Value student = DenoisingLoss.denoised(g, network, STUDENT, arguments);

    arguments.put(DenoiserModel.NOISY, first.plus(y.minus(first).times(m.over(t))));
    arguments.put(DenoiserModel.SIGMA, middle);
    Value second = DenoisingLoss.denoised(g, network, TEACHER, arguments);
    Value target = second.plus(first.minus(second).times(share)).stopGradient();

    Value loss = distance.of(g, student, target).times(weight.of(sigma, teacher.sigmaData()));
    g.output(TOTAL, loss.sum().over(batch));
    g.output(LOSS, loss);
    g.output(TARGET, target);
    return g.build();
  }
}
