package retort.clients.cli.bench;

import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import picocli.CommandLine.Option;
import retort.inference.InferParameter;
import retort.inference.ModelInferRequest;
import retort.inference.ModelMetadataResponse;

/** Flags that say what the inputs of a model of the Open Inference Protocol hold. */
final class TensorOptions {
  // Of a generator's frames, where this server offers them by that protocol: the others may be left
  // out.
  private static final String SEED = "seed";
  private static final String FPS = "fps";

  @Option(
      names = "--shape",
      paramLabel = "INPUT=N,...",
      description =
          "The shape of an input of --oip, such as input=1,3,224,224; may be given for each."
              + " Default: what the server says, a batch of 1.")
  private List<String> shapes = new ArrayList<>();

  @Option(
      names = "--value",
      paramLabel = "INPUT=X",
      description =
          "The number that each element of an input of --oip has, such as fps=20; may be given for"
              + " each. Default: random ones.")
  private List<String> values = new ArrayList<>();

  /** Refuses what cannot be. */
  void check(boolean tensors) {
    if (!tensors && !(shapes.isEmpty() && values.isEmpty())) {
      throw new IllegalArgumentException(
          (shapes.isEmpty() ? "--value" : "--shape") + " is given; it is for --oip only");
    }
    GivenInputs.shapes(shapes);
    GivenInputs.values(values);
  }

  /** A request with an input for each that the model has. */
  ModelInferRequest request(BenchOptions options, ManagedChannel channel) {
    return TensorRequest.of(
        metadata(options, channel),
        options.model(),
        GivenInputs.shapes(shapes),
        GivenInputs.values(values));
  }

  /** What a call asks for: tensors, or an image of our own protocol. */
  UnaryCall<?> call(BenchOptions options, ManagedChannel channel) {
    return options.tensors()
        ? UnaryCall.infer(request(options, channel))
        : UnaryCall.generate(options.model());
  }

  /**
   * What each stream asks for. A model with inputs {@code seed} and {@code fps} is taken for one of
   * frames: it gets those two and what was given, and the others keep what the server thinks best.
   */
  StreamKind<ModelInferRequest> streams(BenchOptions options, ManagedChannel channel, double fps) {
    ModelMetadataResponse model = metadata(options, channel);
    Set<String> inputs = TensorRequest.inputs(model);
    if (!inputs.contains(SEED) || !inputs.contains(FPS)) {
      ModelInferRequest request = streamed(options, model, GivenInputs.values(values));
      return StreamKind.inferred(i -> request);
    }
    return StreamKind.inferred(
        i -> {
          Map<String, Double> numbers = GivenInputs.values(values);
          numbers.putIfAbsent(FPS, fps);
          numbers.putIfAbsent(SEED, (double) i);
          return streamed(options, TensorRequest.only(model, numbers.keySet()), numbers);
        });
  }

  private ModelInferRequest streamed(
      BenchOptions options, ModelMetadataResponse model, Map<String, Double> numbers) {
    return TensorRequest.of(model, options.model(), GivenInputs.shapes(shapes), numbers).toBuilder()
        .putParameters(
            "triton_enable_empty_final_response",
            InferParameter.newBuilder().setBoolParam(true).build())
        .build();
  }

  private static ModelMetadataResponse metadata(BenchOptions options, ManagedChannel channel) {
    try {
      return options.metadata(channel);
    } catch (StatusRuntimeException e) {
      throw BenchException.ofCall(options.address(), e);
    }
  }
}
