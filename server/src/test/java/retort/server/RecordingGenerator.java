package retort.server;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import retort.denoiser.ImageShape;
import retort.server.generator.Lane;
import retort.server.generator.Origin;

/** Notes the seeds of every run and waits for the test's leave; its images are black. */
public final class RecordingGenerator extends FakeGenerator {
  /** A batch that begins with this seed fails. */
  public static final long BROKEN_SEED = 666;

  /** A batch that begins with this seed breaks the thread that makes it. */
  public static final long FATAL_SEED = 667;

  /** So little that it is never what a test is refused for. */
  private static final long IMAGE_NANOS = 1_000;

  private static final String DIGEST = "ab".repeat(32);

  private final CompletableFuture<Void> leave = new CompletableFuture<>();
  private final BlockingQueue<List<Long>> runs = new LinkedBlockingQueue<>();

  private RecordingGenerator(
      ImageShape shape, int maxBatch, boolean open, long imageNanos, String digest) {
    super(digest, shape, List.of(), maxBatch, imageNanos);
    if (open) {
      open();
    }
  }

  /** One whose first run waits for {@link #open}. */
  public static RecordingGenerator shut(int maxBatch) {
    return new RecordingGenerator(new ImageShape(1, 2, 2), maxBatch, false, IMAGE_NANOS, DIGEST);
  }

  /** One that runs at once. */
  public static RecordingGenerator open(ImageShape shape) {
    return new RecordingGenerator(shape, 1, true, IMAGE_NANOS, DIGEST);
  }

  /** One that runs at once, but says that an image takes so long. */
  public static RecordingGenerator costing(long imageNanos) {
    return new RecordingGenerator(new ImageShape(1, 2, 2), 1, true, imageNanos, DIGEST);
  }

  /** As the other, of another file. */
  public static RecordingGenerator costing(long imageNanos, String digest) {
    return new RecordingGenerator(new ImageShape(1, 2, 2), 1, true, imageNanos, digest);
  }

  /** One that runs at once, of another file. */
  public static RecordingGenerator open(ImageShape shape, String digest) {
    return new RecordingGenerator(shape, 1, true, IMAGE_NANOS, digest);
  }

  /** Lets runs go on, from now on. */
  public void open() {
    leave.complete(null);
  }

  /** Like the network, it does not mind interruption; a test that failed does not block it. */
  private void waitForLeave(CompletableFuture<Void> stopped) {
    boolean interrupted = false;
    boolean allowed = false;
    while (!allowed) {
      try {
        CompletableFuture.anyOf(leave, stopped).get(10, TimeUnit.SECONDS);
        allowed = true;
      } catch (InterruptedException e) {
        interrupted = true;
      } catch (ExecutionException | TimeoutException e) {
        allowed = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Waits for the next run to begin and returns its seeds. */
  public List<Long> nextRun() throws InterruptedException {
    List<Long> seeds = runs.poll(10, TimeUnit.SECONDS);
    if (seeds == null) {
      throw new AssertionError("no run began within 10 s");
    }
    return seeds;
  }

  /** The seeds of all runs that the test has not taken. */
  public List<Long> seeds() {
    return runs.stream().flatMap(List::stream).toList();
  }

  @Override
  public Lane lane() {
    Long[] seeds = new Long[maxBatch()];
    return new Lane() {
      private final CompletableFuture<Void> stopped = new CompletableFuture<>();

      @Override
      public void set(int slot, Origin origin) {
        seeds[slot] = origin.seed();
      }

      @Override
      public void run(int images) {
        runs.add(new ArrayList<>(Arrays.asList(seeds).subList(0, images)));
        waitForLeave(stopped);
        if (stopped.isDone()) {
          throw new IllegalStateException("stopped");
        }
        if (seeds[0] == BROKEN_SEED) {
          throw new IllegalStateException("this seed breaks the network");
        }
        if (seeds[0] == FATAL_SEED) {
          throw new OutOfMemoryError("this seed takes all memory");
        }
      }

      @Override
      public void stop() {
        stopped.complete(null);
      }

      @Override
      public Optional<ByteBuffer> view(int slot) {
        return Optional.empty();
      }

      @Override
      public void read(int slot, byte[] pixels) {
        Arrays.fill(pixels, (byte) 0);
      }

      @Override
      public void close() {}
    };
  }
}
