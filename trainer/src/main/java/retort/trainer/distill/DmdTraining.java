package retort.trainer.distill;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import retort.denoiser.DenoiserModel;
import retort.graph.Graph;
import retort.graph.Tensor;
import retort.noise.SigmaLaw;
import retort.trainer.data.ImageDataset;
import retort.trainer.distill.StepDraws.Purpose;
import retort.trainer.engine.Program;
import retort.trainer.engine.Torch;
import retort.trainer.engine.WeightView;

/**
 * Distribution Matching Distillation (Yin et al. 2024), and DMD2 by the same authors: a generator
 * and a fake score network, both started from the teacher, learn in turn, without dropout.
 *
 * <p>One step: the generator makes images and learns by its loss, in DMD each time, in DMD2 every
 * few steps (the two-time-scale rule); then the fake score network learns those same images, as the
 * generator made them before it learnt; then the average follows the generator.
 */
public final class DmdTraining implements Distillation {
  /**
   * The recipe; the values for CIFAR-10 are in brackets.
   *
   * @param levels noise levels at which the generator is judged [those of index 20 to 980 of 1,000]
   * @param fakeScoreLevels noise levels that the fake score network, and a classifier, see [all]
   * @param fakeSteps steps of the fake score network for one of the generator [1; 5 in DMD2]
   * @param batch images a step [392, and as many pairs]
   * @param microBatch images a call [56]
   * @param generator how the generator learns [AdamW, rate 5e-5, norm at most 10]
   * @param fakeScore how the fake score network learns [the same]
   * @param average the moving average of the generator [none]
   * @param seed of all draws
   */
  public record Recipe(
      SigmaLaw levels,
      SigmaLaw fakeScoreLevels,
      int fakeSteps,
      int batch,
      int microBatch,
      Optimisation generator,
      Optimisation fakeScore,
      AverageConfig average,
      long seed) {
    public Recipe {
      if (fakeSteps < 1) {
        throw new IllegalArgumentException(
            "the fake score network takes "
                + fakeSteps
                + " steps for one of the generator, but should take at least 1");
      }
    }
  }

  private static final String LOSS = "loss_";

  private final DenoiserModel teacher;
  private final Recipe recipe;
  private final Anchor anchor;
  private final Generator generator;
  private final Learner fakeScore;
  private final Program generatorLoss;
  private final Program fakeScoreLoss;
  private final WeightView generatorStepWeights;
  private final WeightView fakeScoreStepWeights;

  private DmdTraining(
      Torch torch, DenoiserModel teacher, DenoiserModel start, Anchor anchor, Recipe recipe) {
    this.teacher = teacher;
    this.recipe = recipe;
    this.anchor = anchor;
    generator =
        new Generator(torch, start, anchor.sigmaInit(), recipe.generator(), recipe.average());
    fakeScore = new Learner(torch, anchor.fakeScoreNetwork(), recipe.fakeScore());
    Map<String, WeightView> scopes = new HashMap<>(anchor.networks(torch));
    scopes.put(DistributionMatching.GENERATOR, generator.learner().weights().learnt());
    scopes.put(DistributionMatching.TEACHER, torch.weights(teacher.graph()).frozen());
    scopes.put(DistributionMatching.FAKE_SCORE, fakeScore.weights().frozen());
    generatorStepWeights = WeightView.scoped(scopes);
    fakeScoreStepWeights =
        WeightView.scoped(Map.of(DistributionMatching.FAKE_SCORE, fakeScore.weights().learnt()));
    generatorLoss =
        torch.compile(withoutGradient(anchor.generatorStep(recipe.batch())), generatorStepWeights);
    fakeScoreLoss = torch.compile(anchor.fakeScoreStep(recipe.batch()), fakeScoreStepWeights);
  }

  /** DMD: compiles both losses and starts the fake score network from the teacher. */
  public static DmdTraining withPairs(
      Torch torch,
      DenoiserModel teacher,
      DenoiserModel start,
      DmdLoss loss,
      NoisePairs pairs,
      Recipe recipe) {
    Anchor anchor = new PairAnchor(loss, teacher, pairs, recipe.seed());
    return new DmdTraining(torch, teacher, start, anchor, recipe);
  }

  /**
   * DMD2: compiles both losses and starts the fake score network from the teacher.
   *
   * @throws RunException when the teacher cannot be shown the real images, or has no features
   */
  public static DmdTraining withClassifier(
      Torch torch,
      DenoiserModel teacher,
      DenoiserModel start,
      Dmd2Loss loss,
      ImageDataset real,
      Recipe recipe) {
    RealImages images = new RealImages(real, teacher, recipe.seed());
    Anchor anchor =
        new ClassifierAnchor(loss, teacher, images, recipe.fakeScoreLevels(), recipe.seed());
    return new DmdTraining(torch, teacher, start, anchor, recipe);
  }

