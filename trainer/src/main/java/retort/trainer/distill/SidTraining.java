package retort.trainer.distill;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import retort.denoiser.DenoiserModel;
import retort.graph.DropoutRemoval;
import retort.graph.Graph;
import retort.graph.Tensor;
import retort.noise.LogNormalSigma;
import retort.noise.UniformTimeSigma;
import retort.trainer.data.Augmentation;
import retort.trainer.distill.StepDraws.Purpose;
import retort.trainer.engine.Adam;
import retort.trainer.engine.AdamConfig;
import retort.trainer.engine.MovingAverage;
import retort.trainer.engine.NetworkWeights;
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
public final class SidTraining implements TrainingMethod {
  /**
   * The recipe; its paper's values for CIFAR-10 are in brackets.
   *
   * @param loss alpha [1.2], sigma_init [2.5] and scale [100]
   * @param levels noise levels at which the generator is judged [EDM's times 0 to 0.8]
   * @param batch images a step [256]
   * @param microBatch images a call
   * @param generatorRate learning rate of the generator [1e-5]
   * @param fakeScoreRate learning rate of the fake score network [1e-5]
   * @param generatorAdam constants of the generator's optimiser [betas 0, 0.999]
   * @param fakeScoreAdam constants of the fake score network's optimiser [betas 0, 0.999]
   * @param augmentation of the generator's images when the fake score network learns them: the
   *     teacher's own [0.12]
   * @param average the moving average of the generator [0.5 million images]
   * @param seed of all draws
   */
  public record Recipe(
      SidLoss loss,
      UniformTimeSigma levels,
      int batch,
      int microBatch,
      LearningRate generatorRate,
      LearningRate fakeScoreRate,
      AdamConfig generatorAdam,
      AdamConfig fakeScoreAdam,
      Augmentation augmentation,
      AverageConfig average,
      long seed) {}

  private static final String FAKE_SCORE_LOSS = "loss_fake_score";
  private static final String GENERATOR_LOSS = "loss_generator";

  private final Torch torch;
  private final DenoiserModel teacher;
  private final Recipe recipe;
  private final NetworkWeights generator;
  private final NetworkWeights fakeScore;
  private final MovingAverage average;
  private final Adam generatorAdam;
  private final Adam fakeScoreAdam;
  private final Program generate;
  private final Program fakeScoreLoss;
  private final Program generatorLoss;
  private final WeightView generatorStepWeights;

  /** Compiles both losses and starts all three networks from the teacher. */
  public SidTraining(Torch torch, DenoiserModel teacher, DenoiserModel start, Recipe recipe) {
    Augmenting.require(recipe.augmentation(), teacher);
    this.torch = torch;
    this.teacher = teacher;
    this.recipe = recipe;
    generator = torch.weights(start.graph());
    fakeScore = torch.weights(teacher.graph());
    average = torch.average(generator, start.graph());
    generatorAdam = torch.adam(generator, recipe.generatorAdam());
    fakeScoreAdam = torch.adam(fakeScore, recipe.fakeScoreAdam());

    Graph generatorGraph = teacher.generator(recipe.loss().sigmaInit());
    generate = torch.compile(DropoutRemoval.remove(generatorGraph));
    fakeScoreLoss =
        torch.compile(
            DenoisingLoss.of(teacher, recipe.batch()).withOutputs(List.of(DenoisingLoss.TOTAL)));
    generatorLoss =
        torch.compile(
            recipe
                .loss()
                .generatorStep(teacher, recipe.batch())
                .withOutputs(List.of(SidLoss.TOTAL)));
    generatorStepWeights =
        WeightView.scoped(
            Map.of(
                SidLoss.GENERATOR, generator.learnt(),
                SidLoss.TEACHER, torch.weights(teacher.graph()).frozen(),
                SidLoss.FAKE_SCORE, fakeScore.frozen()));
  }

