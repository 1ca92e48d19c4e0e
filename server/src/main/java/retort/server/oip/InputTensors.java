package retort.server.oip;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import retort.inference.ModelInferRequest;
import retort.inference.ModelInferRequest.InferInputTensor;
import retort.server.tensor.ElementType;
import retort.server.tensor.TensorSpec;
import retort.server.tensor.TensorValue;

/** The tensors of one request, checked against what its model takes. */
final class InputTensors {
  static final int MAX_DIMS = 32;

  private final ModelInferRequest request;
  private final ServedModel model;
  private final Map<String, TensorSpec> specs = new LinkedHashMap<>();

  private InputTensors(ModelInferRequest request, ServedModel model) {
    this.request = request;
    this.model = model;
    model.inputs().forEach(spec -> specs.put(spec.name(), spec));
  }

  /**
   * Reads them. Numbers stay where the message has them.
   *
   * @return by name: all that the model needs
   * @throws io.grpc.StatusRuntimeException when they do not fit
   */
  static Map<String, TensorValue> of(ModelInferRequest request, ServedModel model) {
    return new InputTensors(request, model).values();
  }

  private Map<String, TensorValue> values() {
    Map<String, TensorValue> values = new LinkedHashMap<>();
    boolean raw = request.getRawInputContentsCount() > 0;
    for (int i = 0; i < request.getInputsCount(); i++) {
      InferInputTensor input = request.getInputs(i);
      requireOwnMemory(input);
      if (raw && input.hasContents()) {
        throw Refusals.invalid(
            "contents field must not be specified when using raw_input_contents for "
                + of(input.getName()));
      }
      TensorSpec spec = specs.get(input.getName());
      if (spec == null) {
        throw Refusals.invalid("unexpected inference input " + of(input.getName()));
      }
      requireFits(input, spec);
      if (values.put(spec.name(), value(input, spec, i, raw)) != null) {
        throw Refusals.invalid("input " + of(spec.name()) + " is given twice");
      }
    }
    if (request.getRawInputContentsCount() > request.getInputsCount()) {
      throw Refusals.invalid(
          "raw_input_contents has "
              + request.getRawInputContentsCount()
              + " entries, but there are "
              + request.getInputsCount()
              + " inputs for model '"
              + model.name()
              + "'");
    }
    requireAll(values.keySet());
    requireOneBatch(values);
    return values;
  }

  private String of(String input) {
    return "'" + Refusals.name(input) + "' for model '" + model.name() + "'";
  }

  private void requireOwnMemory(InferInputTensor input) {
    if (input.containsParameters("shared_memory_region")) {
      throw Refusals.unsupported(
          "input "
              + of(input.getName())
              + " is in shared memory, which this server does not use; send its contents");
    }
  }

  private void requireFits(InferInputTensor input, TensorSpec spec) {
    String type = Datatype.name(spec.type());
    if (!input.getDatatype().equals(type)) {
      throw Refusals.invalid(
          "inference input '"
              + spec.name()
              + "' data-type is '"
              + Refusals.name(input.getDatatype())
              + "', but model '"
              + model.name()
              + "' expects '"
              + type
              + "'");
    }
    List<Long> shape = input.getShapeList();
    if (shape.size() > MAX_DIMS || !spec.takes(shape) || shape.stream().anyMatch(dim -> dim < 0)) {
      throw Refusals.invalid(
          "unexpected shape for input "
              + of(spec.name())
              + ". Expected "
              + text(spec.shape())
              + ", got "
              + text(shape.subList(0, Math.min(shape.size(), MAX_DIMS))));
    }
    int most = model.maxBatch();
    if (most > 0 && (shape.get(0) > most || shape.get(0) < 1)) {
      throw Refusals.invalid(
          "inference request batch-size must be <= "
              + most
              + " for '"
              + model.name()
              + "'"
              + (shape.get(0) < 1 ? " and at least 1" : ""));
    }
  }

  private static String text(List<Long> shape) {
    return shape.toString().replace(" ", "");
  }

  private TensorValue value(InferInputTensor input, TensorSpec spec, int place, boolean raw) {
    List<Long> shape = input.getShapeList();
    long elements = elements(shape, spec);
    if (raw) {
      if (place >= request.getRawInputContentsCount()) {
        throw missing(spec);
      }
      ByteString bytes = request.getRawInputContents(place);
      return spec.type() == ElementType.STRING
          ? texts(shape, RawTexts.read(bytes, elements, of(spec.name())), spec)
          : numbers(spec, shape, elements, bytes.asReadOnlyByteBuffer());
    }
    if (!input.hasContents() && elements > 0) {
      throw missing(spec);
    }
    TypedContents contents = new TypedContents(input.getContents(), spec, model.name());
    return spec.type() == ElementType.STRING
        ? texts(shape, contents.texts(), spec)
        : numbers(spec, shape, elements, contents.bytes());
  }

  private RuntimeException missing(TensorSpec spec) {
    return Refusals.invalid(
        "unable to find data for input tensor " + of(spec.name()) + " in request.");
  }

  private long elements(List<Long> shape, TensorSpec spec) {
    try {
      long elements = 1;
      for (long dim : shape) {
        elements = Math.multiplyExact(elements, dim);
      }
      Math.multiplyExact(elements, Math.max(1, spec.type().bytes()));
      return elements;
    } catch (ArithmeticException e) {
      throw Refusals.invalid(
          "shape " + text(shape) + " of input " + of(spec.name()) + " has too many elements");
    }
  }

  private TensorValue numbers(TensorSpec spec, List<Long> shape, long elements, ByteBuffer bytes) {
    long expected = elements * spec.type().bytes();
    if (bytes.remaining() != expected) {
      throw Refusals.invalid(
          "input byte size mismatch for input "
              + of(spec.name())
              + ". Expected "
              + expected
              + ", got "
              + bytes.remaining());
    }
    return TensorValue.of(spec.type(), shape, bytes);
  }

  private TensorValue texts(List<Long> shape, List<String> texts, TensorSpec spec) {
    try {
      return TensorValue.ofTexts(shape, texts);
    } catch (IllegalArgumentException e) {
      throw Refusals.invalid("input " + of(spec.name()) + ": " + e.getMessage());
    }
  }

  private void requireAll(Set<String> given) {
    List<String> needed =
        model.inputs().stream()
            .limit(model.inputs().size() - model.optional())
            .map(TensorSpec::name)
            .toList();
    if (!given.containsAll(needed)) {
      Set<String> missing = new TreeSet<>(needed);
      missing.removeAll(given);
      throw Refusals.invalid(
          "expected "
              + needed.size()
              + " inputs but got "
              + given.size()
              + " inputs for model '"
              + model.name()
              + "'. Got input(s) "
              + quoted(new TreeSet<>(given))
              + ", but missing required input(s) "
              + quoted(missing)
              + ". Please provide all required input(s).");
    }
  }

  private static List<String> quoted(Set<String> names) {
    return names.stream().map(name -> "'" + name + "'").toList();
  }

  private void requireOneBatch(Map<String, TensorValue> values) {
    if (model.maxBatch() == 0) {
      return;
    }
    List<Long> batches = new ArrayList<>();
    values.forEach(
        (name, value) -> {
          batches.add(value.shape().get(0));
          if (!batches.get(0).equals(value.shape().get(0))) {
            throw Refusals.invalid(
                "input '"
                    + name
                    + "' batch size does not match other inputs for '"
                    + model.name()
                    + "'");
          }
        });
  }
}
