package retort.exporter.deploy;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.stream.Collectors;
import retort.denoiser.DenoiserModel;
import retort.denoiser.GeneratorCard;
import retort.denoiser.GeneratorSteps;
import retort.denoiser.MetadataKeys;
import retort.denoiser.ReferenceSamples;
import retort.file.FileDigest;
import retort.graph.ConstantFolding;
import retort.graph.DropoutRemoval;
import retort.graph.Graph;
import retort.noise.GaussianNoise;
import retort.onnx.OnnxException;
import retort.onnx.OnnxReader;

/**
 * A denoiser that makes images in one step or a few, as {@code distill} writes it, and what is
 * served of it.
 *
 * @param file where it was read from
 * @param model the denoiser
 * @param steps the noise levels at which it runs
 */
public record DistilledGenerator(Path file, DenoiserModel model, GeneratorSteps steps) {
  /** Each step is written out in the graph. */
  private static final int MOST_STEPS = 16;

  /** Checks that what the network needs beside noise is a label at most. */
  public DistilledGenerator {
    List<String> others =
        model.graph().inputs().stream()
            .map(Graph.Input::name)
            .filter(
                name ->
                    !List.of(
                            DenoiserModel.NOISY,
                            DenoiserModel.SIGMA,
                            DenoiserModel.LABEL,
                            DenoiserModel.AUGMENT)
                        .contains(name))
            .toList();
    if (!others.isEmpty()) {
      throw new OnnxException(
          file
              + ": takes "
              + others
              + " beside noise and label, which no deployable holds yet; fix these inputs first");
    }
    if (steps.count() > MOST_STEPS) {
      throw new OnnxException(
          file
              + ": makes images in "
              + steps.count()
              + " steps, and a deployable has at most "
              + MOST_STEPS
              + "; distil the teacher to fewer");
    }
  }

  /**
   * Reads what {@code distill} wrote.
   *
   * @param sigmaInit the noise level for a file that does not say it, which exports a teacher as if
   *     it were a generator
   * @throws OnnxException when the file holds no denoiser, or one of many steps, or was exported
   */
  public static DistilledGenerator read(Path file, OptionalDouble sigmaInit) {
    DenoiserModel model = denoiser(file);
    String algorithm = model.property(MetadataKeys.SEED_ALGORITHM).orElse(GaussianNoise.ALGORITHM);
    if (!algorithm.equals(GaussianNoise.ALGORITHM)) {
      throw new OnnxException(
          file
              + ": makes noise from seeds by '"
              + algorithm
              + "' but this Retort knows '"
              + GaussianNoise.ALGORITHM
              + "'; update Retort to export it");
    }
    Optional<GeneratorSteps> stored = steps(file, model);
    if (stored.isEmpty()) {
      double given =
          sigmaInit.orElseThrow(
              () ->
                  new OnnxException(
                      file
                          + ": is a teacher, which takes many steps (it has no "
                          + MetadataKeys.SIGMA_INIT
                          + "); distil it first, or pass --sigma-init to export it as a one-step"
                          + " generator all the same"));
      return new DistilledGenerator(file, model, GeneratorSteps.one(given));
    }
    List<Double> levels = stored.get().sigmas();
    if (sigmaInit.isPresent() && !levels.equals(List.of(sigmaInit.getAsDouble()))) {
      throw new OnnxException(
          "--sigma-init is "
              + sigmaInit.getAsDouble()
              + " but "
              + file
              + " was distilled for "
              + levels.stream().map(String::valueOf).collect(Collectors.joining(", "))
              + "; leave the flag out");
    }
    return new DistilledGenerator(file, model, stored.get());
  }

  private static Optional<GeneratorSteps> steps(Path file, DenoiserModel model) {
    try {
      return model.generatorSteps();
    } catch (OnnxException e) {
      throw new OnnxException(file + ": " + e.getMessage(), e);
    }
  }

  private static DenoiserModel denoiser(Path file) {
    try {
      return DenoiserModel.read(file);
    } catch (OnnxException e) {
      if (GeneratorCard.describes(OnnxReader.read(file).metadata())) {
        throw new OnnxException(
            file
                + ": is exported already; serve it as it is, or pass the generator.onnx that"
                + " 'retort distill' wrote",
            e);
      }
      throw e;
    }
  }

  /** The reference samples in the file, where it has them. */
  public Optional<ReferenceSamples> referenceSamples() {
    try {
      return model
          .property(MetadataKeys.REFERENCE_SAMPLES)
          .map(text -> ReferenceSamples.decode(text, model.imageShape()));
    } catch (OnnxException e) {
      throw new OnnxException(file + ": " + e.getMessage(), e);
    }
  }

  /**
   * The graph to serve: every step written out, sigma and augmentation fixed, dropout gone,
   * everything computed that does not depend on noise or label.
   *
   * @return a graph from {@code noise} [N, C, H, W], as many of {@code noise_1}, ... as steps add
   *     noise, and {@code label} [N, K] to {@code image}, float32 [N, C, H, W]
   */
  public Graph images() {
    return CpuForm.of(ConstantFolding.foldAll(DropoutRemoval.remove(model.generator(steps))));
  }

  /** What {@link #images} returned, but with an output of uint8 [N, H, W, C]. */
  public static Graph greyLevels(Graph images) {
    return GreyLevels.of(images);
  }

  /**
   * What the exported file says of itself.
   *
   * @param samples what it must be able to make
   */
  public GeneratorCard card(ReferenceSamples samples) {
    Map<String, String> properties = new TreeMap<>(model.properties());
    properties.remove(MetadataKeys.REFERENCE_SAMPLES);
    properties.remove(MetadataKeys.AUGMENT_PROBABILITY);
    properties.putAll(steps.properties());
    properties.put(MetadataKeys.SEED_ALGORITHM, GaussianNoise.ALGORITHM);
    properties.put(MetadataKeys.GENERATOR_DIGEST, FileDigest.of(file));
    return new GeneratorCard(model.labelNames(), Optional.of(samples), properties);
  }
}
