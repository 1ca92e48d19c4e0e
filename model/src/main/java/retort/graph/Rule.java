package retort.graph;

import java.util.List;

/**
 * What an operator knows: the types of its results, their values, and its text in TorchScript.
 * Lowering to plain ONNX operators is in {@link Lowering}, for the few that need it.
 */
interface Rule {
  /**
   * Types of the results, one per declared output.
   *
   * @throws GraphException when the operands do not fit
   */
  List<TensorType> infer(Site site);

  /**
   * Values of the results, computed in double precision or in 64-bit integers.
   *
   * @param site a site of which every operand is computed
   * @param outputs what {@link #infer} said
   */
  List<Tensor> evaluate(Site site, List<TensorType> outputs);

  /** One TorchScript expression per result. */
  List<String> torchScript(ScriptSite script);
}
