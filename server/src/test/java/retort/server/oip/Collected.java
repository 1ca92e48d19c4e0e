package retort.server.oip;

import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What a client was answered, and how its call ended. */
final class Collected<Q, A> implements ClientResponseObserver<Q, A> {
  final List<A> messages = new CopyOnWriteArrayList<>();
  volatile @Nullable Status end;

  private final Consumer<A> each;
  private final Runnable over;

  Collected() {
    this(message -> {}, () -> {});
  }

  Collected(Consumer<A> each, Runnable over) {
    this.each = each;
    this.over = over;
  }

  @Override
  public void beforeStart(ClientCallStreamObserver<Q> call) {}

  @Override
  public void onNext(A message) {
    messages.add(message);
    each.accept(message);
  }

  @Override
  public void onError(Throwable failure) {
    end = Status.fromThrowable(failure);
    over.run();
  }

  @Override
  public void onCompleted() {
    end = Status.OK;
    over.run();
  }
}
