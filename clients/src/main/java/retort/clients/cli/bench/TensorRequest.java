package retort.clients.cli.bench;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
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
   * @param values of inputs by name, for each of their elements; all others are random
   * @throws BenchException when a shape is open and not given, or is given for no input
   */
  static ModelInferRequest of(
      ModelMetadataResponse model,
      String name,
      Map<String, long[]> shapes,
      Map<String, Double> values) {
    ModelInferRequest.Builder request = ModelInferRequest.newBuilder().setModelName(name);
    requireInputs(model, name, "--shape", shapes.keySet());
    requireInputs(model, name, "--value", values.keySet());
    Random random = new Random(1);
    for (TensorMetadata input : model.getInputsList()) {
      long[] given = shapes.get(input.getName());
      long[] shape = given == null ? closed(input) : given;
      long count = Arrays.stream(shape).reduce(1, TensorRequest::times);
      InferInputTensor.Builder tensor =
          InferInputTensor.newBuilder().setName(input.getName()).setDatatype(input.getDatatype());
      Arrays.stream(shape).forEach(tensor::addShape);
      request
          .addInputs(tensor)
          .addRawInputContents(
              TensorBytes.of(
                  input.getName(),
                  input.getDatatype(),
                  count,
                  Optional.ofNullable(values.get(input.getName())),
                  random));
    }
    return request.build();
  }

  /** The names of a model's inputs. */
  static Set<String> inputs(ModelMetadataResponse model) {
    return model.getInputsList().stream()
        .map(TensorMetadata::getName)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** A model as if it had some of its inputs only. */
  static ModelMetadataResponse only(ModelMetadataResponse model, Set<String> inputs) {
    return model.toBuilder()
        .clearInputs()
        .addAllInputs(
            model.getInputsList().stream()
                .filter(input -> inputs.contains(input.getName()))
                .toList())
        .build();
  }

  private static void requireInputs(
      ModelMetadataResponse model, String name, String flag, Set<String> given) {
    Set<String> left = new TreeSet<>(given);
    model.getInputsList().forEach(input -> left.remove(input.getName()));
    if (!left.isEmpty()) {
      List<String> names = model.getInputsList().stream().map(TensorMetadata::getName).toList();
      throw new BenchException(
          flag
              + " names the input "
              + left.iterator().next()
              + " but the model "
              + name
              + " has "
              + String.join(", ", names)
              + "; name one of them");
    }
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
