package retort.trainer.distill;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import retort.trainer.progress.Interruption;
import retort.trainer.progress.Progress;

/**
 * Takes steps until a run is done: resumes, records, saves, stops on Ctrl-C.
 *
 * @param totalImages images after which the run is done
 * @param maxSeconds time in steps after which it is done whatever was shown
 * @param saveImages a state is saved whenever a multiple of this number is passed
 * @param recordImages a line of statistics is written whenever a multiple of it is passed
 * @param reportImages a report is made whenever a multiple of it is passed, and at the end
 */
public record TrainingLoop(
    long totalImages, double maxSeconds, long saveImages, long recordImages, long reportImages) {
  private static final Logger LOG = LoggerFactory.getLogger(TrainingLoop.class);
  private static final int MAX_CONSECUTIVE_NONFINITE = 10;
  private static final int MAX_SIGMAS_SHOWN = 8;

  /**
   * What a run has come to.
   *
   * @param images images shown so far
   * @param seconds time spent in steps so far
   * @param last whether the run is over
   */
  public record Position(long images, double seconds, boolean last) {}

  /** How a run ended. */
  public enum End {
    DONE,
    INTERRUPTED
  }

  /**
   * Runs to the end, or until the process is asked to stop.
   *
   * @param method what a step does
   * @param folder where to resume from and save to
   * @param seed named in errors
   * @param watcher shows and keeps what the run has come to
   */
  public End run(TrainingMethod method, RunFolder folder, long seed, RunWatcher watcher) {
    long steps = 0;
    long images = 0;
    double seconds = 0;
    var resumed = folder.newest();
    if (resumed.isPresent()) {
      method.restore(resumed.get().tensors());
      steps = resumed.get().steps();
      images = resumed.get().images();
      seconds = resumed.get().seconds();
      LOG.info("resuming at {} images", images);
    }

    Averages averages = new Averages();
    long reported = -1;
    int nonFinite = 0;
    try (Interruption interruption = new Interruption();
        Progress progress = Progress.start(totalImages, maxSeconds, images, seconds)) {
      watcher.began(interruption::requested);
      if (images > 0
          && passed(images - method.batch(), images, reportImages)
          && !isReported(folder, images)
          && !over(images, seconds)) {
        watcher.report(new Position(images, seconds, false));
        reported = images;
      }
      while (!over(images, seconds) && !watcher.enough()) {
        if (interruption.requested()) {
          folder.save(new RunFolder.Saved(steps, images, seconds, method.state()));
          LOG.info("stopped at {} images; the same command resumes", images);
          return End.INTERRUPTED;
        }
        long started = System.nanoTime();
        double waited = method.secondsWaited();
        Map<String, Double> values = method.step(steps, images);
        requireFiniteLoss(values, method, steps, seed);
        nonFinite = allFinite(values) ? 0 : nonFinite + 1;
        if (nonFinite >= MAX_CONSECUTIVE_NONFINITE) {
          throw new RunException(
              "the gradients were not finite in "
                  + nonFinite
                  + " consecutive steps up to step "
                  + steps
                  + " (seed "
                  + seed
                  + "); what was saved is whole. Start again with a lower learning rate and another"
                  + " --out");
        }
        double elapsed = (System.nanoTime() - started) * 1e-9;
        seconds += elapsed;
        long before = images;
        steps++;
        images += method.batch();
        averages.add(values, elapsed, method.secondsWaited() - waited);
        progress.at(images, seconds, averages::summary);
        if (passed(before, images, recordImages)) {
          folder.record(averages.line(steps, images, seconds));
          averages = new Averages();
        }
        // The report comes first: a run that is killed between the two makes it again.
        if (passed(before, images, reportImages) && !over(images, seconds)) {
          watcher.report(new Position(images, seconds, false));
          reported = images;
        }
        if (passed(before, images, saveImages) && images < totalImages) {
          folder.save(new RunFolder.Saved(steps, images, seconds, method.state()));
        }
      }
      if (averages.count > 0) {
        folder.record(averages.line(steps, images, seconds));
      }
      // Saved first: should the report fail, the same command makes it without training again.
      folder.save(new RunFolder.Saved(steps, images, seconds, method.state()));
      if (reported != images) {
        watcher.report(new Position(images, seconds, true));
      }
      if (interruption.requested() && !isReported(folder, images)) {
        LOG.info("stopped at the last report; the same command makes it");
        return End.INTERRUPTED;
      }
      watcher.ended();
      return End.DONE;
    }
  }

  /** Whether the folder has the line of a report; an interruption may leave it without. */
  private static boolean isReported(RunFolder folder, long images) {
    return folder.statistics().stream()
        .anyMatch(line -> !line.containsKey("step") && line.getOrDefault("images", 0.0) == images);
  }

  private boolean over(long images, double seconds) {
    return images >= totalImages || seconds >= maxSeconds;
  }

  private static boolean passed(long before, long now, long interval) {
    return before / interval != now / interval;
  }

  private static void requireFiniteLoss(
      Map<String, Double> values, TrainingMethod method, long step, long seed) {
    values.forEach(
        (name, value) -> {
          if (name.startsWith("loss") && !Double.isFinite(value)) {
            throw new RunException(
                name
                    + " is "
                    + value
                    + " in step "
                    + step
                    + " (seed "
                    + seed
                    + sigmas(method.noiseLevels(step).getOrDefault(name, new float[0]))
                    + "); what was saved is whole. Start again with a lower learning rate and"
                    + " another --out");
          }
        });
  }

  /** The noise levels of a batch: each of a few, the range of many. */
  private static String sigmas(float[] levels) {
    float[] sorted = levels.clone();
    Arrays.sort(sorted);
    if (sorted.length <= MAX_SIGMAS_SHOWN) {
      return sorted.length == 0 ? "" : ", sigma " + Arrays.toString(sorted);
    }
    return ", " + sorted.length + " sigmas from " + sorted[0] + " to " + sorted[sorted.length - 1];
  }

  private static boolean allFinite(Map<String, Double> values) {
    return values.entrySet().stream()
        .filter(value -> value.getKey().startsWith("gradient_norm"))
        .allMatch(value -> Double.isFinite(value.getValue()));
  }

  /** Means of what steps reported since the last line. */
  static final class Averages {
    private final Map<String, Double> sums = new LinkedHashMap<>();

    /** In how many steps each was reported: a loss that enters later has no value before. */
    private final Map<String, Integer> counts = new LinkedHashMap<>();

    private int count;
    private int nonFinite;
    private double seconds;
    private double waited;

    void add(Map<String, Double> values, double stepSeconds, double stepWaited) {
      count++;
      seconds += stepSeconds;
      waited += stepWaited;
      if (!allFinite(values)) {
        nonFinite++;
      }
      values.forEach(
          (name, value) -> {
            sums.merge(name, Double.isFinite(value) ? value : 0.0, Double::sum);
            counts.merge(name, 1, Integer::sum);
          });
    }

    double mean(String name) {
      return sums.getOrDefault(name, Double.NaN) / counts.getOrDefault(name, 1);
    }

    /** The share of the time in steps that was spent waiting for data. */
    double waitShare() {
      return waited / Math.max(1e-9, seconds);
    }

    Map<String, Double> means() {
      Map<String, Double> means = new LinkedHashMap<>();
      sums.keySet().forEach(name -> means.put(name, mean(name)));
      return means;
    }

    /** For the line of progress: the share of waiting, and the losses. */
    String summary() {
      StringBuilder text = new StringBuilder();
      if (waited > 0) {
        text.append(String.format(Locale.ROOT, "%.1f %% waiting  ", 100 * waitShare()));
      }
      means()
          .forEach(
              (name, value) -> {
                if (name.startsWith("loss")) {
                  String loss = name.replace('_', ' ');
                  text.append(String.format(Locale.ROOT, "%s %.4g  ", loss, value));
                }
              });
      return text.toString().strip();
    }

    Map<String, Number> line(long steps, long images, double seconds) {
      Map<String, Number> line = new LinkedHashMap<>();
      line.put("step", steps);
      line.put("images", images);
      line.put("seconds", Math.round(seconds * 1000) / 1000.0);
      line.putAll(means());
      if (waited > 0) {
        line.put("wait_share", Math.round(waitShare() * 1e4) / 1e4);
      }
      line.put("nonfinite_steps", nonFinite);
      return line;
    }
  }
}
