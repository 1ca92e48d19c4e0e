package retort.trainer.report;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import retort.trainer.distill.RunException;
import retort.trainer.distill.RunFolder;

/** Writes {@code report.html} into the folder of a run that goes on. */
public final class RunReport {
  /** The page's name in a run folder. */
  public static final String FILE = "report.html";

  private static final Logger LOG = LoggerFactory.getLogger(RunReport.class);

  private RunReport() {}

  /** Writes the page of a run in this process, that takes up steps again after this. */
  public static void write(RunFolder folder) {
    write(folder, true);
  }

  /** A run does not end for want of its page: what is wrong is logged. */
  static void write(RunFolder folder, boolean running) {
    try {
      String html = html(Run.read(folder.resolve(""), running));
      folder.write(FILE, file -> writeText(file, html));
    } catch (RunException | UncheckedIOException e) {
      LOG.warn("{}", e.getMessage());
    } catch (RuntimeException | OutOfMemoryError e) {
      LOG.warn("{} could not be made; the run goes on", folder.resolve(FILE), e);
    }
  }

  /** The page of a run as one file. */
  static String html(Run run) {
    return html(run, Delivery.FILE);
  }

  /** The same, to lie in the run folder or elsewhere. */
  static String html(Run run, Delivery delivery) {
    return RunPage.of(run, delivery, Instant.now()).document();
  }

  private static void writeText(Path file, String text) {
    try {
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
