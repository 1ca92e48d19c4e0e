package retort.server.grpc;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;

/**
 * Gives every answer memory of its own before the transport has it. Images may lie in memory that
 * is overwritten when {@code onNext} has returned: gRPC's Netty transport has written the message
 * into its own buffers by then, but the in-process one hands the very object to the client, and of
 * others it is not known.
 */
final class SerializedCalls implements ServerInterceptor {
  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    return next.startCall(
        new SimpleForwardingServerCall<>(call) {
          @Override
          public void sendMessage(A message) {
            super.sendMessage(copy(message));
          }
        },
        headers);
  }

  @SuppressWarnings("unchecked") // A parser makes what made it.
  private static <A> A copy(A message) {
    try {
      return message instanceof MessageLite lite
          ? (A) lite.getParserForType().parseFrom(lite.toByteArray())
          : message;
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("a message of ours cannot be read", e);
    }
  }
}
