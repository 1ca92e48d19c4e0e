package retort.server.schedule;

import retort.server.generator.Network;
import retort.server.generator.RunCosts;

/** A network of which only the costs matter. */
record FakeNetwork(int maxBatch, int cores, RunCosts costs) implements Network {
  /** One that makes an image at a time on one core. */
  static FakeNetwork taking(long millis) {
    return new FakeNetwork(1, 1, RunCosts.of(millis * 1_000_000));
  }

  @Override
  public String digest() {
    return "";
  }

  @Override
  public void close() {}
}
