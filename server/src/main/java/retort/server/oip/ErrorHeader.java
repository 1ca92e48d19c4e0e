package retort.server.oip;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;

/** Reads the header by which a client asks that a stream's first failure ends it with a status. */
final class ErrorHeader implements ServerInterceptor {
  private static final Metadata.Key<String> HEADER =
      Metadata.Key.of("triton_grpc_error", Metadata.ASCII_STRING_MARSHALLER);
  private static final Context.Key<Boolean> SET = Context.key("triton_grpc_error");

  /** Whether the call that begins on this thread carries it. */
  static boolean isSet() {
    return Boolean.TRUE.equals(SET.get());
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    if (!"true".equals(headers.get(HEADER))) {
      return next.startCall(call, headers);
    }
    return Contexts.interceptCall(Context.current().withValue(SET, true), call, headers, next);
  }
}
