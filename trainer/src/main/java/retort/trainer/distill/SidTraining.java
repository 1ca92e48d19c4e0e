package retort.trainer.distill;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import retort.denoiser.DenoiserModel;
import retort.graph.Tensor;
import retort.noise.SigmaLaw;
import retort.trainer.data.Augmentation;
import retort.trainer.distill.StepDraws.Purpose;
import retort.trainer.engine.Program;
import retort.trainer.engine.Torch;

/**
 * Score identity Distillation: a generator and a fake score network, both started from the teacher,
 * learn in turn. No images but the generator's own are ever used.
 *
 * <p>One step: the fake score network, in training mode, learns to denoise images of the generator
 * (in inference mode, no gradient); then the generator, in training mode, learns by {@link SidLoss}
 * through the frozen teacher and the frozen fake score network, both in inference mode; then the
 * average follows the generator.
 */
public final class SidTraining implements Distillation {
  /**
   * The recipe; its paper's values for CIFAR-10 are in brackets.
   *
   * @param loss alpha [1.2], sigma_init [2.5] and scale [100]
   * @param levels noise levels at which the generator is judged [EDM's times 0 to 0.8]
   * @param fakeScoreLevels noise levels that the fake score network learns [ln sigma is normal, of
   *     mean -1.2 and deviation 1.2]
   * @param batch images a step [256]
   * @param microBatch images a call [16]
   * @param generator how the generator learns [Adam, betas 0 and 0.999, rate 1e-5]
   * @param fakeScore how the fake score network learns [the same]
   * @param augmentation of the generator's images when the fake score network learns them: the
   *     teacher's own [0.12]
   * @param average the moving average of the generator [0.5 million images]
   * @param seed of all draws
   */
  public record Recipe(
      SidLoss loss,
      SigmaLaw levels,
      SigmaLaw fakeScoreLevels,
      int batch,
      int microBatch,
      Optimisation generator,
      Optimisation fakeScore,
      Augmentation augmentation,
      AverageConfig average,
      long seed) {}

  private final DenoiserModel teacher;
  private final Recipe recipe;
  private final SidNetworks networks;
  private final Program fakeScoreLoss;
  private final Program generatorLoss;

  /** Compiles both losses and starts the fake score network from the teacher. */
  public SidTraining(Torch torch, DenoiserModel teacher, DenoiserModel start, Recipe recipe) {
    this.teacher = teacher;
    this.recipe = recipe;
    networks = new SidNetworks(torch, teacher, start, recipe);
    fakeScoreLoss =
        networks.fakeScoreLoss(DenoisingLoss.of(teacher, recipe.batch()), DenoisingLoss.TOTAL);
    generatorLoss =
        networks.generatorLoss(
            recipe.loss().generatorStep(teacher, recipe.batch()), SidLoss.TOTAL, ScoreGap.NAME);
  }

  @Override
  public Map<String, Double> step(long step, long imagesSeen) {
    StepInputs inputs = networks.begin(step);
    int size = teacher.imageShape().elements();
    Map<String, Double> report = new LinkedHashMap<>();

    double fakeScoreTotal = 0;
    for (Share share : Share.of(recipe.batch(), recipe.microBatch())) {
      Map<String, Tensor> labels = inputs.labels(Purpose.FAKE_SCORE_LABEL, share);
      Map<String, Tensor> arguments = networks.fakeScoreArguments(inputs, share, labels);
      fakeScoreTotal += total(networks.learnFakeScore(fakeScoreLoss, inputs, share, arguments));
    }
    report.put(SidNetworks.FAKE_SCORE_LOSS, fakeScoreTotal / size);
    report.put("gradient_norm_fake_score", networks.fakeScore().step(imagesSeen));

    double generatorTotal = 0;
    double scoreGap = 0;
    for (Share share : Share.of(recipe.batch(), recipe.microBatch())) {
      Map<String, Tensor> labels = inputs.labels(Purpose.GENERATOR_LABEL, share);
      Map<String, Tensor> results = networks.learnGenerator(generatorLoss, inputs, share, labels);
      generatorTotal += total(results);
      scoreGap += ScoreGap.share(results, recipe.batch());
    }
    report.put(SidNetworks.GENERATOR_LOSS, generatorTotal / size / recipe.loss().scale());
    report.put(ScoreGap.NAME, scoreGap);
    report.put("gradient_norm_generator", networks.generator().learner().step(imagesSeen));
    networks.generator().follow(recipe.batch(), imagesSeen);
    return report;
  }

  private static double total(Map<String, Tensor> results) {
    return Objects.requireNonNull(results.get(SidLoss.TOTAL)).reals()[0];
  }

  @Override
  public Map<String, float[]> noiseLevels(long step) {
    return networks.noiseLevels(step);
  }

  @Override
  public int batch() {
    return recipe.batch();
  }

  @Override
  public Map<String, Tensor> state() {
    return networks.state();
  }

  @Override
  public void restore(Map<String, Tensor> state) {
    networks.restore(state);
  }

  @Override
  public DenoiserModel result() {
    return networks.generator().averaged();
  }

  @Override
  public float[] images(float[] noise, float[] labels) {
    return networks.generator().averagedImages(noise, labels);
  }
}
