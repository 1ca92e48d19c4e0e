package retort.trainer.engine;

/** The exponential moving average of a network's parameters. Buffers are not averaged. */
public final class MovingAverage {
  private final ParameterScripts scripts;
  private final NetworkWeights weights;
  private final NetworkWeights averages;

  MovingAverage(ParameterScripts scripts, NetworkWeights weights, NetworkWeights averages) {
    this.scripts = scripts;
    this.weights = weights;
    this.averages = averages;
  }

  /** {@code average = beta * average + (1 - beta) * parameter}. */
  public void update(double beta) {
    scripts.average(averages.parameters(), weights.parameters(), 1 - beta);
  }

  /** The averaged weights. */
  public NetworkWeights averages() {
    return averages;
  }
}
