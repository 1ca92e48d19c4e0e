package retort.server.generator;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import retort.server.image.Encoding;
import retort.server.image.ImageEncoder;
import retort.server.image.ImageFormat;

/**
 * What a session does in a layout, measured with every core busy, as a server under load has them.
 *
 * @param layout how it ran
 * @param nanos of a run of 1, 2, ... images, inputs and encoding included
 */
record Calibration(Layout layout, List<Long> nanos) {
  Calibration {
    nanos = List.copyOf(nanos);
  }

  /** Until its code is compiled and its memory is there. A start waits for it. */
  private static final long WARM_UP_NANOS = 40_000_000;

  private static final long ROUND_NANOS = 10_000_000;

  /** Of which the quickest counts: what other programs take for a moment is not the network's. */
  private static final int ROUNDS = 4;

  /** A network whose runs are longer than that is measured in fewer rounds. */
  private static final long MEASURED_NANOS = 200_000_000;

  private static final double NANOS_PER_SECOND = 1e9;

  /** Of 20 frames a second. */
  private static final long PERIOD_NANOS = 50_000_000;

  /**
   * How much faster a layout must be than one of more runs, which is what most networks like best:
   * on a machine that does other work a measurement is no more certain than that.
   */
  private static final double CHANCE = 1.25;

  /** Measures a session; batch sizes between powers of two are interpolated. */
  static Calibration measure(OnnxSession session, Layout layout, int maxBatch) {
    long[] nanos = new long[maxBatch];
    int below = 0;
    for (int size = 1; below < maxBatch; size = Math.min(2 * size, maxBatch)) {
      nanos[size - 1] = run(session, layout.runs(), size);
      for (int i = below + 1; i < size; i++) {
        double part = (double) (i - below) / (size - below);
        nanos[i - 1] = Math.round(nanos[below - 1] + part * (nanos[size - 1] - nanos[below - 1]));
      }
      below = size;
    }
    return new Calibration(layout, Arrays.stream(nanos).boxed().toList());
  }

  /** Nanoseconds of a run of so many images while as many others run as the layout has. */
  private static long run(OnnxSession session, int runs, int images) {
    CyclicBarrier start = new CyclicBarrier(runs);
    Callable<Long> lane = () -> oneLane(session, images, start);
    ExecutorService threads = Executors.newFixedThreadPool(runs);
    try {
      List<Future<Long>> lanes = new ArrayList<>();
      for (int i = 0; i < runs; i++) {
        lanes.add(threads.submit(lane));
      }
      long sum = 0;
      for (Future<Long> each : lanes) {
        sum += each.get();
      }
      return Math.max(1, sum / runs);
    } catch (ExecutionException e) {
      throw new GeneratorException("it cannot be measured: " + e.getCause(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new GeneratorException("interrupted while it was measured", e);
    } finally {
      // Wakes those that wait for one that failed.
      threads.shutdownNow();
    }
  }

  private static long oneLane(OnnxSession session, int images, CyclicBarrier start)
      throws Exception {
    byte[] pixels = new byte[session.signature().shape().elements()];
    try (OnnxLane lane = new OnnxLane(session, images);
        ImageEncoder encoder = new ImageEncoder()) {
      Runnable work = () -> make(session, lane, images, pixels, encoder);
      repeat(images == 1 ? WARM_UP_NANOS : 0, work);
      start.await();
      long begun = System.nanoTime();
      long quickest = repeat(ROUND_NANOS, work);
      for (int round = 1; round < ROUNDS && System.nanoTime() - begun < MEASURED_NANOS; round++) {
        quickest = Math.min(quickest, repeat(ROUND_NANOS, work));
      }
      return quickest;
    }
  }

  /** Does something for a while, once at least, and returns how long once takes. */
  private static long repeat(long atLeastNanos, Runnable work) {
    long begun = System.nanoTime();
    int times = 0;
    long spent = 0;
    while (times == 0 || spent < atLeastNanos) {
      work.run();
      times++;
      spent = System.nanoTime() - begun;
    }
    return spent / times;
  }

  /** All that a server does for images but telling its clients. */
  private static void make(
      OnnxSession session, OnnxLane lane, int images, byte[] pixels, ImageEncoder encoder) {
    for (int i = 0; i < images; i++) {
      lane.set(i, Origin.of(i, Origin.NO_LABEL));
    }
    lane.run(images);
    for (int i = 0; i < images; i++) {
      lane.read(i, pixels);
      encoder.encode(pixels, session.signature().shape(), ImageFormat.of(Encoding.PNG));
    }
  }

  int maxBatch() {
    return nanos.size();
  }

  /** What runs of up to so many images cost. */
  RunCosts costs(int maxBatch) {
    return RunCosts.of(nanos.stream().mapToLong(Long::longValue).limit(maxBatch).toArray());
  }

  /** At the best batch size. */
  double imagesPerSecond() {
    return layout.runs() * NANOS_PER_SECOND / costs(maxBatch()).perImage(Long.MAX_VALUE);
  }

  double millisAlone() {
    return nanos.get(0) / 1e6;
  }

  private boolean keepsFrameRate() {
    return nanos.get(0) <= PERIOD_NANOS;
  }

  /**
   * Whether it should be used rather than another: it keeps 20 frames a second where the other does
   * not, or makes more images.
   */
  boolean betterThan(Calibration other) {
    return keepsFrameRate() == other.keepsFrameRate()
        ? imagesPerSecond() > CHANCE * other.imagesPerSecond()
        : keepsFrameRate();
  }
}
