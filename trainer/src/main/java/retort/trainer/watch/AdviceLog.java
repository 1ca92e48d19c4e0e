package retort.trainer.watch;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import retort.trainer.distill.RunFolder;

/**
 * Gives advice while a run writes its statistics: in the log, and in {@code advice.jsonl}. What was
 * said to an earlier session is not said again.
 */
public final class AdviceLog {
  private static final Logger LOG = LoggerFactory.getLogger(AdviceLog.class);
  private static final Gson GSON = new GsonBuilder().disableHtmlEscaping().create();

  private final RunFolder folder;
  private final Adviser adviser;
  private final List<Advice> given = new ArrayList<>();

  /** Images shown at the newest report. */
  private double reported = -1;

  private AdviceLog(RunFolder folder, Adviser adviser) {
    this.folder = folder;
    this.adviser = adviser;
  }

  /** Goes on from the statistics in a folder, and follows those to come. */
  public static void follow(RunFolder folder, Adviser adviser) {
    AdviceLog log = new AdviceLog(folder, adviser);
    folder.statistics().forEach(line -> log.given.addAll(log.advice(line)));
    if (!log.given.isEmpty() || Files.exists(folder.resolve(RunFolder.ADVICE))) {
      log.write();
    }
    folder.follow(log::judge);
  }

  /** What the adviser says of a line; a report that is made again is judged once. */
  private List<Advice> advice(Map<String, Double> line) {
    if (!line.containsKey("step")) {
      double images = line.getOrDefault("images", 0.0);
      if (images == reported) {
        return List.of();
      }
      reported = images;
    }
    return adviser.judge(line);
  }

  private void judge(Map<String, Double> line) {
    List<Advice> more = advice(line);
    if (!more.isEmpty()) {
      more.forEach(advice -> LOG.warn("after {} images: {}", advice.images(), advice.text()));
      given.addAll(more);
      write();
    }
  }

  private void write() {
    StringBuilder lines = new StringBuilder();
    given.forEach(advice -> lines.append(GSON.toJson(advice)).append('\n'));
    folder.writeText(RunFolder.ADVICE, lines.toString());
  }
}
