package retort.trainer.distill;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import retort.denoiser.DenoiserModel;
import retort.graph.Tensor;
import retort.noise.GaussianNoise;
import retort.noise.UniformDraws;
import retort.trainer.data.EpochOrder;
import retort.trainer.data.SampledImages;

/**
 * Noise-image pairs: what a teacher's deterministic sampler makes of noise, so that a generator
 * learns to make the same of the same (Yin et al. 2024, section 4.2). A file holds the seed in
 * place of the noise.
 */
public final class NoisePairs {
  /** The sampler whose images follow from their noise alone, as the origin names it. */
  public static final String DETERMINISTIC = "heun";

  /** Stream of the run's seed that orders pairs; {@link RealImages} has another. */
  static final int ORDER_STREAM = 2;

  private final SampledImages samples;
  private final DenoiserModel teacher;

  /**
   * Takes what a teacher's sampler made for pairs.
   *
   * @param name of the file, for messages
   * @param digest of the teacher's file
   * @param remedy the command that draws such pairs, for messages
   * @throws RunException when the images are not this teacher's, or not decided by their noise
   */
  public NoisePairs(
      SampledImages samples, String name, DenoiserModel teacher, String digest, String remedy) {
    this.samples = samples;
    this.teacher = teacher;
    foreignOrigin(digest)
        .or(this::unfitImages)
        .ifPresent(
            wrong -> {
              throw new RunException(name + ": " + wrong + remedy);
            });
  }

  /** The order in which a run sees the pairs. */
  EpochOrder order(long runSeed) {
    return new EpochOrder(samples.count(), new UniformDraws(runSeed, ORDER_STREAM));
  }

  /** Noise, images [n, C, H, W] and labels [n, K] of these pairs, as {@link DmdLoss} calls them. */
  Map<String, Tensor> arguments(int... indices) {
    int size = samples.shape().elements();
    int labels = teacher.labels();
    float[] noise = new float[indices.length * size];
    float[] images = new float[indices.length * size];
    float[] oneHot = new float[indices.length * labels];
    for (int i = 0; i < indices.length; i++) {
      new GaussianNoise(samples.seed(indices[i]), 0).fill(noise, i * size, size, 0);
      samples.copy(indices[i], images, i * size);
      if (labels > 0) {
        oneHot[i * labels + samples.label(indices[i])] = 1;
      }
    }
    int[] shape =
        teacher.graph().input(DenoiserModel.NOISY).orElseThrow().shape().at(indices.length);
    Map<String, Tensor> arguments = new HashMap<>();
    arguments.put(DmdLoss.PAIR_NOISE, Tensor.floats(shape, noise));
    arguments.put(DmdLoss.PAIR_IMAGES, Tensor.floats(shape, images));
    if (labels > 0) {
      arguments.put(DmdLoss.PAIR_LABEL, Tensor.floats(new int[] {indices.length, labels}, oneHot));
    }
    return arguments;
  }

  /** What is wrong with how the images were made, if anything is. */
  private Optional<String> foreignOrigin(String digest) {
    String drawnFrom = samples.origin(SampledImages.MODEL_DIGEST);
    String sampler = samples.origin(SampledImages.SAMPLER);
    String churn = samples.origin(SampledImages.CHURN);
    String algorithm = samples.origin(SampledImages.SEED_ALGORITHM);
    if (!drawnFrom.equals(digest)) {
      return Optional.of(
          "was drawn from a model of SHA-256 %s but the teacher's is %s"
              .formatted(drawnFrom, digest));
    }
    if (!sampler.equals(DETERMINISTIC) || !churn.equals("0.0")) {
      return Optional.of(
          "was drawn with the sampler %s and churn %s, but noise decides an image only with %s and churn 0"
              .formatted(sampler, churn, DETERMINISTIC));
    }
    if (!algorithm.equals(GaussianNoise.ALGORITHM)) {
      return Optional.of(
          "has seeds of %s but noise is of %s".formatted(algorithm, GaussianNoise.ALGORITHM));
    }
    return Optional.empty();
  }

  /** What keeps the images from being this teacher's, if anything does. */
  private Optional<String> unfitImages() {
    if (samples.count() == 0) {
      return Optional.of("holds no images");
    }
    if (!samples.shape().equals(teacher.imageShape())) {
      return Optional.of(
          "has images %s but the teacher's are %s"
              .formatted(samples.shape(), teacher.imageShape()));
    }
    if (samples.labelled() != teacher.labels() > 0) {
      return Optional.of(
          "has %s but the teacher knows %d"
              .formatted(samples.labelled() ? "labels" : "no labels", teacher.labels()));
    }
    for (int i = 0; i < samples.count() && samples.labelled(); i++) {
      int label = samples.label(i);
      if (label < 0 || label >= teacher.labels()) {
        return Optional.of(
            "has the label %d but the teacher knows those below %d"
                .formatted(label, teacher.labels()));
      }
    }
    return Optional.empty();
  }
}
