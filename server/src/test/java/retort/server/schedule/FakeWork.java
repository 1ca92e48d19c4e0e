package retort.server.schedule;

import java.time.Duration;
import retort.server.generator.Network;

/** Something to be made that is no image, as other services put into the queue. */
final class FakeWork implements Work {
  final String name;
  private final Network network;
  private final long due;
  private final boolean paced;
  boolean gone;

  private FakeWork(String name, Network network, long due, boolean paced) {
    this.name = name;
    this.network = network;
    this.due = due;
    this.paced = paced;
  }

  static FakeWork request(String name, Network network, long dueMillis) {
    return new FakeWork(name, network, Duration.ofMillis(dueMillis).toNanos(), false);
  }

  static FakeWork frame(String name, Network network, long dueMillis) {
    return new FakeWork(name, network, Duration.ofMillis(dueMillis).toNanos(), true);
  }

  @Override
  public Network network() {
    return network;
  }

  @Override
  public long due() {
    return due;
  }

  @Override
  public boolean paced() {
    return paced;
  }

  @Override
  public boolean gone() {
    return gone;
  }

  @Override
  public boolean make(Batch batch) {
    return true;
  }

  @Override
  public String toString() {
    return name;
  }
}
