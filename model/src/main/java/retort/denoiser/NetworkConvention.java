package retort.denoiser;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import retort.graph.BatchOpening;
import retort.graph.Dim;
import retort.graph.FullPrecision;
import retort.graph.Graph;
import retort.graph.GraphBuilder;
import retort.graph.GraphException;
import retort.graph.InputFixing;
import retort.graph.Shape;
import retort.graph.Tensor;
import retort.graph.Value;
import retort.onnx.OnnxException;

/**
 * What must be known of somebody's network to make it {@code denoised = D(noisy, sigma, label)}.
 *
 * <pre>{@code
 * SignatureGuess guess = SignatureGuess.of(network, SignatureHints.NONE);
 * Graph denoiser =
 *     new NetworkConvention(
 *             guess.signature(),
 *             Prediction.EPS,
 *             new TimeInput(TimestepTable.linear(1000, 1e-4, 0.02)),
 *             ImageRange.OURS,
 *             1)
 *         .denoiser(network);
 * }</pre>
 *
 * <p>With our image x in [-1, 1] the network's is {@code centre + unit * x}; both sides of {@code y
 * = x + sigma n} scale alike, so its sigma is {@code unit * sigma}.
 *
 * @param signature which input and output is what
 * @param prediction what the network answers
 * @param time how it is told the noise level
 * @param state how its noisy input is scaled; {@link NetworkTime#state} is the usual one
 * @param range the units of its images
 * @param guidance the scale w of classifier-free guidance, {@code D = D_u + w (D_c - D_u)} with D_u
 *     the answer without a label; 1 asks the network once and changes nothing
 */
