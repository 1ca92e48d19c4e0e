package retort.clients.cli.bench;

import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import java.util.function.Function;
import java.util.function.LongFunction;
import retort.inference.GRPCInferenceServiceGrpc;
import retort.inference.ModelInferRequest;
import retort.v1.Origin;
import retort.v1.RetortGrpc;
import retort.v1.SteerRequest;
import retort.v1.StreamRequest;
import retort.v1.StreamUpdate;

/**
 * How streams are asked for, and what they answer.
 *
 * @param method gives marks of frames
 * @param requests what the i-th stream asks for first
 * @param again whether it asks once more when an answer is complete
 * @param updates puts an update into a request
 * @param <Q> request
 */
record StreamKind<Q>(
    MethodDescriptor<Q, FrameMark> method,
    LongFunction<Q> requests,
    boolean again,
    Function<StreamUpdate, Q> updates)
    implements Watched.Kind {

  /** Keyframes of streams are so far apart. */
  private static final long SEEDS = 1L << 32;

  @Override
  public String name() {
    return String.valueOf(method.getBareMethodName());
  }

  @Override
  public Watched open(ManagedChannel channel, long number, double fps, double rate, Span span) {
    return new MeasuredStream<>(channel, this, number, fps, rate, span);
  }

  /** Streams that are only watched. */
  static StreamKind<StreamRequest> watched(StreamRequest request) {
    return new StreamKind<>(
        marked(RetortGrpc.getStreamMethod()),
        i -> seeded(request, i),
        false,
        update -> {
          throw new IllegalStateException("a stream that is only watched takes no update");
        });
  }

  /** Streams that take updates. */
  static StreamKind<SteerRequest> steered(StreamRequest request) {
    return new StreamKind<>(
        marked(RetortGrpc.getSteerMethod()),
        i -> SteerRequest.newBuilder().setStart(seeded(request, i)).build(),
        false,
        update -> SteerRequest.newBuilder().setUpdate(update).build());
  }

  /** Streams of the Open Inference Protocol, which ask again when all responses have come. */
  static StreamKind<ModelInferRequest> inferred(LongFunction<ModelInferRequest> requests) {
    return new StreamKind<>(
        GRPCInferenceServiceGrpc.getModelStreamInferMethod().toBuilder(
                GRPCInferenceServiceGrpc.getModelStreamInferMethod().getRequestMarshaller(),
                new InferMarks())
            .build(),
        requests,
        true,
        update -> {
          throw new IllegalStateException("a stream of this protocol takes no update");
        });
  }

  private static <Q> MethodDescriptor<Q, FrameMark> marked(MethodDescriptor<Q, ?> method) {
    return method.toBuilder(method.getRequestMarshaller(), new FrameMark.Reader()).build();
  }

  private static StreamRequest seeded(StreamRequest request, long i) {
    Origin.Builder start = request.getStart().toBuilder();
    return request.toBuilder().setStart(start.setSeed(start.getSeed() + i * SEEDS)).build();
  }
}
