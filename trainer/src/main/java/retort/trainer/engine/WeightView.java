package retort.trainer.engine;

import ai.djl.pytorch.engine.PtNDArray;
import java.util.Map;
import java.util.function.Function;

/**
 * The weights that a program is called with: those of one network, learnt or frozen, or of several
 * networks that are told apart by a scope such as {@code teacher/}.
 */
public final class WeightView {
  private final Function<String, PtNDArray> arrays;

  WeightView(Function<String, PtNDArray> arrays) {
    this.arrays = arrays;
  }

  /** For graphs without weights, or whose weights are all in scopes of others. */
  public static WeightView scoped(Map<String, WeightView> scopes) {
    Map<String, WeightView> known = Map.copyOf(scopes);
    return new WeightView(
        name -> {
          int end = name.indexOf('/') + 1;
          WeightView scope = known.get(name.substring(0, end));
          if (scope == null) {
            throw new IllegalArgumentException("no network is given for weight '" + name + "'");
          }
          return scope.array(name.substring(end));
        });
  }

  PtNDArray array(String name) {
    return arrays.apply(name);
  }
}
