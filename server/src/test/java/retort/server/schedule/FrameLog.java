package retort.server.schedule;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What a client makes of the frames it got: the frame that each of its updates bound to. */
final class FrameLog {
  private FrameLog() {}

  static List<UpdateLog.Entry> of(List<Steering> sent, List<StreamFrame> frames) {
    Set<Long> late = new HashSet<>();
    frames.forEach(frame -> late.addAll(frame.told().late()));
    List<UpdateLog.Entry> log = new ArrayList<>();
    for (Steering steering : sent) {
      Long from = steering.fromIndex();
      long index =
          from != null && !late.contains(steering.id())
              ? from
              : frames.stream()
                  .filter(frame -> frame.told().applied() >= steering.id())
                  .findFirst()
                  .orElseThrow()
                  .index();
      log.add(new UpdateLog.Entry(index, steering.id(), steering.update()));
    }
    // Stable: those of one frame stay in the order they were sent.
    log.sort(Comparator.comparingLong(UpdateLog.Entry::index));
    return log;
  }
}
