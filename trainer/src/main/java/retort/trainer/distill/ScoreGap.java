package retort.trainer.distill;

import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import retort.graph.Tensor;
import retort.graph.Value;

/**
 * How far teacher and fake score network disagree about a generator's images: a sign of
 * convergence, which the losses of Score identity Distillation are not. With the estimates r and f
 * of the clean image behind {@code y = x + sigma n}, and the weight of {@link LossWeight#EDM},
 *
 * <pre>{@code
 * gap = E_sigma,x,n  w(sigma) mean (r - f)^2,      w(sigma) = (sigma^2 + sd^2) / (sigma sd)^2
 * }</pre>
 *
 * <p>Since {@code (D(y; sigma) - y) / sigma^2} is a score, {@code (r - f)^2 = sigma^4 (s_teacher -
 * s_fake)^2}: where the fake score network has learnt the generator's images, this is the Fisher
 * divergence that SiD and DMD minimise, weighted so that levels can be compared. In EDM's
 * preconditioning it is the mean squared difference of the networks' raw outputs. There is another
 * reading: f is then the best estimate of x there is, so that the gap is what the teacher's
 * denoising loss on these images exceeds the fake score network's by.
 *
 * <p>It falls as the generator approaches the teacher. It is no proof, since the fake score network
 * lags behind: one that learns nothing stays near the teacher, whatever the generator does.
 */
final class ScoreGap {
  /** The name of the graph's output, and of the value in the statistics. */
  static final String NAME = "score_gap";

  private ScoreGap() {}

  /**
   * The gap of each image [N], which no gradient passes.
   *
   * @param r the teacher's estimate [N, C, H, W]
   * @param f the fake score network's
   * @param sigma noise levels [N]
   */
  static Value of(Value r, Value f, Value sigma, double sigmaData) {
    Value weight = LossWeight.EDM.of(sigma, sigmaData);
    Value difference = r.stopGradient().minus(f.stopGradient());
    return difference.squared().mean(1, 2, 3).reshape(-1).times(weight);
  }

  /** What a call's images add to the mean over a batch. */
  static double share(Map<String, Tensor> results, int batch) {
    Tensor gaps = Objects.requireNonNull(results.get(NAME));
    return Arrays.stream(gaps.reals()).sum() / batch;
  }
}
