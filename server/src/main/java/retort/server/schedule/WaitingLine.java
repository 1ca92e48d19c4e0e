package retort.server.schedule;

import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Works that wait, the first due first. Whose client is gone is never given out. Not thread-safe.
 */
final class WaitingLine {
  /** Differences of due times, not the times, are compared: their origin is arbitrary. */
  private static final Comparator<Entry> ORDER =
      Comparator.comparing((Entry entry) -> entry.work, (a, b) -> Long.signum(a.due() - b.due()))
          .thenComparing(entry -> entry.number);

  private record Entry(Work work, long number) {}

  private final TreeSet<Entry> entries = new TreeSet<>(ORDER);
  private long entered;

  void add(Work work) {
    entries.add(new Entry(work, entered++));
  }

  /** How many wait, those included whose client is gone. */
  int size() {
    return entries.size();
  }

  /** Forgets those whose client is gone. */
  void sweep() {
    entries.removeIf(entry -> entry.work.gone());
  }

  /** The first due; null when none waits. */
  @Nullable Work first() {
    while (!entries.isEmpty() && entries.first().work.gone()) {
      entries.pollFirst();
    }
    return entries.isEmpty() ? null : entries.first().work;
  }

  /**
   * Moves works into a batch, the first due first.
   *
   * @param batch receives those that join its first, or the first of the line where it is empty
   * @param room works that the batch may hold
   */
  void fill(List<Work> batch, int room) {
    Iterator<Entry> waiting = entries.iterator();
    while (batch.size() < room && waiting.hasNext()) {
      Work work = waiting.next().work;
      boolean gone = work.gone();
      if (gone || batch.isEmpty() || work.joins(batch.get(0))) {
        waiting.remove();
        if (!gone) {
          batch.add(work);
        }
      }
    }
  }
}
