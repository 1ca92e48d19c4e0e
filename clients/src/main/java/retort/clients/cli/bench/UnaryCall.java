package retort.clients.cli.bench;

import io.grpc.MethodDescriptor;
import java.util.function.LongFunction;
import retort.inference.GRPCInferenceServiceGrpc;
import retort.inference.ModelInferRequest;
import retort.v1.Encoding;
import retort.v1.GenerateRequest;
import retort.v1.Origin;
import retort.v1.RetortGrpc;

/**
 * What is asked again and again, and answered once each time.
 *
 * @param method whose answers are taken and not read
 * @param requests of the i-th call, which may be made on any thread
 * @param <Q> request
 */
record UnaryCall<Q>(MethodDescriptor<Q, Unread> method, LongFunction<Q> requests) {
  /** One raw image of a model, of another seed each time. */
  static UnaryCall<GenerateRequest> generate(String model) {
    GenerateRequest request =
        GenerateRequest.newBuilder()
            .setModel(model)
            .addOrigins(Origin.getDefaultInstance())
            .setEncoding(Encoding.ENCODING_RAW)
            .build();
    return new UnaryCall<>(
        unread(RetortGrpc.getGenerateMethod()),
        i -> request.toBuilder().setOrigins(0, Origin.newBuilder().setSeed(i)).build());
  }

  /** The same tensors each time. */
  static UnaryCall<ModelInferRequest> infer(ModelInferRequest request) {
    return new UnaryCall<>(unread(GRPCInferenceServiceGrpc.getModelInferMethod()), i -> request);
  }

  private static <Q> MethodDescriptor<Q, Unread> unread(MethodDescriptor<Q, ?> method) {
    return method.toBuilder(method.getRequestMarshaller(), Unread.ANSWER).build();
  }

  /** What is called. */
  String name() {
    return String.valueOf(method.getBareMethodName());
  }
}