public record NetworkConvention(
    NetworkSignature signature,
    Prediction prediction,
    TimeInput time,
    NoiseState state,
    ImageRange range,
    double guidance) {

  public NetworkConvention {
    if (!Double.isFinite(guidance)) {
      throw new IllegalArgumentException("--guidance is " + guidance + " but should be a number");
    }
    if (guidance != 1 && signature.label().isEmpty()) {
      throw new IllegalArgumentException(
          "--guidance is "
              + guidance
              + " but the network takes no label; leave the flag out, or name its label with"
              + " --label-input");
    }
    if (prediction == Prediction.FLOW && state != NoiseState.INTERPOLATED) {
      throw new IllegalArgumentException(
          "--predicts is flow, the velocity on the line from image to noise, but the network's input"
              + " lies elsewhere: pass --schedule=flow, or --state=interpolated");
    }
  }

  /** With the state that goes with the time, and no guidance. */
  public NetworkConvention(
      NetworkSignature signature, Prediction prediction, TimeInput time, ImageRange range) {
    this(signature, prediction, time, time.schedule().state(), range, 1);
  }

  /** The noise levels that the network was trained on, in our units. */
  public SigmaRange trained() {
    return time.schedule().trained().over(range.unit());
  }

  /**
   * Wraps a network as a denoiser. Its weights keep their names.
   *
   * @return a graph with inputs {@code noisy} [N, C, H, W], {@code sigma} [N] and, where the
   *     network takes a label, {@code label} [N, K]; outputs {@code denoised} and, where one is
   *     named, {@code features}
   * @throws OnnxException when the network does not have what the signature names, or cannot be
   *     made to take any batch
   */
  public Graph denoiser(Graph network) {
    requireUnconditional(network);
    try {
      return wrap(prepared(network));
    } catch (GraphException e) {
      throw new OnnxException("the network cannot be wrapped: " + e.getMessage(), e);
    }
  }

  /** Guidance compares with the answer without a label, which must mean something. */
  private void requireUnconditional(Graph network) {
    boolean index =
        signature
            .label()
            .filter(label -> label.nullLabel().isEmpty())
            .flatMap(label -> network.input(label.name()))
            .filter(input -> !input.type().isFloating())
            .isPresent();
    if (guidance != 1 && index) {
      throw new IllegalArgumentException(
          "--guidance is "
              + guidance
              + " but the network has no label that means none; pass --null-label, or leave the"
              + " guidance out");
    }
  }

  /** The network with inputs for image, time and label alone, each for any batch. */
  private Graph prepared(Graph network) {
    List<String> outputs = new ArrayList<>(List.of(signature.output()));
    signature.features().filter(f -> !outputs.contains(f)).ifPresent(outputs::add);
    Graph graph = FullPrecision.of(network.withOutputs(outputs));
    for (Map.Entry<String, Double> entry : signature.fixed().entrySet()) {
      String name = entry.getKey();
      Graph.Input input =
          graph
              .input(name)
              .orElseThrow(
                  () ->
                      new OnnxException(
                          "--fix names '"
                              + name
                              + "' but the inputs are "
                              + network.inputs().stream().map(Graph.Input::name).toList()));
      graph = InputFixing.fix(graph, name, number(input, entry.getValue()));
    }
    Set<String> used = new HashSet<>(List.of(signature.image(), signature.time()));
    signature.label().ifPresent(label -> used.add(label.name()));
    for (Graph.Input input : graph.inputs()) {
      if (!used.contains(input.name())) {
        throw new OnnxException(
            "input '"
                + input.name()
                + "' "
                + input.type()
                + input.shape()
                + " is neither image, time nor label; give it a number with --fix "
                + input.name()
                + "=NUMBER");
      }
    }
    Graph opened = BatchOpening.open(graph, signature.image());
    return signature
        .label()
        .filter(label -> LabelTables.rows(opened, label.name()).isPresent())
        .map(label -> LabelTables.opened(opened, label.name()))
        .orElse(opened);
  }

  private static Tensor number(Graph.Input input, double value) {
    return input.type().isFloating()
        ? Tensor.reals(input.type(), new int[0], value)
        : Tensor.integers(input.type(), new int[0], (long) value);
  }

  private Graph wrap(Graph network) {
    Shape image = network.input(signature.image()).orElseThrow().shape();
    long channels = image.dim(signature.channelsLast() ? 3 : 1).constant();
    long height = image.dim(signature.channelsLast() ? 1 : 2).constant();
    long width = image.dim(signature.channelsLast() ? 2 : 3).constant();
    GraphBuilder g = new GraphBuilder();
    Value noisy = g.input(DenoiserModel.NOISY, Shape.batch(channels, height, width));
    Value sigma = g.input(DenoiserModel.SIGMA, Shape.batch());
    Value s = sigma.times(range.unit()).reshape(-1, 1, 1, 1);
    Optional<Value> centre = centre(g, channels);
    Value scaled = noisy.times(range.unit());
    Value y = centre.map(scaled::plus).orElse(scaled);
    Map<String, Value> arguments = new HashMap<>();
    Value z = state.scaled(y, s);
    arguments.put(signature.image(), signature.channelsLast() ? z.transpose(0, 2, 3, 1) : z);
    arguments.put(
        signature.time(),
        time.of(g, sigma.times(range.unit()), network.input(signature.time()).orElseThrow()));
    Map<String, Value> answers;
    Value denoised;
    if (signature.label().isPresent()) {
      LabelInput input = signature.label().get();
      Value label = g.input(DenoiserModel.LABEL, Shape.batch(input.labels()));
      Graph.Input port = network.input(input.name()).orElseThrow();
      arguments.put(input.name(), LabelCode.of(g, label, input, port));
      answers = g.call(network, "", arguments);
      denoised = clean(y, s, answers, channels);
      if (guidance != 1) {
        arguments.put(input.name(), LabelCode.of(g, label.times(0), input, port));
        Value without = clean(y, s, g.call(network, "", arguments), channels);
        denoised = without.plus(denoised.minus(without).times(guidance));
      }
    } else {
      answers = g.call(network, "", arguments);
      denoised = clean(y, s, answers, channels);
    }
    Value centred = centre.map(denoised::minus).orElse(denoised);
    g.output(DenoiserModel.DENOISED, centred.times(1 / range.unit()));
    signature
        .features()
        .ifPresent(
            name -> g.output(DenoiserModel.FEATURES, Objects.requireNonNull(answers.get(name))));
    return g.build();
  }

  private Optional<Value> centre(GraphBuilder g, long channels) {
    List<Double> centre = range.centre();
    if (centre.stream().allMatch(c -> c == 0)) {
      return Optional.empty();
    }
    if (centre.size() != 1 && centre.size() != channels) {
      throw new OnnxException(
          "the images' range names " + centre.size() + " channels but the images have " + channels);
    }
    float[] values = new float[centre.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = centre.get(i).floatValue();
    }
    return Optional.of(g.constant(Tensor.floats(new int[] {1, values.length, 1, 1}, values)));
  }

  /** The clean image, in the network's units, behind its answer. */
  private Value clean(Value y, Value sigma, Map<String, Value> answers, long channels) {
    Value answer = Objects.requireNonNull(answers.get(signature.output()));
    if (answer.shape().rank() == 4 && signature.channelsLast()) {
      answer = answer.transpose(0, 3, 1, 2);
    }
    Shape shape = answer.shape();
    int expected = prediction.channels(Math.toIntExact(channels));
    if (shape.rank() == 4 && shape.dim(1).constant() == 2L * expected) {
      answer = answer.split(2, 1).get(0);
    }
    List<Dim> dims = new ArrayList<>(y.shape().dims());
    dims.set(1, Dim.of(expected));
    if (!answer.shape().equals(new Shape(dims))) {
      throw new OnnxException(
          "output '"
              + signature.output()
              + "' is "
              + shape
              + " but the image is "
              + y.shape()
              + (expected == channels ? "" : ", of which " + prediction + " has twice the channels")
              + "; name the output that has the image's shape with --output");
    }
    boolean turned = prediction == Prediction.FLOW && time.schedule().towardsImage();
    return prediction.denoised(y, sigma, turned ? answer.times(-1) : answer);
  }
}
