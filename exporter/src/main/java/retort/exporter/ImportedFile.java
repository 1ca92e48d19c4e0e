package retort.exporter;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import retort.denoiser.DenoiserModel;
import retort.denoiser.GeneratorSteps;
import retort.denoiser.MetadataKeys;
import retort.exporter.intake.Comparison;
import retort.exporter.intake.Intake;
import retort.exporter.verify.ComparisonTrial;
import retort.exporter.verify.SampledImages;
import retort.exporter.verify.Verification;
import retort.onnx.OnnxWriter;

/**
 * A file that an import wrote, once a copy of it had run in ONNX Runtime.
 *
 * @param path a teacher, a generator, or a network that images are compared by
 * @param sampled the images it made before it was written; empty where there are none
 * @param grid their picture, where there is one
 */
record ImportedFile(Path path, Optional<SampledImages> sampled, Optional<Path> grid) {

  /** What a copy of a denoiser made, and the model to be written. */
  private record Trial(DenoiserModel model, Optional<SampledImages> sampled) {}

  /**
   * Writes a denoiser. A generator carries reference samples from then on.
   *
   * @param sigmaInit the level of a generator, 0 for a teacher
   * @param interruption which is told when the file is in its place
   */
  static ImportedFile write(
      Intake intake, double sigmaInit, TrialOptions options, Path out, Interruption interruption) {
    DenoiserModel model = intake.model();
    Trial trial =
        TrialCopy.tried(
            out,
            model.graph(),
            model::write,
            copy -> {
              Optional<SampledImages> sampled = options.sample(copy, model, sigmaInit);
              return new Trial(
                  sigmaInit > 0
                      ? withReferenceSamples(model, copy, sigmaInit, options.threads())
                      : model,
                  sampled);
            });
    OutputPaths.write(out, () -> trial.model().write(out));
    interruption.tooLate();
    Optional<Path> grid = trial.sampled().flatMap(s -> options.draw(s, model.imageShape(), out));
    return new ImportedFile(out, trial.sampled(), grid);
  }

  private static DenoiserModel withReferenceSamples(
      DenoiserModel model, Path copy, double sigmaInit, int threads) {
    String samples =
        Verification.samples(copy, model, GeneratorSteps.one(sigmaInit), threads).encode();
    return model.withProperties(Map.of(MetadataKeys.REFERENCE_SAMPLES, samples));
  }

  /** Writes a network that images are compared by. */
  static ImportedFile write(
      Comparison comparison, TrialOptions options, Path out, Interruption interruption) {
    TrialCopy.tried(
        out,
        comparison.model().graph(),
        copy -> OnnxWriter.write(comparison.model(), copy),
        copy -> {
          ComparisonTrial.run(copy, comparison.model().graph(), options.threads());
          return copy;
        });
    OutputPaths.write(out, () -> OnnxWriter.write(comparison.model(), out));
    interruption.tooLate();
    return new ImportedFile(out, Optional.empty(), Optional.empty());
  }
}
