package retort.server.generator;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.RunOptions;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import retort.onnx.SignedInputs;
import retort.server.tensor.ElementType;
import retort.server.tensor.TensorCall;
import retort.server.tensor.TensorValue;

/** A run on tensors, with options of its own: what stops it stops nothing else. */
final class OnnxTensorCall implements TensorCall {
  private final OnnxSession session;
  private final Set<String> wanted;
  private final Map<String, OnnxTensor> feeds = new HashMap<>();
  private final RunOptions runOptions;

  /**
   * A run that is ready.
   *
   * @param given checked against what the network takes
   */
  OnnxTensorCall(OnnxSession session, Map<String, TensorValue> given, Set<String> wanted) {
    this.session = session;
    this.wanted = wanted;
    runOptions = OnnxSession.runOptions();
    try {
      for (Map.Entry<String, TensorValue> input : given.entrySet()) {
        ElementType type = input.getValue().type();
        String name = input.getKey();
        feeds.put(
            OnnxTensors.lacks(type) ? SignedInputs.nameOf(name) : name,
            OnnxTensors.tensor(input.getValue()));
      }
    } catch (OrtException e) {
      close();
      throw OnnxSession.failed(e);
    } catch (RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  @Override
  public Map<String, TensorValue> run() {
    try (OrtSession.Result result = session.run(feeds, wanted, runOptions)) {
      Map<String, TensorValue> values = new LinkedHashMap<>();
      for (Map.Entry<String, OnnxValue> output : result) {
        values.put(output.getKey(), OnnxTensors.value(output.getValue()));
      }
      return values;
    } catch (OrtException e) {
      throw OnnxSession.failed(e);
    }
  }

  @Override
  public void stop() {
    OnnxSession.setTerminate(runOptions, true);
  }

  @Override
  public void close() {
    feeds.values().forEach(OnnxTensor::close);
    feeds.clear();
    runOptions.close();
  }
}
