package retort.exporter;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import retort.denoiser.DenoiserModel;
import retort.denoiser.MetadataKeys;
import retort.exporter.intake.Intake;
import retort.exporter.verify.SampledImages;
import retort.exporter.verify.Verification;

/**
 * A file that an import wrote.
 *
 * @param path the teacher or generator
 * @param sampled the images it made before it was written; empty where none were wanted
 * @param grid their picture, where there is one
 */
record ImportedFile(Path path, Optional<SampledImages> sampled, Optional<Path> grid) {

  /**
   * Writes a denoiser once a copy of it beside has made images in ONNX Runtime: what fails leaves
   * no file, and an older one as it was. A generator carries reference samples from then on.
   *
   * @param sigmaInit the level of a generator, 0 for a teacher
   */
  static ImportedFile write(Intake intake, double sigmaInit, TrialOptions trial, Path out) {
    Path folder = Objects.requireNonNull(out.toAbsolutePath().getParent());
    DenoiserModel model = intake.model();
    Optional<SampledImages> sampled;
    try {
      Path beside = Files.createTempDirectory(folder, ".import");
      try {
        Path copy = beside.resolve("copy.onnx");
        model.write(copy);
        sampled = trial.sample(copy, model, sigmaInit);
        if (sigmaInit > 0) {
          model =
              model.withProperties(
                  Map.of(
                      MetadataKeys.REFERENCE_SAMPLES,
                      Verification.samples(copy, model, sigmaInit, trial.threads()).encode()));
        }
      } finally {
        delete(beside);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(folder + " cannot be written (" + e + ")", e);
    }
    model.write(out);
    Optional<Path> grid = sampled.flatMap(s -> trial.draw(s, intake.model().imageShape(), out));
    return new ImportedFile(out, sampled, grid);
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(folder);
  }
}
