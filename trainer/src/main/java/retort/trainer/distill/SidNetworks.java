package retort.trainer.distill;

import java.util.List;
import java.util.Map;
import retort.denoiser.DenoiserModel;
import retort.graph.Graph;
import retort.graph.Tensor;
import retort.trainer.distill.StepDraws.Purpose;
import retort.trainer.engine.Program;
import retort.trainer.engine.Torch;
import retort.trainer.engine.WeightView;

/**
 * The networks of Score identity Distillation, and what both of its methods do with them: a
 * generator and a fake score network that learn, and the teacher that the latter starts from.
 */
final class SidNetworks implements Remembered {
  static final String FAKE_SCORE_LOSS = "loss_fake_score";
  static final String GENERATOR_LOSS = "loss_generator";

  private final Torch torch;
  private final DenoiserModel teacher;
  private final SidTraining.Recipe recipe;
  private final Generator generator;
  private final Learner fakeScore;
  private final WeightView generatorStep;

  SidNetworks(Torch torch, DenoiserModel teacher, DenoiserModel start, SidTraining.Recipe recipe) {
    Augmenting.require(recipe.augmentation(), teacher);
    this.torch = torch;
    this.teacher = teacher;
    this.recipe = recipe;
    double sigmaInit = recipe.loss().sigmaInit();
    generator = new Generator(torch, start, sigmaInit, recipe.generator(), recipe.average());
    fakeScore = new Learner(torch, teacher.graph(), recipe.fakeScore());
    generatorStep =
        WeightView.scoped(
            Map.of(
                SidLoss.GENERATOR, generator.learner().weights().learnt(),
                SidLoss.TEACHER, torch.weights(teacher.graph()).frozen(),
                SidLoss.FAKE_SCORE, fakeScore.weights().frozen()));
  }

  /** Compiles a loss of the fake score network for these outputs, the first of them a scalar. */
  Program fakeScoreLoss(Graph loss, String... outputs) {
    return torch.compile(loss.withOutputs(List.of(outputs)), fakeScore.weights().learnt());
  }

  /** Compiles a loss of the generator for these outputs, the first of them a scalar. */
  Program generatorLoss(Graph loss, String... outputs) {
    return torch.compile(loss.withOutputs(List.of(outputs)), generatorStep);
  }

  Generator generator() {
    return generator;
  }

  Learner fakeScore() {
    return fakeScore;
  }

  /** Begins a step: weights return to their projection, once, before any network is called. */
  StepInputs begin(long step) {
    generator.learner().weights().project();
    fakeScore.weights().project();
    return StepInputs.of(teacher, recipe.seed(), step);
  }

  /**
   * What the fake score network learns from: images of the generator for these labels, augmented as
   * the teacher's were, and noise upon them.
   */
  Map<String, Tensor> fakeScoreArguments(
      StepInputs inputs, Share share, Map<String, Tensor> arguments) {
    float[] images = generator.images(inputs.noise(Purpose.FAKE_SCORE_LATENT, share), arguments);
    Augmenting.put(
        arguments, recipe.augmentation(), teacher, images, inputs.draws(), share.first());
    arguments.put(DenoisingLoss.NOISE, inputs.noise(Purpose.FAKE_SCORE_NOISE, share));
    arguments.put(
        DenoiserModel.SIGMA,
        inputs.sigma(Purpose.FAKE_SCORE_SIGMA, recipe.fakeScoreLevels(), share));
    return arguments;
  }

  /** Adds the gradients of a fake score network's loss; dropout is drawn anew. */
  Map<String, Tensor> learnFakeScore(
      Program loss, StepInputs inputs, Share share, Map<String, Tensor> arguments) {
    return loss.differentiate(
        arguments, fakeScore.weights().learnt(), inputs.draws().engineSeed(share.call()));
  }

  /** Adds the gradients of a generator's loss with these labels; dropout is drawn anew. */
  Map<String, Tensor> learnGenerator(
      Program loss, StepInputs inputs, Share share, Map<String, Tensor> arguments) {
    arguments.put(SidLoss.NOISE, inputs.noise(Purpose.GENERATOR_LATENT, share));
    arguments.put(SidLoss.PERTURBATION, inputs.noise(Purpose.GENERATOR_NOISE, share));
    arguments.put(
        DenoiserModel.SIGMA, inputs.sigma(Purpose.GENERATOR_SIGMA, recipe.levels(), share));
    return loss.differentiate(
        arguments, generatorStep, inputs.draws().engineSeed(recipe.batch() + share.call()));
  }

  /** The noise levels of a step, by the loss that they enter. */
  Map<String, float[]> noiseLevels(long step) {
    StepInputs inputs = StepInputs.of(teacher, recipe.seed(), step);
    Share all = new Share(0, recipe.batch(), 0);
    return Map.of(
        FAKE_SCORE_LOSS,
        inputs.sigma(Purpose.FAKE_SCORE_SIGMA, recipe.fakeScoreLevels(), all).floats(),
        GENERATOR_LOSS,
        inputs.sigma(Purpose.GENERATOR_SIGMA, recipe.levels(), all).floats());
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
}
