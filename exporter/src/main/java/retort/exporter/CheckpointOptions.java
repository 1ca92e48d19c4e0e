package retort.exporter;

import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import retort.exporter.checkpoint.Checkpoint;
import retort.exporter.intake.ConfigurationFile;
import retort.exporter.intake.Intake;
import retort.exporter.intake.PublishedTeacher;

/** Flags about which network of a checkpoint is meant, and how it was constructed. */
final class CheckpointOptions {
  @Option(
      names = "--network",
      paramLabel = "NAME",
      description = "Which of a checkpoint's networks. Default: the averaged one, ema.")
  private @Nullable String network;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description =
          "JSON of a checkpoint's class_name and constructor arguments, where it does not say them."
              + " Default: the file's own, or recognised.")
  private @Nullable Path config;

  /** Reads names, shapes and configuration. */
  Checkpoint read(Path from) {
    return network == null ? Checkpoint.read(from) : Checkpoint.read(from, network);
  }

  /** Whether the user says how the network was constructed. */
  boolean described() {
    return config != null;
  }

  /** The denoiser in a checkpoint. */
  Intake denoiser(Checkpoint checkpoint) {
    return PublishedTeacher.of(
        checkpoint, Optional.ofNullable(config).map(ConfigurationFile::read));
  }
}
