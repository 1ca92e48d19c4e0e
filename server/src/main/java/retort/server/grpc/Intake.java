package retort.server.grpc;

import io.grpc.Context;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerStreamTracer;
import io.grpc.Status;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What requests take of the server's memory before they are whole. gRPC gathers a message until its
 * last byte is there, however long that takes, and keeps the one message of a call until the client
 * has said that there will be no other: clients that send the beginnings of many and the end of
 * none would fill the memory. Messages of a method that takes large ones share a budget until they
 * are handed over, small ones excepted; those of other methods end where they are too large.
 */
final class Intake extends ServerStreamTracer.Factory implements ServerInterceptor {
  private static final Context.Key<Gathering> GATHERING = Context.key("retort-gathering");

  private final Predicate<String> large;
  private final int small;
  private final int budget;
  private final AtomicInteger taken = new AtomicInteger();

  /**
   * Nothing taken.
   *
   * @param large whether a method, by its full name, takes large messages
   * @param small bytes of a message that none is refused for
   * @param budget bytes of all larger messages together
   */
  Intake(Predicate<String> large, int small, int budget) {
    this.large = large;
    this.small = small;
    this.budget = budget;
  }

  /** Bytes of large messages that are not yet handed over. */
  int taken() {
    return taken.get();
  }

  @Override
  public Gathering newServerStreamTracer(String method, Metadata headers) {
    return new Gathering(large.test(method));
  }

  /** The messages of one call. Told of bytes by the transport, one after another. */
  final class Gathering extends ServerStreamTracer {
    private final boolean mayBeLarge;

    // Guarded by this.
    private long bytes;
    private int held;
    private boolean over;
    private @Nullable Consumer<Status> end;

    /** Written under the lock. */
    private volatile boolean refused;

    private Gathering(boolean mayBeLarge) {
      this.mayBeLarge = mayBeLarge;
    }

    @Override
    public Context filterContext(Context context) {
      return context.withValue(GATHERING, this);
    }

    /**
     * Says how to end the call when it takes too much.
     *
     * @param ending called once, at most, outside of locks
     */
    void endBy(Consumer<Status> ending) {
      synchronized (this) {
        end = ending;
      }
    }

    @Override
    public void inboundWireSize(long more) {
      Consumer<Status> ending;
      String reason;
      synchronized (this) {
        reason = over ? "" : take(more);
        if (reason.isEmpty()) {
          return;
        }
        refused = true;
        over = true;
        clear();
        ending = end;
      }
      if (ending != null) {
        ending.accept(Status.RESOURCE_EXHAUSTED.withDescription(reason));
      }
    }

    /** Notes bytes of a message; why they are too many, or empty. */
    private String take(long more) {
      bytes += more;
      if (bytes <= small) {
        return "";
      }
      if (!mayBeLarge) {
        return "the request message has more than " + small + " bytes, the most this method takes";
      }
      int needed = Math.toIntExact(bytes - held);
      held += needed;
      return taken.addAndGet(needed) <= budget
          ? ""
          : "requests of "
              + (budget >> 20)
              + " MiB are on their way to the server, which is its limit; ask later";
    }

    private void clear() {
      taken.addAndGet(-held);
      held = 0;
      bytes = 0;
    }

    /** Gives back what the messages took that came so far: whoever has them counts them now. */
    synchronized void handedOver() {
      if (!over) {
        clear();
      }
    }

    @Override
    public synchronized void streamClosed(Status status) {
      over = true;
      clear();
    }
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    ServerCall.Listener<Q> listener = next.startCall(call, headers);
    Gathering gathering = GATHERING.get();
    if (gathering == null) {
      return listener;
    }
    gathering.endBy(
        status -> {
          call.close(status, new Metadata());
          // What the call holds is let go of, as when its client goes.
          listener.onCancel();
        });
    // gRPC keeps the message of such a call until the client has half-closed it.
    boolean kept = call.getMethodDescriptor().getType().clientSendsOneMessage();
    return new SimpleForwardingServerCallListener<>(listener) {
      @Override
      public void onMessage(Q message) {
        if (!gathering.refused) {
          super.onMessage(message);
          if (!kept) {
            gathering.handedOver();
          }
        }
      }

      @Override
      public void onHalfClose() {
        if (!gathering.refused) {
          super.onHalfClose();
          gathering.handedOver();
        }
      }
    };
  }
}
