package retort.trainer.distill;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import retort.graph.Graph;
import retort.graph.GraphBuilder;
import retort.graph.Shape;
import retort.graph.Tensor;
import retort.graph.Value;
import retort.network.ConvClassifier;
import retort.noise.UniformDraws;
import retort.trainer.data.EpochOrder;
import retort.trainer.data.ImageDataset;
import retort.trainer.data.Prefetch;
import retort.trainer.engine.Adam;
import retort.trainer.engine.AdamConfig;
import retort.trainer.engine.NetworkWeights;
import retort.trainer.engine.Program;
import retort.trainer.engine.Torch;

/**
 * Trains a classifier by cross-entropy, so that images can be compared by its features. Each image
 * is shifted by up to two pixels, with the image's border colour moved in.
 */
public final class ClassifierTraining implements TrainingMethod, AutoCloseable {
  private static final int MAX_SHIFT = 2;

  private final ImageDataset data;
  private final EpochOrder order;
  private final Graph network;
  private final NetworkWeights weights;
  private final Adam adam;
  private final Program loss;
  private final LearningRate rate;
  private final int batch;
  private final int microBatch;
  private final long seed;
  private final Prefetch<List<Map<String, Tensor>>> arguments;

  /**
   * Compiles the loss and loads the initial weights.
   *
   * @param batch images a step
   * @param microBatch images a call; gradients of several calls add up to a step
   * @param loaderThreads threads that make what steps need ahead of them, or 0
   */
  public ClassifierTraining(
      Torch torch,
      Graph network,
      ImageDataset data,
      LearningRate rate,
      int batch,
      int microBatch,
      long seed,
      int loaderThreads) {
    this.data = data;
    this.order = new EpochOrder(data.size(), new UniformDraws(seed, TeacherTraining.ORDER_STREAM));
    this.network = network;
    this.weights = torch.weights(network);
    this.adam = torch.adam(weights, AdamConfig.of(0.9, 0.999));
    this.loss = torch.compile(crossEntropy(network, batch), weights.learnt());
    this.rate = rate;
    this.batch = batch;
    this.microBatch = microBatch;
    this.seed = seed;
    this.arguments = new Prefetch<>(this::arguments, loaderThreads, loaderThreads + 1);
  }

  /** {@code -ln softmax(logits)[label]}, summed over images and divided by {@code batch}. */
  private static Graph crossEntropy(Graph network, int batch) {
    GraphBuilder g = new GraphBuilder();
    Value image = g.input(ConvClassifier.IMAGE, network.inputs().get(0).shape());
    Map<String, Value> outputs = g.call(network, "", Map.of(ConvClassifier.IMAGE, image));
    Value logits = Objects.requireNonNull(outputs.get(ConvClassifier.LOGITS));
    Value label = g.input("label", Shape.batch(logits.channels()));
    g.output("loss", logits.logSoftmax(1).times(label).sum().over(-batch));
    return g.build();
  }

  @Override
  public Map<String, Double> step(long step, long imagesSeen) {
    double total = 0;
    for (Map<String, Tensor> call : arguments.take(step)) {
      Map<String, Tensor> results = loss.differentiate(call, weights.learnt());
      total += Objects.requireNonNull(results.get("loss")).reals()[0];
    }
    double norm = adam.step(rate.at(imagesSeen));
    Map<String, Double> report = new LinkedHashMap<>();
    report.put("loss", total);
    report.put("gradient_norm", norm);
    return report;
  }

  /** The arguments of each call of a step. Needs no engine. */
  private List<Map<String, Tensor>> arguments(long step) {
    UniformDraws shifts = StepDraws.of(seed, step).uniform(StepDraws.Purpose.DATA_SHIFT);
    List<Map<String, Tensor>> calls = new ArrayList<>();
    for (int first = 0; first < batch; first += microBatch) {
      int count = Math.min(microBatch, batch - first);
      calls.add(arguments(shifts, order.indices(step * batch + first, count), first));
    }
    return calls;
  }

  private Map<String, Tensor> arguments(UniformDraws shifts, int[] indices, int first) {
    int count = indices.length;
    int[] shape = network.inputs().get(0).shape().at(count);
    float[] images = data.images(indices);
    float[] shifted = new float[images.length];
    for (int i = 0; i < count; i++) {
      int range = 2 * MAX_SHIFT + 1;
      long draw = 2L * (first + i);
      int dy = (int) shifts.below(range, draw) - MAX_SHIFT;
      int dx = (int) shifts.below(range, draw + 1) - MAX_SHIFT;
      shift(images, shifted, i, shape, dy, dx);
    }
    int[] labels = {count, data.labelNames().size()};
    return Map.of(
        ConvClassifier.IMAGE,
        Tensor.floats(shape, shifted),
        "label",
        Tensor.floats(labels, data.oneHot(indices)));
  }

  private static void shift(float[] from, float[] to, int image, int[] shape, int dy, int dx) {
    int height = shape[2];
    int width = shape[3];
    for (int c = 0; c < shape[1]; c++) {
      int plane = (image * shape[1] + c) * height * width;
      for (int y = 0; y < height; y++) {
        int row = plane + Math.max(0, Math.min(height - 1, y + dy)) * width;
        for (int x = 0; x < width; x++) {
          to[plane + y * width + x] = from[row + Math.max(0, Math.min(width - 1, x + dx))];
        }
      }
    }
  }

  @Override
  public double secondsWaited() {
    return arguments.secondsWaited();
  }

  @Override
  public int batch() {
    return batch;
  }

  @Override
  public Map<String, Tensor> state() {
    Map<String, Tensor> state = new LinkedHashMap<>();
    NamedState.put(state, "weights/", weights.parameterValues());
    NamedState.put(state, "adam/", adam.state());
    return state;
  }

  @Override
  public void restore(Map<String, Tensor> state) {
    weights.set(NamedState.get(state, "weights/"));
    adam.restore(NamedState.get(state, "adam/"));
  }

  /** Ends the loader threads. */
  @Override
  public void close() {
    arguments.close();
  }

  /** The network with the weights learnt so far. */
  public Graph result() {
    return network.withWeights(weights.parameterValues());
  }
}
