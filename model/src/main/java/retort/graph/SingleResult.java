package retort.graph;

import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * The rule of an operator with one result.
 *
 * @param type type of the result
 * @param value value of the result, given its type
 * @param script text of the result
 */
record SingleResult(
    Function<Site, TensorType> type,
    BiFunction<Site, TensorType, Tensor> value,
    Function<ScriptSite, String> script)
    implements Rule {

  /** A result of the first operand's type and shape. */
  static TensorType like(Site site) {
    return TensorType.of(site.type(0), site.shape(0));
  }

  /** Like {@link #like}, for operators that are defined on real numbers only. */
  static TensorType likeReal(Site site) {
    if (!site.type(0).isFloating()) {
      throw site.fail("needs real numbers but is given " + site.type(0) + "; cast the operand");
    }
    return like(site);
  }

  @Override
  public List<TensorType> infer(Site site) {
    return List.of(type.apply(site));
  }

  @Override
  public List<Tensor> evaluate(Site site, List<TensorType> outputs) {
    return List.of(value.apply(site, outputs.get(0)));
  }

  @Override
  public List<String> torchScript(ScriptSite s) {
    return List.of(script.apply(s));
  }
}
