package retort.server.grpc;

import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.Marshaller;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * A service whose requests are checked before they are read: a server has one limit for the size of
 * all messages, and one service needs small ones only. What cannot be read is the client's mistake
 * and told as such, where gRPC would say UNKNOWN and log it.
 */
final class CheckedRequests {
  private CheckedRequests() {}

  /**
   * The service with its requests checked.
   *
   * @param maxBytes of a request message
   * @param readers of the requests of methods, in place of gRPC's; empty where that will do
   */
  static ServerServiceDefinition of(
      ServerServiceDefinition service,
      int maxBytes,
      Function<MethodDescriptor<?, ?>, Optional<Marshaller<?>>> readers) {
    List<ServerMethodDefinition<?, ?>> methods = new ArrayList<>();
    ServiceDescriptor.Builder descriptor =
        ServiceDescriptor.newBuilder(service.getServiceDescriptor().getName())
            // Else reflection does not find it.
            .setSchemaDescriptor(service.getServiceDescriptor().getSchemaDescriptor());
    for (ServerMethodDefinition<?, ?> method : service.getMethods()) {
      ServerMethodDefinition<?, ?> checked = checked(method, maxBytes, readers);
      methods.add(checked);
      descriptor.addMethod(checked.getMethodDescriptor());
    }
    ServerServiceDefinition.Builder checked = ServerServiceDefinition.builder(descriptor.build());
    methods.forEach(checked::addMethod);
    return ServerInterceptors.intercept(checked.build(), new Refusing());
  }

  @SuppressWarnings("unchecked") // A reader is of its method's requests.
  private static <Q, A> ServerMethodDefinition<Q, A> checked(
      ServerMethodDefinition<Q, A> method,
      int maxBytes,
      Function<MethodDescriptor<?, ?>, Optional<Marshaller<?>>> readers) {
    MethodDescriptor<Q, A> descriptor = method.getMethodDescriptor();
    Marshaller<Q> reader =
        (Marshaller<Q>) readers.apply(descriptor).orElse(descriptor.getRequestMarshaller());
    Marshaller<Q> requests = new CheckedMarshaller<>(reader, maxBytes);
    return ServerMethodDefinition.create(
        descriptor.toBuilder(requests, descriptor.getResponseMarshaller()).build(),
        method.getServerCallHandler());
  }

  /** In place of a request that is not taken; it reaches {@link Refusing} only. */
  private record Refused(Status status) {}

  private record CheckedMarshaller<Q>(Marshaller<Q> marshaller, int maxBytes)
      implements Marshaller<Q> {
    @Override
    public InputStream stream(Q request) {
      return marshaller.stream(request);
    }

    @Override
    public Q parse(InputStream stream) {
      try {
        // Streams of gRPC know their length.
        int bytes = stream.available();
        if (bytes > maxBytes) {
          return refused(
              Status.RESOURCE_EXHAUSTED.withDescription(
                  "the request message has "
                      + bytes
                      + " bytes, but this method takes at most "
                      + maxBytes));
        }
        return marshaller.parse(stream);
      } catch (StatusRuntimeException e) {
        return refused(
            Status.INVALID_ARGUMENT.withDescription(
                e.getCause() == null
                    ? e.getStatus().getDescription()
                    : "the request message cannot be read: " + e.getCause().getMessage()));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @SuppressWarnings("unchecked") // Types are erased, and nobody but Refusing looks at it.
    private Q refused(Status status) {
      return (Q) new Refused(status);
    }
  }

  private static final class Refusing implements ServerInterceptor {
    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
      return new SimpleForwardingServerCallListener<>(next.startCall(call, headers)) {
        private boolean refused;

        @Override
        public void onMessage(Q message) {
          if (refused) {
            return;
          }
          if ((Object) message instanceof Refused why) {
            refused = true;
            call.close(why.status, new Metadata());
            // What the call holds is let go of, as when its client goes.
            super.onCancel();
          } else {
            super.onMessage(message);
          }
        }

        @Override
        public void onHalfClose() {
          if (!refused) {
            super.onHalfClose();
          }
        }
      };
    }
  }
}
