package retort.clients.cli.bench;

import io.grpc.ManagedChannel;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;

/**
 * Streams of one server, each on a connection of its own, all at the same rate.
 *
 * @param options which server, and for how long
 * @param kind what each asks for
 * @param fps frames a second of each
 * @param stalled clients beside them that never read
 * @param steerRate updates a second of each stream; 0 for none
 */
record StreamLoad(
    BenchOptions options, Watched.Kind kind, double fps, int stalled, double steerRate) {

  private static final long IDLE_NANOS = 100_000_000;

  /** What so many streams showed. */
  record Outcome(
      int streams,
      StreamFigures clock,
      Histogram firstFrame,
      Histogram control,
      long framesBetween,
      long unseen,
      TreeMap<String, Integer> failures,
      double cpu) {

    /** Whether every stream ran to the end, with so many of its frames on time. */
    boolean held(double share) {
      return failures.isEmpty() && clock.onTimeShare() >= share;
    }

    void tell(Figures figures) {
      figures.count("streams", streams);
      clock.tell(figures);
      figures.times("first_frame", firstFrame).times("control_to_frame", control);
      if (control.getTotalCount() > 0) {
        figures.count("frames_between_most", framesBetween).count("updates_unseen", unseen);
      }
      figures.share("client_cpu", cpu).failures(failures);
    }
  }

  /** Runs so many streams. */
  Outcome run(int streams) throws InterruptedException {
    List<Watched> reading = new ArrayList<>();
    List<ManagedChannel> channels = new ArrayList<>();
    ExecutorService steering =
        Executors.newSingleThreadExecutor(work -> new Thread(work, "steering"));
    try {
      for (int i = 0; i < streams + stalled; i++) {
        channels.add(options.connected());
      }
      Span span = options.span();
      for (int i = 0; i < channels.size(); i++) {
        boolean reads = i < streams;
        Watched stream = kind.open(channels.get(i), i, fps, reads ? steerRate : 0, span);
        if (reads) {
          reading.add(stream);
        }
        stream.start(reads);
      }
      if (steerRate > 0) {
        steer(steering, reading);
      }
      span.awaitBegin();
      CpuShare cpu = new CpuShare();
      span.await();
      double used = cpu.since();
      steering.shutdownNow();
      return outcome(reading, span, used);
    } finally {
      steering.shutdownNow();
      channels.forEach(ManagedChannel::shutdownNow);
    }
  }

  private static void steer(ExecutorService steering, List<Watched> streams) {
    steering.execute(
        () -> {
          while (!steering.isShutdown()) {
            long now = System.nanoTime();
            long pause = IDLE_NANOS;
            for (Watched stream : streams) {
              if (stream.ended().isEmpty() && stream.steerer().isPresent()) {
                pause = Math.min(pause, stream.steerer().get().send(now) - now);
              }
            }
            LockSupport.parkNanos(pause);
          }
        });
  }

  private Outcome outcome(List<Watched> streams, Span span, double cpu) {
    Histogram first = Times.histogram();
    Histogram control = Times.histogram();
    TreeMap<String, Integer> failures = new TreeMap<>();
    StreamFigures clock = new StreamFigures(fps, span);
    long framesBetween = 0;
    long unseen = 0;
    for (Watched stream : streams) {
      stream.toFirstFrame().ifPresent(first::recordValue);
      stream.ended().ifPresent(why -> failures.merge(sentence(why), 1, Integer::sum));
      clock.add(stream.log());
      if (stream.steerer().isPresent()) {
        Steerer steerer = stream.steerer().get();
        steerer.addTo(control);
        framesBetween = Math.max(framesBetween, steerer.mostFramesBetween());
        unseen += steerer.unseen();
      }
    }
    return new Outcome(streams.size(), clock, first, control, framesBetween, unseen, failures, cpu);
  }

  private static String sentence(Status status) {
    String said = status.getDescription();
    return said == null ? status.getCode().toString() : said;
  }
}