  private static Graph withoutGradient(Graph loss) {
    List<String> outputs = new ArrayList<>(loss.outputs());
    outputs.remove(DistributionMatching.GRADIENT);
    return loss.withOutputs(outputs);
  }

  @Override
  public Map<String, Double> step(long step, long imagesSeen) {
    StepInputs inputs = StepInputs.of(teacher, recipe.seed(), step);
    List<Share> shares = Share.of(recipe.batch(), recipe.microBatch());
    generator.learner().weights().project();
    fakeScore.weights().project();
    Map<String, Double> report = new LinkedHashMap<>();

    boolean learns = step % recipe.fakeSteps() == 0;
    List<Tensor> images = new ArrayList<>();
    for (Share share : shares) {
      images.add(learns ? learn(inputs, imagesSeen, share, report) : made(inputs, share));
    }
    if (learns) {
      report.put("gradient_norm_generator", generator.learner().step(imagesSeen));
    }

    for (Share share : shares) {
      Map<String, Tensor> arguments =
          fakeScoreArguments(inputs, imagesSeen, share, images.get(share.call()));
      add(report, fakeScoreLoss.differentiate(arguments, fakeScoreStepWeights));
    }
    report.put("gradient_norm_fake_score", fakeScore.step(imagesSeen));
    generator.follow(recipe.batch(), imagesSeen);
    return report;
  }

  /** Gathers the generator's gradients; returns the images that it was judged by. */
  private Tensor learn(
      StepInputs inputs, long imagesSeen, Share share, Map<String, Double> report) {
    Map<String, Tensor> arguments = inputs.labels(Purpose.GENERATOR_LABEL, share);
    arguments.put(DistributionMatching.NOISE, inputs.noise(Purpose.GENERATOR_LATENT, share));
    arguments.put(DistributionMatching.PERTURBATION, inputs.noise(Purpose.GENERATOR_NOISE, share));
    arguments.put(
        DenoiserModel.SIGMA, inputs.sigma(Purpose.GENERATOR_SIGMA, recipe.levels(), share));
    arguments.putAll(anchor.forGenerator(inputs, imagesSeen, share));
    Map<String, Tensor> results = generatorLoss.differentiate(arguments, generatorStepWeights);
    add(report, results);
    report.merge(ScoreGap.NAME, ScoreGap.share(results, recipe.batch()), Double::sum);
    return Objects.requireNonNull(results.get(DistributionMatching.IMAGES));
  }

  /** The images of a step in which the generator does not learn. */
  private Tensor made(StepInputs inputs, Share share) {
    return inputs.images(
        generator.images(
            inputs.noise(Purpose.GENERATOR_LATENT, share),
            inputs.labels(Purpose.GENERATOR_LABEL, share)));
  }

  private Map<String, Tensor> fakeScoreArguments(
      StepInputs inputs, long imagesSeen, Share share, Tensor images) {
    Map<String, Tensor> arguments = inputs.labels(Purpose.GENERATOR_LABEL, share);
    arguments.put(DistributionMatching.IMAGES, images);
    arguments.put(DistributionMatching.NOISE, inputs.noise(Purpose.FAKE_SCORE_NOISE, share));
    arguments.put(
        DenoiserModel.SIGMA,
        inputs.sigma(Purpose.FAKE_SCORE_SIGMA, recipe.fakeScoreLevels(), share));
    arguments.putAll(anchor.forFakeScore(inputs, imagesSeen, share));
    return arguments;
  }

  /** Adds the parts of a loss to the report. */
  private static void add(Map<String, Double> report, Map<String, Tensor> results) {
    results.forEach(
        (name, value) -> {
          if (value.rank() == 0 && !name.equals(DistributionMatching.TOTAL)) {
            report.merge(LOSS + name, value.reals()[0], Double::sum);
          }
        });
  }

  @Override
  public Map<String, float[]> noiseLevels(long step) {
    StepInputs inputs = StepInputs.of(teacher, recipe.seed(), step);
    Share all = new Share(0, recipe.batch(), 0);
    return Map.of(
        LOSS + DistributionMatching.MATCHING,
        inputs.sigma(Purpose.GENERATOR_SIGMA, recipe.levels(), all).floats(),
        LOSS + DistributionMatching.FAKE_LOSS,
        inputs.sigma(Purpose.FAKE_SCORE_SIGMA, recipe.fakeScoreLevels(), all).floats());
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
