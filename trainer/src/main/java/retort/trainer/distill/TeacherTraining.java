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
import retort.noise.KarrasSchedule;
import retort.noise.SigmaLaw;
import retort.noise.UniformDraws;
import retort.sampling.HeunSampler;
import retort.sampling.StepNoise;
import retort.trainer.data.Augmentation;
import retort.trainer.data.EpochOrder;
import retort.trainer.data.ImageDataset;
import retort.trainer.data.Prefetch;
import retort.trainer.engine.Adam;
import retort.trainer.engine.AdamConfig;
import retort.trainer.engine.MovingAverage;
import retort.trainer.engine.NetworkWeights;
import retort.trainer.engine.Program;
import retort.trainer.engine.Torch;
import retort.trainer.engine.TorchDenoiser;

/**
 * Trains a denoiser on images by the recipe of Karras et al. 2022: noise levels from a law, the
 * weighted denoising loss, Adam with a warm-up, a moving average of the weights.
 */
public final class TeacherTraining implements TrainingMethod, AutoCloseable {
  /**
   * The recipe.
   *
   * @param batch images a step
   * @param microBatch images a call; gradients of several calls add up to a step
   * @param rate how the learning rate runs
   * @param adam constants of the optimiser
   * @param sigma the law of the training noise levels
   * @param weight how the loss weighs them
   * @param augmentation of the images; other than none only for a model with augmentation labels
   * @param average the moving average of the weights
   * @param seed of all draws
   */
  public record Recipe(
      int batch,
      int microBatch,
      LearningRate rate,
      AdamConfig adam,
      SigmaLaw sigma,
      LossWeight weight,
      Augmentation augmentation,
      AverageConfig average,
      long seed) {}

  /** Stream of the run's seed that orders images; {@link StepDraws} has stream 0. */
  static final int ORDER_STREAM = 1;

  private static final int PREVIEW_STEPS = 18;
  private static final String LOSS = "loss";

  private final DenoiserModel model;
  private final ImageDataset data;
  private final EpochOrder order;
  private final Recipe recipe;
  private final NetworkWeights weights;
  private final MovingAverage average;
  private final Adam adam;
  private final Program loss;
  private final TorchDenoiser denoiser;
  private final Prefetch<List<Map<String, Tensor>>> arguments;

  /** Compiles the loss and loads the initial weights; what steps need is made in place. */
  public TeacherTraining(Torch torch, DenoiserModel model, ImageDataset data, Recipe recipe) {
    this(torch, model, data, recipe, 0);
  }

  /**
   * Compiles the loss and loads the initial weights.
   *
   * @param loaderThreads threads that make what steps need ahead of them, or 0
   */
  public TeacherTraining(
      Torch torch, DenoiserModel model, ImageDataset data, Recipe recipe, int loaderThreads) {
    Augmenting.require(recipe.augmentation(), model);
    this.model = model;
    this.data = data;
    this.recipe = recipe;
    this.order = new EpochOrder(data.size(), new UniformDraws(recipe.seed(), ORDER_STREAM));
    this.weights = torch.weights(model.graph());
    this.average = torch.average(weights, model.graph());
    this.adam = torch.adam(weights, recipe.adam());
    Graph graph = DenoisingLoss.of(model, recipe.weight(), recipe.batch());
    this.loss = torch.compile(graph.withOutputs(List.of(DenoisingLoss.TOTAL)), weights.learnt());
    this.denoiser = new TorchDenoiser(torch, model, average.averages().frozen());
    this.arguments = new Prefetch<>(this::arguments, loaderThreads, loaderThreads + 1);
  }

