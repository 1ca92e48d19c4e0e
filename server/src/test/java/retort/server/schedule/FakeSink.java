package retort.server.schedule;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Keeps what it is sent; the test says whether its client keeps up. */
class FakeSink implements FrameSink {
  final List<StreamFrame> frames = new ArrayList<>();
  boolean ready = true;
  boolean ended;
  Optional<RuntimeException> failure = Optional.empty();

  @Override
  public boolean ready() {
    return ready;
  }

  @Override
  public void send(StreamFrame frame) {
    frames.add(frame);
  }

  @Override
  public void end() {
    ended = true;
  }

  @Override
  public void fail(RuntimeException reason) {
    failure = Optional.of(reason);
  }

  List<Long> indexes() {
    return frames.stream().map(StreamFrame::index).toList();
  }

  List<Long> dueMillis() {
    return frames.stream().map(frame -> frame.dueNanos() / 1_000_000).toList();
  }
}
