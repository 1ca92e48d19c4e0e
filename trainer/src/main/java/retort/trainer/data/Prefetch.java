package retort.trainer.data;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.LongFunction;

/**
 * What training steps need, made ahead of them by loader threads while the engine computes.
 *
 * <p>What a step needs is a function of its number alone, so it does not matter who makes it or
 * when: any number of threads gives the same bits as none. Steps are usually taken one after the
 * other, and the next {@code depth} are then made or being made; any other step may be taken too, a
 * resumed run's first for example, and those that follow it are made from there on.
 *
 * <p>One thread takes and closes. Loader threads start with the first step and are daemons.
 *
 * @param <T> what a step needs: plain arrays, since no loader thread may touch the engine
 */
public final class Prefetch<T> implements AutoCloseable {
  private final LongFunction<T> maker;
  private final int threads;
  private final int depth;
  private final ExecutorService loaders;
  private final Map<Long, CompletableFuture<T>> ahead = new HashMap<>();
  private long nanosWaited;

  /**
   * Makes nothing yet.
   *
   * @param maker makes what a step needs from its number; called by several threads at once, and
   *     perhaps for steps that are never taken
   * @param threads loader threads; with 0 the caller of {@link #take} makes what it takes
   * @param depth steps that are made ahead, which is how many results wait in memory at most
   * @throws IllegalArgumentException when threads is negative or depth not positive
   */
  public Prefetch(LongFunction<T> maker, int threads, int depth) {
    if (threads < 0 || depth < 1) {
      throw new IllegalArgumentException(
          "%d loader threads are to make %d steps ahead: give 0 or more threads and at least 1 step"
              .formatted(threads, depth));
    }
    this.maker = maker;
    this.threads = threads;
    this.depth = depth;
    this.loaders = Executors.newFixedThreadPool(Math.max(1, threads), Prefetch::daemon);
  }

  private static Thread daemon(Runnable work) {
    Thread thread = new Thread(work, "loader");
    thread.setDaemon(true);
    return thread;
  }

  /**
   * What a step needs; waits until it is made. Whatever the maker throws for this step is thrown
   * here, as it is.
   *
   * @throws IllegalStateException after {@link #close}
   */
  public T take(long step) {
    if (loaders.isShutdown()) {
      throw new IllegalStateException("the loader threads have ended: take steps before close");
    }
    long started = System.nanoTime();
    try {
      return threads == 0 ? maker.apply(step) : taken(step);
    } finally {
      nanosWaited += System.nanoTime() - started;
    }
  }

  private T taken(long step) {
    forgetFarFrom(step);
    for (long next = step; next <= step + depth; next++) {
      ahead.computeIfAbsent(next, this::begin);
    }
    CompletableFuture<T> wanted = Objects.requireNonNull(ahead.remove(step));
    try {
      return wanted.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeException thrown) {
        throw thrown;
      }
      if (e.getCause() instanceof Error thrown) {
        throw thrown;
      }
      throw e;
    }
  }

  private CompletableFuture<T> begin(long step) {
    return CompletableFuture.supplyAsync(() -> maker.apply(step), loaders);
  }

  private void forgetFarFrom(long step) {
    List<Long> far =
        ahead.keySet().stream().filter(made -> made < step || made > step + depth).toList();
    far.forEach(this::forget);
  }

  private void forget(long step) {
    // What no loader thread has begun is then never begun.
    Objects.requireNonNull(ahead.remove(step)).cancel(false);
  }

  /** How long all calls of {@link #take} took together, in seconds. */
  public double secondsWaited() {
    return nanosWaited * 1e-9;
  }

  /** Ends the loader threads, each when it has made what it is making. */
  @Override
  public void close() {
    List.copyOf(ahead.keySet()).forEach(this::forget);
    loaders.shutdown();
  }
}
