package retort.clients.cli.bench;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Consumer;
import retort.inference.ModelInferRequest;
import retort.inference.ModelInferRequest.InferInputTensor;
import retort.inference.ModelMetadataResponse;
import retort.inference.ModelMetadataResponse.TensorMetadata;

/** A request of the Open Inference Protocol with an input for each that a model has. */
final class TensorRequest {
  private TensorRequest() {}

  /**
   * Fills the inputs that a server says its model has. A batch, the first dimension, is 1 where the
   * model leaves it open.
   *
   * @param name as the user typed it
   * @param shapes of inputs by name, in place of what the model says
   * @throws BenchException when a shape is open and not given, or is given for no input
   */
  static ModelInferRequest of(
      ModelMetadataResponse model, String name, Map<String, long[]> shapes) {
    ModelInferRequest.Builder request = ModelInferRequest.newBuilder().setModelName(name);
    Map<String, long[]> left = new TreeMap<>(shapes);
    Random random = new Random(1);
    for (TensorMetadata input : model.getInputsList()) {
      long[] given = left.remove(input.getName());
      long[] shape = given == null ? closed(input) : given;
      long count = Arrays.stream(shape).reduce(1, TensorRequest::times);
      InferInputTensor.Builder tensor =
          InferInputTensor.newBuilder().setName(input.getName()).setDatatype(input.getDatatype());
      Arrays.stream(shape).forEach(tensor::addShape);
      request
          .addInputs(tensor)
          .addRawInputContents(
              TensorBytes.random(input.getName(), input.getDatatype(), count, random));
    }
    if (!left.isEmpty()) {
      List<String> names = model.getInputsList().stream().map(TensorMetadata::getName).toList();
      throw new BenchException(
          "--shape names the input "
              + left.keySet().iterator().next()
              + " but the model "
              + name
              + " has "
              + String.join(", ", names)
              + "; name one of them");
    }
    return request.build();
  }

  /**
   * Asks a decoupled model for frames until the call is cancelled.
   *
   * @param label -1 for none
   */
  static ModelInferRequest ofFrames(String name, long seed, int label, double fps) {
    ModelInferRequest.Builder request = ModelInferRequest.newBuilder().setModelName(name);
    add(request, "seed", "INT64", number -> number.putLong(seed));
    add(request, "fps", "FP64", number -> number.putDouble(fps));
    if (label >= 0) {
      add(request, "label", "INT64", number -> number.putLong(label));
    }
    return request.build();
  }

  private static void add(
      ModelInferRequest.Builder request, String name, String datatype, Consumer<ByteBuffer> put) {
    ByteBuffer number = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    put.accept(number);
    request
        .addInputs(InferInputTensor.newBuilder().setName(name).setDatatype(datatype).addShape(1))
        .addRawInputContents(ByteString.copyFrom(number.flip()));
  }

  /** Stays at the largest number rather than wrap. */
  private static long times(long a, long b) {
    return b != 0 && a > Long.MAX_VALUE / b ? Long.MAX_VALUE : a * b;
  }

  private static long[] closed(TensorMetadata input) {
    long[] shape = input.getShapeList().stream().mapToLong(Long::longValue).toArray();
    if (shape.length > 0 && shape[0] < 0) {
      shape[0] = 1;
    }
    if (Arrays.stream(shape).anyMatch(dimension -> dimension < 0)) {
      throw new BenchException(
          "the input %s has the shape %s, where -1 may be anything; pass --shape %s=1,..."
              .formatted(input.getName(), input.getShapeList(), input.getName()));
    }
    return shape;
  }
}
