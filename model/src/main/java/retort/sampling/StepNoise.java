package retort.sampling;

/** The fresh noise that stochastic samplers add at their steps. */
@FunctionalInterface
public interface StepNoise {

  /** For deterministic samplers: refuses to be asked. */
  StepNoise NONE =
      (step, elements) -> {
        throw new IllegalStateException(
            "step "
                + step
                + " adds noise but the sampler was given none: pass SeededNoise, or sample without"
                + " churn");
      };

  /**
   * Standard normal noise for one step.
   *
   * @param step the step, counted from 0; asked once for each step that adds noise, in order
   * @param elements the size of the whole batch, {@code N * C * H * W}
   * @return {@code [N, C, H, W]} row-major; read only
   */
  double[] draw(int step, int elements);
}