  @Override
  public Map<String, Double> step(long step, long imagesSeen) {
    StepDraws draws = StepDraws.of(recipe.seed(), step);
    weights.project();
    double total = 0;
    List<Map<String, Tensor>> calls = arguments.take(step);
    for (int call = 0; call < calls.size(); call++) {
      Map<String, Tensor> results =
          loss.differentiate(calls.get(call), weights.learnt(), draws.engineSeed(call));
      total += Objects.requireNonNull(results.get(DenoisingLoss.TOTAL)).reals()[0];
    }
    double norm = adam.step(recipe.rate().at(imagesSeen));
    average.update(recipe.average().beta(recipe.batch(), imagesSeen));

    Map<String, Double> report = new LinkedHashMap<>();
    report.put(LOSS, total / model.imageShape().elements());
    report.put("gradient_norm", norm);
    return report;
  }

  /** The arguments of each call of a step. Needs no engine. */
  private List<Map<String, Tensor>> arguments(long step) {
    StepDraws draws = StepDraws.of(recipe.seed(), step);
    List<Map<String, Tensor>> calls = new ArrayList<>();
    for (int first = 0; first < recipe.batch(); first += recipe.microBatch()) {
      int count = Math.min(recipe.microBatch(), recipe.batch() - first);
      int[] indices = order.indices(step * recipe.batch() + first, count);
      calls.add(arguments(draws, indices, first));
    }
    return calls;
  }

  private Map<String, Tensor> arguments(StepDraws draws, int[] indices, int first) {
    int count = indices.length;
    int size = model.imageShape().elements();
    int[] shape = model.graph().input(DenoiserModel.NOISY).orElseThrow().shape().at(count);
    Map<String, Tensor> arguments = new HashMap<>();
    Augmenting.put(arguments, recipe.augmentation(), model, data.images(indices), draws, first);
    arguments.put(
        DenoisingLoss.NOISE,
        Tensor.floats(shape, draws.normal(StepDraws.Purpose.DATA_NOISE, first, count, size)));
    arguments.put(
        DenoiserModel.SIGMA,
        draws.sigma(StepDraws.Purpose.DATA_SIGMA, recipe.sigma(), first, count));
    if (model.labels() > 0) {
      arguments.put(
          DenoiserModel.LABEL,
          Tensor.floats(new int[] {count, model.labels()}, data.oneHot(indices)));
    }
    return arguments;
  }

  @Override
  public Map<String, float[]> noiseLevels(long step) {
    Tensor sigma =
        StepDraws.of(recipe.seed(), step)
            .sigma(StepDraws.Purpose.DATA_SIGMA, recipe.sigma(), 0, recipe.batch());
    return Map.of(LOSS, sigma.floats());
  }

  @Override
  public double secondsWaited() {
    return arguments.secondsWaited();
  }

  @Override
  public int batch() {
    return recipe.batch();
  }

  @Override
  public Map<String, Tensor> state() {
    Map<String, Tensor> state = new LinkedHashMap<>();
    NamedState.put(state, "weights/", weights.parameterValues());
    NamedState.put(state, "average/", average.averages().parameterValues());
    NamedState.put(state, "adam/", adam.state());
    return state;
  }

  @Override
  public void restore(Map<String, Tensor> state) {
    weights.set(NamedState.get(state, "weights/"));
    average.averages().set(NamedState.get(state, "average/"));
    adam.restore(NamedState.get(state, "adam/"));
  }

  /** Ends the loader threads. */
  @Override
  public void close() {
    arguments.close();
  }

  /** The network with its averaged weights. */
  public DenoiserModel result() {
    return model.withWeights(average.averages().parameterValues());
  }

  /**
   * Images from the averaged weights, by Heun's method in 18 steps.
   *
   * @param noise {@code [n, C, H, W]}, standard normal
   * @param labels {@code [n, K]}, empty for an unconditional network
   * @return {@code [n, C, H, W]}, not clipped
   */
  public float[] images(float[] noise, float[] labels) {
    return new HeunSampler(KarrasSchedule.EDM, PREVIEW_STEPS)
        .images(
            denoiser,
            noise,
            labels.length == 0 ? Map.of() : Map.of(DenoiserModel.LABEL, labels),
            StepNoise.NONE);
  }
}
