package retort.trainer.engine;

import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import retort.graph.Tensor;
import retort.trainer.torchscript.TorchScriptException;

/**
 * A TorchScript module that somebody else made, with its weights, for inference: no gradient passes
 * through. One call runs the whole of it, over plain arrays.
 */
public final class ScriptedModule {
  private final Torch torch;
  private final PtSymbolBlock module;
  private final Path file;

  private ScriptedModule(Torch torch, PtSymbolBlock module, Path file) {
    this.torch = torch;
    this.module = module;
    this.file = file;
  }

  /**
   * Loads a module, and puts it in the mode for inference.
   *
   * @throws TorchScriptException when the engine cannot load it
   */
  public static ScriptedModule load(Torch torch, Path file) {
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
      PtSymbolBlock module = JniUtils.loadModule(torch.root(), in, true, false);
      JniUtils.enableInferenceMode(module);
      return new ScriptedModule(torch, module, file);
    } catch (IOException | EngineException e) {
      throw new TorchScriptException(
          file + ": the engine cannot load it as a TorchScript module: " + firstLine(e), e);
    }
  }

  /**
   * Computes {@code forward} of unsigned bytes.
   *
   * @param shape of the first argument
   * @param flags the truth values that follow it, by position
   * @return the tensor that it returns, or those of a tuple, as float32
   */
  public List<Tensor> ofBytes(byte[] values, int[] shape, boolean... flags) {
    try (PtNDManager scope = torch.step()) {
      return call(
          scope, scope.create(ByteBuffer.wrap(values), Torch.shape(shape), DataType.UINT8), flags);
    }
  }

  /** The same of float32 numbers. */
  public List<Tensor> of(Tensor values, boolean... flags) {
    try (PtNDManager scope = torch.step()) {
      return call(scope, Torch.create(scope, values, DataType.FLOAT32), flags);
    }
  }

  private List<Tensor> call(PtNDManager scope, PtNDArray input, boolean... flags) {
    List<IValue> arguments = new ArrayList<>();
    arguments.add(IValue.from(input));
    for (boolean flag : flags) {
      arguments.add(IValue.from(flag));
    }
    try {
      return torch.network(
          () -> {
            try (IValue result =
                IValueUtils.runMethod(module, "forward", arguments.toArray(new IValue[0]))) {
              return tensors(scope, result);
            }
          });
    } catch (EngineException e) {
      throw new TorchScriptException(
          "%s: its forward fails on images %s: %s. See 'retort evaluate --help' for what it should take"
              .formatted(file, input.getShape(), firstLine(e)),
          e);
    } finally {
      arguments.forEach(IValue::close);
    }
  }

  private List<Tensor> tensors(PtNDManager scope, IValue result) {
    if (!result.isTensor() && !result.isTuple() && !result.isTensorList()) {
      throw new TorchScriptException(
          file
              + ": its forward returns no tensor and no tuple of tensors; wrap it in a module"
              + " that does");
    }
    List<Tensor> tensors = new ArrayList<>();
    for (NDArray array : result.toNDList(scope)) {
      try (PtNDArray real = (PtNDArray) array.toType(DataType.FLOAT32, true)) {
        tensors.add(Torch.tensor(real));
      }
    }
    return tensors;
  }

  /** What went wrong, without libtorch's trace: its last line that says something. */
  private static String firstLine(Exception e) {
    return String.valueOf(e.getMessage())
        .lines()
        .filter(line -> line.startsWith("RuntimeError") || line.startsWith("torch.jit.Error"))
        .findFirst()
        .orElseGet(() -> String.valueOf(e.getMessage()).lines().findFirst().orElse(""));
  }
}
