package retort.server;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import retort.server.generator.GeneratorException;
import retort.server.tensor.ElementType;
import retort.server.tensor.TensorCall;
import retort.server.tensor.TensorModel;
import retort.server.tensor.TensorSpec;
import retort.server.tensor.TensorValue;

/** Gives back the byte x as y; a run on 1 ends by being stopped only. */
public final class HeldNetwork extends FakeNetwork implements TensorModel {
  private final Semaphore begun = new Semaphore(0);
  private final Semaphore stopped = new Semaphore(0);

  public HeldNetwork() {
    super("cd".repeat(32), 1, 1_000);
  }

  /** Waits until a run on 1 has begun. */
  public void awaitRun() throws InterruptedException {
    require(begun, "begun");
  }

  /** Waits until a run on 1 was stopped. */
  public void awaitStop() throws InterruptedException {
    require(stopped, "was stopped");
  }

  private static void require(Semaphore event, String what) throws InterruptedException {
    if (!event.tryAcquire(10, TimeUnit.SECONDS)) {
      throw new AssertionError("no run " + what + " within 10 s");
    }
  }

  /** How many runs on 1 have begun that no test has waited for. */
  public int runs() {
    return begun.availablePermits();
  }

  @Override
  public List<TensorSpec> inputs() {
    return List.of(new TensorSpec("x", ElementType.UINT8, List.of(1L)));
  }

  @Override
  public List<TensorSpec> outputs() {
    return List.of(new TensorSpec("y", ElementType.UINT8, List.of(1L)));
  }

  @Override
  public TensorCall call(Map<String, TensorValue> inputs, Set<String> wanted) {
    TensorValue x = inputs.get("x");
    if (x == null) {
      throw new IllegalArgumentException("there is no x");
    }
    return new Call(x);
  }

  private final class Call implements TensorCall {
    private final TensorValue x;
    private final CompletableFuture<Void> stop = new CompletableFuture<>();

    Call(TensorValue x) {
      this.x = x;
    }

    @Override
    public Map<String, TensorValue> run() {
      if (x.bytes().get(0) == 1) {
        begun.release();
        try {
          stop.get(10, TimeUnit.SECONDS);
        } catch (InterruptedException | ExecutionException | TimeoutException e) {
          throw new IllegalStateException("nobody has stopped the run", e);
        }
        stopped.release();
        throw new GeneratorException("the run was stopped");
      }
      return Map.of("y", x);
    }

    @Override
    public void stop() {
      stop.complete(null);
    }

    @Override
    public void close() {}
  }
}
