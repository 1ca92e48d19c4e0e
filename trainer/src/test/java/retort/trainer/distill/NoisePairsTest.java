package retort.trainer.distill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import retort.denoiser.DenoiserModel;
import retort.denoiser.ImageShape;
import retort.graph.Tensor;
import retort.noise.GaussianNoise;
import retort.reference.TinyEdm2;
import retort.sampling.SeededNoise;
import retort.trainer.data.SampledImages;

class NoisePairsTest {
  private static final ImageShape SHAPE = new ImageShape(1, 8, 8);
  private static final long[] SEEDS = {7, -3, 1L << 50};

  private static Map<String, String> origin() {
    Map<String, String> origin = new HashMap<>();
    origin.put(SampledImages.MODEL_DIGEST, "abc");
    origin.put(SampledImages.SEED_ALGORITHM, GaussianNoise.ALGORITHM);
    origin.put(SampledImages.SAMPLER, "heun");
    origin.put(SampledImages.CHURN, "0.0");
    return origin;
  }

  private static SampledImages samples(Map<String, String> origin, int... labels) {
    float[] images = TinyEdm2.normal(4, SEEDS.length, 1, 8, 8).floats();
    return new SampledImages(SHAPE, images, labels, SEEDS, origin);
  }

  private static NoisePairs pairs(DenoiserModel teacher, SampledImages samples) {
    return new NoisePairs(samples, "pairs.npz", teacher, "abc", "; draw them anew");
  }

  /** The sampler begins with the noise that the generator learns to turn into the same image. */
  @Test
  void theNoiseOfAPairIsThatOfTheSampler() {
    NoisePairs pairs = pairs(TinyEdm2.denoiser(2), samples(origin(), 1, 0, 1));

    Map<String, Tensor> arguments = pairs.arguments(2, 0);

    float[] noise = Objects.requireNonNull(arguments.get(DmdLoss.PAIR_NOISE)).floats();
    assertThat(noise).containsExactly(new SeededNoise(SEEDS[2], SEEDS[0]).start(64));
    float[] images = Objects.requireNonNull(arguments.get(DmdLoss.PAIR_IMAGES)).floats();
    float[] all = TinyEdm2.normal(4, SEEDS.length, 1, 8, 8).floats();
    assertThat(images[0]).isEqualTo(all[2 * 64]);
    assertThat(images[64]).isEqualTo(all[0]);
    float[] labels = Objects.requireNonNull(arguments.get(DmdLoss.PAIR_LABEL)).floats();
    assertThat(labels).containsExactly(0, 1, 0, 1);
  }

  @Test
  void pairsOfATeacherWithoutLabelsHaveNone() {
    NoisePairs pairs = pairs(TinyEdm2.denoiser(0), samples(origin()));

    assertThat(pairs.arguments(1)).containsOnlyKeys(DmdLoss.PAIR_NOISE, DmdLoss.PAIR_IMAGES);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "model_sha256 | def | was drawn from a model of SHA-256 def but the teacher's is abc",
        "churn | 40.0 | with the sampler heun and churn 40.0, but noise decides",
        "sampler | one step | with the sampler one step and churn 0.0",
        "seed_algorithm | mt19937 | has seeds of mt19937 but noise is of philox",
      })
  void pairsOfAnotherOriginAreRefused(String key, String value, String message) {
    Map<String, String> origin = origin();
    origin.put(key, value);

    assertThatThrownBy(() -> pairs(TinyEdm2.denoiser(2), samples(origin, 0, 1, 1)))
        .isInstanceOf(RunException.class)
        .hasMessageStartingWith("pairs.npz: ")
        .hasMessageContaining(message)
        .hasMessageEndingWith("; draw them anew");
  }

  @Test
  void pairsThatDoNotFitTheTeacherAreRefused() {
    assertThatThrownBy(() -> pairs(TinyEdm2.denoiser(2), samples(origin())))
        .hasMessage("pairs.npz: has no labels but the teacher knows 2; draw them anew");
    assertThatThrownBy(() -> pairs(TinyEdm2.denoiser(0), samples(origin(), 0, 1, 1)))
        .hasMessage("pairs.npz: has labels but the teacher knows 0; draw them anew");
    assertThatThrownBy(() -> pairs(TinyEdm2.denoiser(2), samples(origin(), 0, 2, 1)))
        .hasMessageContaining("has the label 2 but the teacher knows those below 2");
    assertThatThrownBy(() -> pairs(DmdLossTest.linear(1, 0), samples(origin())))
        .hasMessageContaining("has images [1, 8, 8] but the teacher's are [1, 1, 2]");
    SampledImages none = new SampledImages(SHAPE, new float[0], new int[0], new long[0], origin());
    assertThatThrownBy(() -> pairs(TinyEdm2.denoiser(0), none))
        .hasMessage("pairs.npz: holds no images; draw them anew");
  }

  @Test
  void anEpochShowsEachPairOnce() {
    NoisePairs pairs = pairs(TinyEdm2.denoiser(0), samples(origin()));

    int[] first = pairs.order(1).indices(0, 3);

    assertThat(first).containsExactlyInAnyOrder(0, 1, 2);
    assertThat(List.of(pairs.order(1).indices(3, 3)))
        .allSatisfy(next -> assertThat(next).containsExactlyInAnyOrder(0, 1, 2));
  }
}