  @Override
  public Map<String, Double> step(long step, long imagesSeen) {
    StepDraws draws = StepDraws.of(recipe.seed(), step);
    int size = teacher.imageShape().elements();
    generator.project();
    fakeScore.project();

    double fakeScoreTotal = 0;
    for (int first = 0, call = 0; first < recipe.batch(); first += recipe.microBatch(), call++) {
      int count = Math.min(recipe.microBatch(), recipe.batch() - first);
      torch.seed(draws.engineSeed(call));
      Map<String, Tensor> arguments = label(draws, Purpose.FAKE_SCORE_LABEL, first, count);
      arguments.put(SidLoss.NOISE, normal(draws, Purpose.FAKE_SCORE_LATENT, first, count));
      Tensor images =
          Objects.requireNonNull(
              generate.compute(arguments, generator.frozen()).get(DenoiserModel.IMAGE));
      Augmenting.put(arguments, recipe.augmentation(), teacher, images.floats(), draws, first);
      arguments.put(DenoisingLoss.NOISE, normal(draws, Purpose.FAKE_SCORE_NOISE, first, count));
      arguments.put(
          DenoiserModel.SIGMA,
          draws.sigma(Purpose.FAKE_SCORE_SIGMA, LogNormalSigma.EDM, first, count));
      fakeScoreTotal += total(fakeScoreLoss.differentiate(arguments, fakeScore.learnt()));
    }
    double fakeScoreNorm = fakeScoreAdam.step(recipe.fakeScoreRate().at(imagesSeen));

    double generatorTotal = 0;
    for (int first = 0, call = 0; first < recipe.batch(); first += recipe.microBatch(), call++) {
      int count = Math.min(recipe.microBatch(), recipe.batch() - first);
      torch.seed(draws.engineSeed(recipe.batch() + call));
      Map<String, Tensor> arguments = label(draws, Purpose.GENERATOR_LABEL, first, count);
      arguments.put(SidLoss.NOISE, normal(draws, Purpose.GENERATOR_LATENT, first, count));
      arguments.put(SidLoss.PERTURBATION, normal(draws, Purpose.GENERATOR_NOISE, first, count));
      arguments.put(
          DenoiserModel.SIGMA, draws.sigma(Purpose.GENERATOR_SIGMA, recipe.levels(), first, count));
      generatorTotal += total(generatorLoss.differentiate(arguments, generatorStepWeights));
    }
    double generatorNorm = generatorAdam.step(recipe.generatorRate().at(imagesSeen));

    average.update(recipe.average().beta(recipe.batch(), imagesSeen));

    Map<String, Double> report = new LinkedHashMap<>();
    report.put(FAKE_SCORE_LOSS, fakeScoreTotal / size);
    report.put(GENERATOR_LOSS, generatorTotal / size / recipe.loss().scale());
    report.put("gradient_norm_fake_score", fakeScoreNorm);
    report.put("gradient_norm_generator", generatorNorm);
    return report;
  }

  private static double total(Map<String, Tensor> results) {
    return Objects.requireNonNull(results.get(SidLoss.TOTAL)).reals()[0];
  }

  private Tensor normal(StepDraws draws, Purpose purpose, int first, int count) {
    int[] shape = teacher.graph().input(DenoiserModel.NOISY).orElseThrow().shape().at(count);
    return Tensor.floats(
        shape, draws.normal(purpose, first, count, teacher.imageShape().elements()));
  }

  /** Labels drawn uniformly. */
  private Map<String, Tensor> label(StepDraws draws, Purpose purpose, int first, int count) {
    Map<String, Tensor> arguments = new HashMap<>();
    int labels = teacher.labels();
    if (labels > 0) {
      float[] oneHot = new float[count * labels];
      for (int i = 0; i < count; i++) {
        oneHot[i * labels + (int) draws.uniform(purpose).below(labels, first + i)] = 1;
      }
      arguments.put(DenoiserModel.LABEL, Tensor.floats(new int[] {count, labels}, oneHot));
    }
    return arguments;
  }

  @Override
  public Map<String, float[]> noiseLevels(long step) {
    StepDraws draws = StepDraws.of(recipe.seed(), step);
    int batch = recipe.batch();
    return Map.of(
        FAKE_SCORE_LOSS,
        draws.sigma(Purpose.FAKE_SCORE_SIGMA, LogNormalSigma.EDM, 0, batch).floats(),
        GENERATOR_LOSS,
        draws.sigma(Purpose.GENERATOR_SIGMA, recipe.levels(), 0, batch).floats());
  }

  @Override
  public int batch() {
    return recipe.batch();
  }

  @Override
  public Map<String, Tensor> state() {
    Map<String, Tensor> state = new LinkedHashMap<>();
    NamedState.put(state, "generator/", generator.parameterValues());
    NamedState.put(state, "average/", average.averages().parameterValues());
    NamedState.put(state, "fake/", fakeScore.parameterValues());
    NamedState.put(state, "adam_generator/", generatorAdam.state());
    NamedState.put(state, "adam_fake/", fakeScoreAdam.state());
    return state;
  }

  @Override
  public void restore(Map<String, Tensor> state) {
    generator.set(NamedState.get(state, "generator/"));
    average.averages().set(NamedState.get(state, "average/"));
    fakeScore.set(NamedState.get(state, "fake/"));
    generatorAdam.restore(NamedState.get(state, "adam_generator/"));
    fakeScoreAdam.restore(NamedState.get(state, "adam_fake/"));
  }

  /** The network with its averaged weights. */
  public DenoiserModel result() {
    return teacher.withWeights(average.averages().parameterValues());
  }

  /**
   * Images of the averaged generator.
   *
   * @param noise {@code [n, C, H, W]}, standard normal
   * @param labels {@code [n, K]}, empty for an unconditional network
   * @return {@code [n, C, H, W]}, not clipped
   */
  public float[] images(float[] noise, float[] labels) {
    int n = noise.length / teacher.imageShape().elements();
    Map<String, Tensor> arguments = new HashMap<>();
    int[] shape = teacher.graph().input(DenoiserModel.NOISY).orElseThrow().shape().at(n);
    arguments.put(SidLoss.NOISE, Tensor.floats(shape, noise));
    if (labels.length > 0) {
      arguments.put(DenoiserModel.LABEL, Tensor.floats(new int[] {n, teacher.labels()}, labels));
    }
    Tensor images =
        generate.compute(arguments, average.averages().frozen()).get(DenoiserModel.IMAGE);
    return Objects.requireNonNull(images).floats();
  }
}
