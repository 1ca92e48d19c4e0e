package retort.trainer.tensorboard;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import javax.imageio.ImageIO;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import retort.trainer.distill.RunFolder;

/**
 * The event file of a run: every number of {@code stats.jsonl}, the grids of samples and the
 * options, over the images shown.
 *
 * <p>It follows from those files alone. Each session begins it anew from them and adds each line as
 * it is written, so that a resumed run has no point twice and none too few, and the same bytes as
 * before where nothing has changed. The time of a point is that of the run's first start plus the
 * time in steps. Where the file cannot be written, a warning is logged and the run goes on: the
 * next session writes it in full.
 */
public final class EventLog {
  private static final Logger LOG = LoggerFactory.getLogger(EventLog.class);
  private static final String FILE = "events.out.tfevents.retort";
  private static final double MILLIS = 1000;

  private final RunFolder folder;
  private final Path file;
  private final double start;

  /** Where events go; nowhere after a failure. */
  private Optional<EventFile> events = Optional.empty();

  /** Images shown at the newest report in it. */
  private long reported = -1;

  private EventLog(RunFolder folder, double start) {
    this.folder = folder;
    this.file = folder.resolve(FILE);
    this.start = start;
  }

  /** Writes what a folder holds so far, and follows what is to come. */
  public static void follow(RunFolder folder) {
    EventLog log = new EventLog(folder, folder.firstStart().toEpochMilli() / MILLIS);
    log.attempt(log::begin);
    folder.follow(line -> log.attempt(() -> log.follow(line)));
  }

  /** Something that may fail for want of space. */
  private interface Writing {
    void run() throws IOException;
  }

  private void attempt(Writing writing) {
    try {
      writing.run();
    } catch (IOException e) {
      LOG.warn(
          "{}: cannot be written ({}); the run goes on without, and the next session writes it in"
              + " full",
          file,
          e.toString());
      events = Optional.empty();
    }
  }

  private void begin() throws IOException {
    EventFile begun = EventFile.begin(file);
    events = Optional.of(begun);
    begun.append(Event.version(start));
    begun.append(new Event(start, 0).text("options", table(folder.options())).bytes());
    for (Map<String, Double> line : folder.statistics()) {
      add(line);
    }
  }

  private static String table(Map<String, String> options) {
    StringBuilder table = new StringBuilder("| option | value |\n|---|---|\n");
    options.forEach(
        (name, value) -> {
          String cell = value.replace("|", "\\|").replace("\n", " ");
          table.append("| ").append(name).append(" | ").append(cell).append(" |\n");
        });
    return table.toString();
  }

  /** Adds a line; a report that is made again has replaced one that the file may hold. */
  private void follow(Map<String, Double> line) throws IOException {
    if (events.isPresent() && !line.containsKey("step") && images(line) == reported) {
      begin();
    } else {
      add(line);
    }
  }

  private static long images(Map<String, Double> line) {
    return line.getOrDefault("images", 0.0).longValue();
  }

  private void add(Map<String, Double> line) throws IOException {
    if (events.isEmpty()) {
      return;
    }
    long images = images(line);
    Event event = new Event(start + line.getOrDefault("seconds", 0.0), images);
    boolean steps = line.containsKey("step");
    line.forEach((name, value) -> Tag.of(name, steps).ifPresent(tag -> event.scalar(tag, value)));
    if (!steps) {
      reported = images;
      addSamples(event, images);
    }
    events.get().append(event.bytes());
  }

  private void addSamples(Event event, long images) throws IOException {
    Path samples = folder.samples(images);
    if (Files.exists(samples)) {
      byte[] png = Files.readAllBytes(samples);
      BufferedImage picture = ImageIO.read(new ByteArrayInputStream(png));
      if (picture != null) {
        event.image("samples", picture, png);
      }
    }
  }
}
