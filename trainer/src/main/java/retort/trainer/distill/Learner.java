package retort.trainer.distill;

import java.util.LinkedHashMap;
import java.util.Map;
import retort.graph.Graph;
import retort.graph.Tensor;
import retort.trainer.engine.Adam;
import retort.trainer.engine.NetworkWeights;
import retort.trainer.engine.Torch;

/** A network that learns: its weights and their optimiser. */
final class Learner implements Remembered {
  private static final String WEIGHTS = "weights/";
  private static final String ADAM = "adam/";

  private final NetworkWeights weights;
  private final Adam adam;
  private final Optimisation optimisation;

  /** Starts from the weights of a graph. */
  Learner(Torch torch, Graph start, Optimisation optimisation) {
    this.weights = torch.weights(start);
    this.adam = torch.adam(weights, optimisation.adam());
    this.optimisation = optimisation;
  }

  NetworkWeights weights() {
    return weights;
  }

  /** Steps along the gradients gathered so far; returns their norm before they were bounded. */
  double step(long imagesSeen) {
    return stepAt(optimisation.rate().at(imagesSeen));
  }

  /** The same at a rate of the caller's. */
  double stepAt(double rate) {
    return adam.step(rate, optimisation.guard());
  }

  /** Forgets what the optimiser gathered; the weights stay. */
  void restart() {
    adam.restart();
  }

  @Override
  public Map<String, Tensor> state() {
    Map<String, Tensor> state = new LinkedHashMap<>();
    NamedState.put(state, WEIGHTS, weights.parameterValues());
    NamedState.put(state, ADAM, adam.state());
    return state;
  }

  @Override
  public void restore(Map<String, Tensor> state) {
    weights.set(NamedState.get(state, WEIGHTS));
    adam.restore(NamedState.get(state, ADAM));
  }
}
