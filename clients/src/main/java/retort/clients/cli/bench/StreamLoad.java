package retort.clients.cli.bench;

import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/**
 * Streams of one server, each on a connection of its own, all at the same rate.
 *
 * @param options which server, and for how long
 * @param requests in which protocol
 * @param kind what each stream is
 * @param fps frames a second of each
 * @param stalled clients beside them that never read
 */
record StreamLoad(
    BenchOptions options, RequestOptions requests, Kind kind, double fps, int stalled) {
  private static final long CONNECT_SECONDS = 30;
  private static final long STEERING_MICROS = 500;

  /** Makes streams. */
  interface Kind {
    /**
     * A stream that has not begun.
     *
     * @param i its number
     * @param reads whether it will read; one that does not is a stalled client
     * @param timer for what it does by the clock, until the load is over
     */
    MeasuredStream open(
        ManagedChannel channel, int i, boolean reads, Span span, ScheduledExecutorService timer);
  }

  /** What so many streams showed. */
  record Outcome(
      int streams,
      StreamFigures clock,
      Histogram firstFrame,
      Histogram control,
      long framesBetween,
      long unseen,
      TreeMap<String, Integer> failures) {

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
      figures.failures(failures);
    }
  }

  /** Runs so many streams. */
  Outcome run(int streams) throws InterruptedException {
    List<MeasuredStream> reading = new ArrayList<>();
    List<ManagedChannel> channels = new ArrayList<>();
    ScheduledExecutorService timer =
        Executors.newSingleThreadScheduledExecutor(work -> new Thread(work, "timer"));
    try {
      for (int i = 0; i < streams + stalled; i++) {
        channels.add(connect());
      }
      Span span = options.span();
      for (int i = 0; i < channels.size(); i++) {
        boolean reads = i < streams;
        MeasuredStream stream = kind.open(channels.get(i), i, reads, span, timer);
        if (reads) {
          reading.add(stream);
        }
        stream.start(reads);
      }
      if (reading.stream().anyMatch(stream -> stream.steerer().isPresent())) {
        steer(timer, reading);
      }
      span.await();
      timer.shutdown();
      return outcome(reading, span);
    } finally {
      timer.shutdownNow();
      channels.forEach(ManagedChannel::shutdownNow);
    }
  }

  private static void steer(ScheduledExecutorService timer, List<MeasuredStream> streams) {
    timer.execute(
        () -> {
          while (!timer.isShutdown()) {
            for (MeasuredStream stream : streams) {
              if (stream.ended().isEmpty()) {
                stream.steerer().ifPresent(steerer -> steerer.send(System.nanoTime()));
              }
            }
            pause();
          }
        });
  }

  private static void pause() {
    try {
      TimeUnit.MICROSECONDS.sleep(STEERING_MICROS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private ManagedChannel connect() {
    ManagedChannel channel = options.channel();
    try {
      requests.greet(channel, CONNECT_SECONDS);
      return channel;
    } catch (StatusRuntimeException e) {
      channel.shutdownNow();
      throw BenchException.ofCall(options.server(), e);
    }
  }

  private Outcome outcome(List<MeasuredStream> streams, Span span) {
    Histogram first = Times.histogram();
    Histogram control = Times.histogram();
    TreeMap<String, Integer> failures = new TreeMap<>();
    StreamFigures clock = new StreamFigures(fps, span);
    long framesBetween = 0;
    long unseen = 0;
    for (MeasuredStream stream : streams) {
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
    return new Outcome(streams.size(), clock, first, control, framesBetween, unseen, failures);
  }

  private static String sentence(Status status) {
    String said = status.getDescription();
    return said == null ? status.getCode().toString() : said;
  }
}
