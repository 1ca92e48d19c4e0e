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
 * The loss of consistency distillation (Song et al. 2023, Algorithm 2): the estimates at two
 * neighbouring points of one of the teacher's paths should be the same.
 *
 * <pre>{@code
 * y = x + t n,   y' = one step of Heun's method with the teacher from (y, t) to t'
 * dist(f(y; t), f_target(y'; t'))
 * }</pre>
 *
 * <p>No gradient passes through the target, whose weights are an average of those that learn.
 *
 * @param distance how images are compared; LPIPS as published
 */
public record ConsistencyLoss(ImageDistance distance) {
  /** Scopes of the three networks' weights in the graph. */
  public static final String TEACHER = "teacher/";

  public static final String STUDENT = "student/";
  public static final String AVERAGED = "target/";

  /** Inputs of the graph beside {@code sigma}, which is t, and the label. */
  public static final String IMAGES = "images";

  public static final String NOISE = "noise";
  public static final String NEXT = "next";

  /** Outputs of the graph: the mean loss, what each image adds [N], what should be answered. */
  public static final String TOTAL = "total";

  public static final String LOSS = "loss";
  public static final String TARGET = "target";

  /**
   * Builds the student's step: teacher, student and target as one graph.
   *
   * <p>Inputs: {@code images} and {@code noise} [N, C, H, W]; {@code sigma} and {@code next} [N];
   * the label. Outputs: {@code total}, the sum of {@code loss} divided by {@code batch}; {@code
   * loss} [N]; {@code target} [N, C, H, W]. The published code lets student and target drop the
   * same features; here neither drops any.
   *
   * @param teacher the denoiser
   * @param function the consistency function of student and target, with the teacher's signature
   * @param batch images a step; the gradients of micro-batches add up to those of their mean
   */
  public Graph studentStep(DenoiserModel teacher, DenoiserModel function, int batch) {
    GraphBuilder g = new GraphBuilder();
    Graph denoiser = DropoutRemoval.remove(teacher.graph());
    Graph consistent = DropoutRemoval.remove(function.graph());
    Shape shape = denoiser.input(DenoiserModel.NOISY).orElseThrow().shape();
    Value sigma = g.input(DenoiserModel.SIGMA, Shape.batch());
    Value next = g.input(NEXT, Shape.batch());
    Value t = sigma.reshape(-1, 1, 1, 1);
    Value s = next.reshape(-1, 1, 1, 1);
    Value y = g.input(IMAGES, shape).plus(g.input(NOISE, shape).times(t));

    Map<String, Value> arguments = new HashMap<>();
    arguments.put(DenoiserModel.NOISY, y);
    arguments.put(DenoiserModel.SIGMA, sigma);
    arguments.put(DenoiserModel.AUGMENT, teacher.noAugmentation(g));
    for (Graph.Input input : denoiser.inputs()) {
      arguments.computeIfAbsent(input.name(), name -> g.input(name, input.shape()));
    }
    Value student = DenoisingLoss.denoised(g, consistent, STUDENT, arguments);
    Value first = y.minus(DenoisingLoss.denoised(g, denoiser, TEACHER, arguments)).over(t);

    Value straight = y.plus(first.times(s.minus(t)));
    arguments.put(DenoiserModel.NOISY, straight);
    arguments.put(DenoiserModel.SIGMA, next);
    Value second = straight.minus(DenoisingLoss.denoised(g, denoiser, TEACHER, arguments)).over(s);

    arguments.put(DenoiserModel.NOISY, y.plus(first.plus(second).times(0.5).times(s.minus(t))));
    Value target = DenoisingLoss.denoised(g, consistent, AVERAGED, arguments).stopGradient();

    Value loss = distance.of(g, student, target);
    g.output(TOTAL, loss.sum().over(batch));
    g.output(LOSS, loss);
    g.output(TARGET, target);
    return g.build();
  }
}
