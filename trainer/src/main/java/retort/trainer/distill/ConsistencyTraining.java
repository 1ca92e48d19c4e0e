package retort.trainer.distill;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import retort.denoiser.DenoiserModel;
import retort.denoiser.GeneratorSteps;
import retort.graph.Tensor;
import retort.noise.KarrasSchedule;
import retort.noise.UniformIndexSigma;
import retort.sampling.StepNoise;
import retort.trainer.data.ImageDataset;
import retort.trainer.distill.StepDraws.Purpose;
import retort.trainer.engine.MovingAverage;
import retort.trainer.engine.Program;
import retort.trainer.engine.Torch;
import retort.trainer.engine.WeightView;

/**
 * Consistency distillation: a {@link ConsistencyFunction}, started from the teacher, learns to
 * answer the same all along a path of the teacher, and so at its noisy end what the path's clean
 * end is.
 *
 * <p>One step: real images, each with a level of the grid and the next, and {@link
 * ConsistencyLoss}; then the target follows the weights by a fixed share, and so does the average
 * that generates, more slowly. There is no dropout.
 */
public final class ConsistencyTraining implements Distillation {
  /**
   * The recipe; its paper's values for ImageNet are in brackets.
   *
   * @param loss the distance [LPIPS]
   * @param schedule the levels from the lowest to that of the noise [0.002 to 80]
   * @param levels how many levels the grid has, both ends included [40]
   * @param targetDecay what the target keeps of itself in a step [0.95]
   * @param steps in how many the generator makes images; each after the first adds noise [1]
   * @param batch images a step [2048]
   * @param microBatch images a call
   * @param student how the student learns [rate 8e-6]
   * @param average the moving average that generates [0.999943 a step]
   * @param seed of all draws
   */
  public record Recipe(
      ConsistencyLoss loss,
      KarrasSchedule schedule,
      int levels,
      double targetDecay,
      int steps,
      int batch,
      int microBatch,
      Optimisation student,
      AverageConfig average,
      long seed) {
    public Recipe {
      if (levels < 2 || steps < 1 || steps >= levels) {
        throw new IllegalArgumentException(
            "--levels is "
                + levels
                + " and --final-steps "
                + steps
                + ", but at least 2 levels and 1 step are needed, and fewer steps than levels");
      }
      if (!(targetDecay >= 0 && targetDecay < 1)) {
        throw new IllegalArgumentException(
            "--target-ema is " + targetDecay + " but should be in [0, 1), such as 0.95");
      }
    }

    private UniformIndexSigma grid() {
      return new UniformIndexSigma(schedule, levels, 1, levels - 1);
    }

    /** From the noisiest level on, in equal parts of the schedule's time. */
    private GeneratorSteps generatorSteps() {
      return new GeneratorSteps(GeneratorSteps.Kind.RENOISE, Halving.all(schedule, steps).sigmas());
    }
  }

  private static final String TOTAL_LOSS = "loss";

  private final DenoiserModel teacher;
  private final RealImages data;
  private final Recipe recipe;
  private final Generator generator;
  private final MovingAverage target;
  private final Program loss;
  private final WeightView weights;

  /** Compiles the loss and starts student, target and average from a denoiser. */
  public ConsistencyTraining(
      Torch torch, DenoiserModel teacher, DenoiserModel start, ImageDataset data, Recipe recipe) {
    this.teacher = teacher;
    this.data = new RealImages(data, teacher, recipe.seed());
    this.recipe = recipe;
    DenoiserModel function = ConsistencyFunction.of(start, recipe.schedule().sigmaMin());
    generator =
        new Generator(torch, function, recipe.generatorSteps(), recipe.student(), recipe.average());
    target = torch.average(generator.learner().weights(), function.graph());
    weights =
        WeightView.scoped(
            Map.of(
                ConsistencyLoss.TEACHER, torch.weights(teacher.graph()).frozen(),
                ConsistencyLoss.STUDENT, generator.learner().weights().learnt(),
                ConsistencyLoss.AVERAGED, target.averages().frozen(),
                ImageDistance.SCOPE, torch.weights(recipe.loss().distance().graph()).frozen()));
    loss =
        torch.compile(
            recipe
                .loss()
                .studentStep(teacher, function, recipe.batch())
                .withOutputs(List.of(ConsistencyLoss.TOTAL)),
            weights);
  }

  @Override
  public Map<String, Double> step(long step, long imagesSeen) {
    StepInputs inputs = StepInputs.of(teacher, recipe.seed(), step);
    generator.learner().weights().project();
    double total = 0;
    for (Share share : Share.of(recipe.batch(), recipe.microBatch())) {
      total +=
          Objects.requireNonNull(
                  loss.differentiate(arguments(inputs, imagesSeen, share), weights)
                      .get(ConsistencyLoss.TOTAL))
              .reals()[0];
    }
    Map<String, Double> report = new LinkedHashMap<>();
    report.put(TOTAL_LOSS, total);
    report.put("gradient_norm", generator.learner().step(imagesSeen));
    target.update(recipe.targetDecay());
    generator.follow(recipe.batch(), imagesSeen);
    return report;
  }

  private Map<String, Tensor> arguments(StepInputs inputs, long imagesSeen, Share share) {
    UniformIndexSigma grid = recipe.grid();
    int n = share.count();
    float[] sigma = new float[n];
    float[] next = new float[n];
    for (int i = 0; i < n; i++) {
      int level = level(inputs.draws(), share.first() + i);
      sigma[i] = (float) grid.sigmaAt(level);
      next[i] = (float) grid.sigmaAt(level - 1);
    }
    Map<String, Tensor> arguments = inputs.labelled(data.labels(imagesSeen, share));
    arguments.put(ConsistencyLoss.IMAGES, inputs.images(data.images(imagesSeen, share)));
    arguments.put(ConsistencyLoss.NOISE, inputs.noise(Purpose.CONSISTENCY_NOISE, share));
    arguments.put(DenoiserModel.SIGMA, Tensor.floats(new int[] {n}, sigma));
    arguments.put(ConsistencyLoss.NEXT, Tensor.floats(new int[] {n}, next));
    return arguments;
  }

  /** The level of an image in the grid, which is not the lowest. */
  private int level(StepDraws draws, int image) {
    return 1 + (int) draws.uniform(Purpose.CONSISTENCY_STEP).below(recipe.levels() - 1L, image);
  }

  @Override
  public Map<String, float[]> noiseLevels(long step) {
    StepDraws draws = StepDraws.of(recipe.seed(), step);
    float[] sigma = new float[recipe.batch()];
    for (int i = 0; i < sigma.length; i++) {
      sigma[i] = (float) recipe.grid().sigmaAt(level(draws, i));
    }
    return Map.of(TOTAL_LOSS, sigma);
  }

  @Override
  public int batch() {
    return recipe.batch();
  }

  @Override
  public Map<String, Tensor> state() {
    Map<String, Tensor> state = new LinkedHashMap<>();
    NamedState.put(state, "generator/", generator.state());
    NamedState.put(state, "target/", target.averages().parameterValues());
    return state;
  }

  @Override
  public void restore(Map<String, Tensor> state) {
    generator.restore(NamedState.get(state, "generator/"));
    target.averages().set(NamedState.get(state, "target/"));
  }

  @Override
  public DenoiserModel result() {
    return generator.averaged();
  }

  @Override
  public float[] images(float[] noise, float[] labels) {
    return generator.averagedImages(noise, labels, StepNoise.NONE);
  }

  @Override
  public float[] images(float[] noise, float[] labels, StepNoise added) {
    return generator.averagedImages(noise, labels, added);
  }
}
