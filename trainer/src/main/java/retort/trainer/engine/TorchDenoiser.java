package retort.trainer.engine;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import retort.denoiser.Denoiser;
import retort.denoiser.DenoiserModel;
import retort.denoiser.ImageShape;
import retort.graph.DropoutRemoval;
import retort.graph.Graph;
import retort.graph.Tensor;

/**
 * A denoiser model run by the engine, without dropout. The thread that owns the engine calls it.
 */
public final class TorchDenoiser implements Denoiser {
  private final ImageShape imageShape;
  private final List<Graph.Input> inputs;
  private final Program program;
  private final WeightView weights;

  /**
   * Compiles a model.
   *
   * @param torch the engine
   * @param model gives graph and signature
   * @param weights the weights to use, which may change between calls
   */
  public TorchDenoiser(Torch torch, DenoiserModel model, WeightView weights) {
    Graph graph = DropoutRemoval.remove(model.graph()).withOutputs(List.of(DenoiserModel.DENOISED));
    this.imageShape = model.imageShape();
    this.inputs = graph.inputs();
    this.program = torch.compile(graph);
    this.weights = weights;
  }

  @Override
  public ImageShape imageShape() {
    return imageShape;
  }

  @Override
  public float[] denoise(float[] noisy, float[] sigma, Map<String, float[]> conditioning) {
    int n = sigma.length;
    Map<String, Tensor> arguments = new HashMap<>();
    for (Graph.Input input : inputs) {
      int[] shape = input.shape().at(n);
      float[] values =
          switch (input.name()) {
            case DenoiserModel.NOISY -> noisy;
            case DenoiserModel.SIGMA -> sigma;
            default -> conditioning.getOrDefault(input.name(), new float[Tensor.elements(shape)]);
          };
      if (values.length != Tensor.elements(shape)) {
        throw new IllegalArgumentException(
            input.name()
                + " has "
                + values.length
                + " values but a batch of "
                + n
                + " needs "
                + Tensor.elements(shape));
      }
      arguments.put(input.name(), Tensor.floats(shape, values));
    }
    for (String name : conditioning.keySet()) {
      if (!arguments.containsKey(name)) {
        throw new IllegalArgumentException("the denoiser has no input '" + name + "'");
      }
    }
    Tensor denoised = program.compute(arguments, weights).get(DenoiserModel.DENOISED);
    return Objects.requireNonNull(denoised).floats();
  }
}
