package retort.trainer.report;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import retort.trainer.distill.RunException;
import retort.trainer.distill.RunFolder;
import retort.trainer.distill.TrainingLoop;

/**
 * One session of a run in its folder's {@code environment.json}: where it ran, from when to when,
 * and how it ended. A run that is resumed has several, the newest last.
 */
public final class RunSession {
  private static final Logger LOG = LoggerFactory.getLogger(RunSession.class);
  private static final String SESSIONS = "sessions";
  private static final int SESSIONS_KEPT = 100;

  private final RunFolder folder;
  private final JsonArray sessions;
  private final JsonObject session = new JsonObject();

  private RunSession(RunFolder folder, JsonArray earlier) {
    this.folder = folder;
    this.sessions = earlier;
  }

  /**
   * Notes that a session begins.
   *
   * @param facts where it runs and what it is to do
   * @throws RunException when the folder cannot be written
   */
  public static RunSession begin(RunFolder folder, Map<String, ?> facts) {
    JsonArray kept = new JsonArray();
    List<JsonObject> earlier = read(folder.resolve(Run.ENVIRONMENT), new ArrayList<>());
    earlier.stream().skip(Math.max(0, earlier.size() - SESSIONS_KEPT + 1)).forEach(kept::add);
    RunSession session = new RunSession(folder, kept);
    session.session.addProperty("started", now());
    facts.forEach(
        (name, value) -> {
          if (value instanceof Number number) {
            session.session.addProperty(name, number);
          } else {
            session.session.addProperty(name, value.toString());
          }
        });
    kept.add(session.session);
    session.write();
    return session;
  }

  /** The sessions of a file, none when it is absent; {@code notices} is told of damage. */
  static List<JsonObject> read(Path file, List<String> notices) {
    List<JsonObject> sessions = new ArrayList<>();
    if (!Files.exists(file)) {
      return sessions;
    }
    try {
      String text = Json.read(file);
      JsonElement all = Json.object(text).map(json -> json.get(SESSIONS)).orElse(null);
      if (all != null && all.isJsonArray()) {
        for (JsonElement one : all.getAsJsonArray()) {
          if (one.isJsonObject()) {
            sessions.add(one.getAsJsonObject());
          }
        }
        return sessions;
      }
    } catch (IOException e) {
      LOG.debug("{} cannot be read", file, e);
    }
    notices.add(file.getFileName() + " is damaged.");
    return sessions;
  }

  /**
   * Trains, then notes how that ended and writes the run's page a last time. A process that is told
   * to stop waits for it.
   */
  public TrainingLoop.End during(Supplier<TrainingLoop.End> training) {
    CountDownLatch noted = new CountDownLatch(1);
    Thread hook = new Thread(() -> await(noted), "note-the-end");
    Runtime.getRuntime().addShutdownHook(hook);
    try {
      TrainingLoop.End end = training.get();
      end(end == TrainingLoop.End.DONE ? Run.State.FINISHED : Run.State.INTERRUPTED, "");
      return end;
    } catch (RuntimeException e) {
      String message = e instanceof RunException ? e.getMessage() : null;
      end(Run.State.FAILED, message == null ? e.toString() : message);
      throw e;
    } finally {
      noted.countDown();
      try {
        Runtime.getRuntime().removeShutdownHook(hook);
      } catch (IllegalStateException e) {
        LOG.debug("the process is already exiting", e);
      }
    }
  }

  private static void await(CountDownLatch noted) {
    try {
      noted.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void end(Run.State state, String reason) {
    session.addProperty("ended", now());
    session.addProperty("end", state.toString());
    if (!reason.isEmpty()) {
      session.addProperty("reason", reason);
    }
    try {
      write();
    } catch (RunException e) {
      LOG.warn("{}", e.getMessage());
    }
    RunReport.write(folder, false);
  }

  private void write() {
    JsonObject all = new JsonObject();
    all.add(SESSIONS, sessions);
    String text = new GsonBuilder().setPrettyPrinting().create().toJson(all) + "\n";
    folder.write(
        Run.ENVIRONMENT,
        file -> {
          try {
            Files.writeString(file, text);
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
  }

  private static String now() {
    return Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
  }
}
