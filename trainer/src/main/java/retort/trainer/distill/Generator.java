package retort.trainer.distill;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import retort.denoiser.DenoiserModel;
import retort.denoiser.GeneratorSteps;
import retort.graph.DataType;
import retort.graph.DropoutRemoval;
import retort.graph.Tensor;
import retort.sampling.StepNoise;
import retort.trainer.engine.MovingAverage;
import retort.trainer.engine.Program;
import retort.trainer.engine.Torch;
import retort.trainer.engine.WeightView;

/**
 * The generator that a distillation makes, in one step unless it says otherwise: {@code G(noise,
 * label) = D(sigmaInit noise; sigmaInit, label)}; the learner of its weights, and their moving
 * average.
 */
final class Generator implements Remembered {
  private static final String LEARNER = "learner/";
  private static final String AVERAGE = "average/";

  private final DenoiserModel model;
  private final GeneratorSteps steps;
  private final Learner learner;
  private final MovingAverage average;
  private final AverageConfig averageConfig;
  private final Program generate;

  /** Starts from a denoiser and makes images in one step. */
  Generator(
      Torch torch,
      DenoiserModel start,
      double sigmaInit,
      Optimisation optimisation,
      AverageConfig averageConfig) {
    this(torch, start, GeneratorSteps.one(sigmaInit), optimisation, averageConfig);
  }

  /**
   * Starts from a denoiser.
   *
   * @param start its weights, and its signature without {@code logvar}, which no generator has
   * @param steps how it makes images; {@link #images} is for those that add no noise
   */
  Generator(
      Torch torch,
      DenoiserModel start,
      GeneratorSteps steps,
      Optimisation optimisation,
      AverageConfig averageConfig) {
    this.model = start.withoutLogvar();
    this.steps = steps;
    this.learner = new Learner(torch, model.graph(), optimisation);
    this.average = torch.average(learner.weights(), model.graph());
    this.averageConfig = averageConfig;
    this.generate = torch.compile(DropoutRemoval.remove(model.generator(steps)));
  }

  Learner learner() {
    return learner;
  }

  /** The denoiser whose weights learn, as it was at the start. */
  DenoiserModel model() {
    return model;
  }

  /** Moves the average towards the weights. */
  void follow(int batch, long imagesSeen) {
    average.update(averageConfig.beta(batch, imagesSeen));
  }

  /** Images of the current weights [n, C, H, W], without dropout and without a gradient. */
  float[] images(Tensor noise, Map<String, Tensor> labels) {
    return images(noise, labels, learner.weights().frozen());
  }

  private float[] images(Tensor noise, Map<String, Tensor> labels, WeightView weights) {
    Map<String, Tensor> arguments = new LinkedHashMap<>(labels);
    arguments.put(DenoiserModel.NOISE, noise);
    return Objects.requireNonNull(generate.compute(arguments, weights).get(DenoiserModel.IMAGE))
        .floats();
  }

  /** Images of the averaged weights; shapes as in {@link Distillation#images}. */
  float[] averagedImages(float[] noise, float[] labels) {
    return averagedImages(noise, labels, StepNoise.NONE);
  }

  /** The same, where steps add noise. */
  float[] averagedImages(float[] noise, float[] labels, StepNoise added) {
    StepInputs inputs = new StepInputs(model, StepDraws.of(0, 0));
    Tensor first = inputs.images(noise);
    Map<String, Tensor> arguments = inputs.labelled(labels);
    for (int i = 1; i < steps.noises(); i++) {
      arguments.put(
          GeneratorSteps.noiseName(i),
          Tensor.reals(DataType.FLOAT32, first.shape(), added.draw(i - 1, noise.length)));
    }
    return images(first, arguments, average.averages().frozen());
  }

  /** The denoiser with averaged weights, which says in which steps it generates. */
  DenoiserModel averaged() {
    return model
        .withWeights(average.averages().parameterValues())
        .withProperties(steps.properties());
  }

  @Override
  public Map<String, Tensor> state() {
    Map<String, Tensor> state = new LinkedHashMap<>();
    NamedState.put(state, LEARNER, learner.state());
    NamedState.put(state, AVERAGE, average.averages().parameterValues());
    return state;
  }

  @Override
  public void restore(Map<String, Tensor> state) {
    learner.restore(NamedState.get(state, LEARNER));
    average.averages().set(NamedState.get(state, AVERAGE));
  }
}
