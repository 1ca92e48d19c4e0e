package retort.trainer;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import retort.trainer.evaluate.ImageSet;
import retort.trainer.evaluate.ServedImages;

/** Flags about a server whose images are asked for. */
final class ServedOptions {
  @Option(
      names = "--server",
      required = true,
      paramLabel = "HOST:PORT",
      description = "A running 'retort serve', whose images are judged as they come from it.")
  private String server = "";

  @Option(
      names = "--served",
      paramLabel = "NAME",
      description = "Which of the server's models. Default: its only one.")
  private @Nullable String model;

  /** The launcher says where it is. */
  @Option(names = "--launcher", hidden = true, defaultValue = "${env:RETORT_LAUNCHER}")
  private @Nullable Path script;

  /** Asks the server what it has. */
  ImageSet images(long seed, int count) {
    if (script == null) {
      throw new IllegalArgumentException(
          "--server runs 'retort generate' through the launcher; start this as './retort evaluate'");
    }
    return new ServedImages(script, server, model == null ? "" : model, seed, count);
  }
}
