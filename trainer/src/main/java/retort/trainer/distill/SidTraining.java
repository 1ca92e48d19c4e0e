package retort.trainer.distill;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import retort.denoiser.DenoiserModel;
import retort.graph.Tensor;
import retort.noise.SigmaLaw;
import retort.trainer.data.Augmentation;
import retort.trainer.distill.StepDraws.Purpose;
import retort.trainer.engine.Program;
import retort.trainer.engine.Torch;
import retort.trainer.engine.WeightView;

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

  private static final String FAKE_SCORE_LOSS = "loss_fake_score";
  private static final String GENERATOR_LOSS = "loss_generator";

  private final DenoiserModel teacher;
  private final Recipe recipe;
  private final Generator generator;
  private final Learner fakeScore;
  private final Program fakeScoreLoss;
  private final Program generatorLoss;
  private final WeightView generatorStepWeights;

  /** Compiles both losses and starts the fake score network from the teacher. */
  public SidTraining(Torch torch, DenoiserModel teacher, DenoiserModel start, Recipe recipe) {
    Augmenting.require(recipe.augmentation(), teacher);
    this.teacher = teacher;
    this.recipe = recipe;
    double sigmaInit = recipe.loss().sigmaInit();
    generator = new Generator(torch, start, sigmaInit, recipe.generator(), recipe.average());
    fakeScore = new Learner(torch, teacher.graph(), recipe.fakeScore());
    fakeScoreLoss =
        torch.compile(
            DenoisingLoss.of(teacher, recipe.batch()).withOutputs(List.of(DenoisingLoss.TOTAL)),
            fakeScore.weights().learnt());
    generatorStepWeights =
        WeightView.scoped(
            Map.of(
                SidLoss.GENERATOR, generator.learner().weights().learnt(),
                SidLoss.TEACHER, torch.weights(teacher.graph()).frozen(),
                SidLoss.FAKE_SCORE, fakeScore.weights().frozen()));
    generatorLoss =
        torch.compile(
            recipe
                .loss()
                .generatorStep(teacher, recipe.batch())
                .withOutputs(List.of(SidLoss.TOTAL)),
            generatorStepWeights);
  }

  @Override
  public Map<String, Double> step(long step, long imagesSeen) {
    StepInputs inputs = StepInputs.of(teacher, recipe.seed(), step);
    int size = teacher.imageShape().elements();
    generator.learner().weights().project();
    fakeScore.weights().project();
    Map<String, Double> report = new LinkedHashMap<>();

    double fakeScoreTotal = 0;
    for (Share share : Share.of(recipe.batch(), recipe.microBatch())) {
      fakeScoreTotal +=
          total(
              fakeScoreLoss.differentiate(
                  fakeScoreArguments(inputs, share),
                  fakeScore.weights().learnt(),
                  inputs.draws().engineSeed(share.call())));
    }
    report.put(FAKE_SCORE_LOSS, fakeScoreTotal / size);
    report.put("gradient_norm_fake_score", fakeScore.step(imagesSeen));

    double generatorTotal = 0;
    for (Share share : Share.of(recipe.batch(), recipe.microBatch())) {
      Map<String, Tensor> arguments = inputs.labels(Purpose.GENERATOR_LABEL, share);
      arguments.put(SidLoss.NOISE, inputs.noise(Purpose.GENERATOR_LATENT, share));
      arguments.put(SidLoss.PERTURBATION, inputs.noise(Purpose.GENERATOR_NOISE, share));
      arguments.put(
          DenoiserModel.SIGMA, inputs.sigma(Purpose.GENERATOR_SIGMA, recipe.levels(), share));
      generatorTotal +=
          total(
              generatorLoss.differentiate(
                  arguments,
                  generatorStepWeights,
                  inputs.draws().engineSeed(recipe.batch() + share.call())));
    }
    report.put(GENERATOR_LOSS, generatorTotal / size / recipe.loss().scale());
    report.put("gradient_norm_generator", generator.learner().step(imagesSeen));
    generator.follow(recipe.batch(), imagesSeen);
    return report;
  }

  /** Images of the generator, augmented as the teacher's were, and noise upon them. */
  private Map<String, Tensor> fakeScoreArguments(StepInputs inputs, Share share) {
    Map<String, Tensor> arguments = inputs.labels(Purpose.FAKE_SCORE_LABEL, share);
    float[] images = generator.images(inputs.noise(Purpose.FAKE_SCORE_LATENT, share), arguments);
    Augmenting.put(
        arguments, recipe.augmentation(), teacher, images, inputs.draws(), share.first());
    arguments.put(DenoisingLoss.NOISE, inputs.noise(Purpose.FAKE_SCORE_NOISE, share));
    arguments.put(
        DenoiserModel.SIGMA,
        inputs.sigma(Purpose.FAKE_SCORE_SIGMA, recipe.fakeScoreLevels(), share));
    return arguments;
  }

  private static double total(Map<String, Tensor> results) {
    return Objects.requireNonNull(results.get(SidLoss.TOTAL)).reals()[0];
  }

  @Override
  public Map<String, float[]> noiseLevels(long step) {
    StepInputs inputs = StepInputs.of(teacher, recipe.seed(), step);
    Share all = new Share(0, recipe.batch(), 0);
    return Map.of(
        FAKE_SCORE_LOSS,
        inputs.sigma(Purpose.FAKE_SCORE_SIGMA, recipe.fakeScoreLevels(), all).floats(),
        GENERATOR_LOSS,
        inputs.sigma(Purpose.GENERATOR_SIGMA, recipe.levels(), all).floats());
  }

  @Override
  public int batch() {
    return recipe.batch();
  }

  @Override
  public Map<String, Tensor> state() {
    return Remembered.stateOf(parts());
  }

  @Override
  public void restore(Map<String, Tensor> state) {
    Remembered.restore(parts(), state);
  }

  private Map<String, Remembered> parts() {
    return Map.of("generator", generator, "fake_score", fakeScore);
  }

  @Override
  public DenoiserModel result() {
    return generator.averaged();
  }

  @Override
  public float[] images(float[] noise, float[] labels) {
    return generator.averagedImages(noise, labels);
  }
}
