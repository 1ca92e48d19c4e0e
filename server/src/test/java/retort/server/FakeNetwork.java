package retort.server;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import retort.server.generator.Network;
import retort.server.generator.RunCosts;

/** A network that says what the test wants and counts how often it was closed. */
public class FakeNetwork implements Network {
  private final String digest;
  private final int maxBatch;
  private final int cores;
  private final RunCosts costs;
  private final AtomicInteger closed = new AtomicInteger();

  private FakeNetwork(String digest, int maxBatch, int cores, RunCosts costs) {
    this.digest = digest;
    this.maxBatch = maxBatch;
    this.cores = cores;
    this.costs = costs;
  }

  /** One whose runs last as long as all their images one after the other. */
  protected FakeNetwork(String digest, int maxBatch, long imageNanos) {
    this(
        digest,
        maxBatch,
        1,
        RunCosts.of(LongStream.rangeClosed(1, maxBatch).map(n -> n * imageNanos).toArray()));
  }

  /** One of which only the costs matter. */
  public FakeNetwork(int maxBatch, int cores, RunCosts costs) {
    this("", maxBatch, cores, costs);
  }

  /** One that makes an image at a time on one core. */
  public static FakeNetwork taking(long millis) {
    return new FakeNetwork("", 1, millis * 1_000_000);
  }

  /** How often it was closed. */
  public final int closed() {
    return closed.get();
  }

  @Override
  public final String digest() {
    return digest;
  }

  @Override
  public final int maxBatch() {
    return maxBatch;
  }

  @Override
  public final int cores() {
    return cores;
  }

  @Override
  public final RunCosts costs() {
    return costs;
  }

  @Override
  public final void close() {
    closed.incrementAndGet();
  }

  @Override
  public final String toString() {
    return digest;
  }
}
