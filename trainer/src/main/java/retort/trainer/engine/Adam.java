package retort.trainer.engine;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import retort.graph.Tensor;

/**
 * Adam over the parameters of one network, with its two moments in the open, so that a run can be
 * saved and resumed.
 */
public final class Adam {
  private static final String STEPS = "steps";
  private static final String FIRST = "first/";
  private static final String SECOND = "second/";

  private final ParameterScripts scripts;
  private final NetworkWeights weights;
  private final AdamConfig config;
  private final PtNDArray[] parameters;
  private final PtNDArray[] first;
  private final PtNDArray[] second;
  private final PtNDArray steps;

  Adam(Torch torch, ParameterScripts scripts, NetworkWeights weights, AdamConfig config) {
    this.scripts = scripts;
    this.weights = weights;
    this.config = config;
    parameters = weights.parameters();
    first = map(scripts::zerosLike);
    second = map(scripts::zerosLike);
    steps = (PtNDArray) torch.root().zeros(new Shape(), DataType.FLOAT32);
  }

  private PtNDArray[] map(UnaryOperator<PtNDArray> function) {
    return Stream.of(parameters).map(function).toArray(PtNDArray[]::new);
  }

  /**
   * Takes a step along the gradients gathered so far and clears them.
   *
   * @param rate the learning rate
   * @param guard what is done to the gradients first
   * @return the norm of the gradients before that; not finite when some value was not
   */
  public double step(double rate, GradientGuard guard) {
    // Taken anew in each step: a parameter that no loss has reached yet has only a stand-in.
    PtNDArray[] gradients = weights.gradients();
    try {
      double norm = scripts.guard(guard, gradients);
      scripts.adam(parameters, gradients, first, second, steps, rate, config);
      return norm;
    } finally {
      Stream.of(gradients).forEach(PtNDArray::close);
    }
  }

  /** Takes a step whose gradients are only made finite. */
  public double step(double rate) {
    return step(rate, GradientGuard.FINITE);
  }

  /** Forgets all steps taken so far. */
  public void restart() {
    scripts.zero(steps);
    Stream.of(first, second).flatMap(Stream::of).forEach(scripts::zero);
  }

  /** Everything that resuming needs, by name. */
  public Map<String, Tensor> state() {
    Map<String, Tensor> state = new LinkedHashMap<>();
    state.put(STEPS, Torch.tensor(steps));
    List<String> names = weights.parameterNames();
    for (int i = 0; i < first.length; i++) {
      state.put(FIRST + names.get(i), Torch.tensor(first[i]));
      state.put(SECOND + names.get(i), Torch.tensor(second[i]));
    }
    return state;
  }

  /** Continues from a state that {@link #state} returned for the same network. */
  public void restore(Map<String, Tensor> state) {
    scripts.assign(steps, required(state, STEPS));
    List<String> names = weights.parameterNames();
    for (int i = 0; i < first.length; i++) {
      scripts.assign(first[i], required(state, FIRST + names.get(i)));
      scripts.assign(second[i], required(state, SECOND + names.get(i)));
    }
  }

  private static Tensor required(Map<String, Tensor> state, String name) {
    Tensor value = state.get(name);
    if (value == null) {
      throw new IllegalArgumentException("the optimiser's state lacks '" + name + "'");
    }
    return value;
  }
}
