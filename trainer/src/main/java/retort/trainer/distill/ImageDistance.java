package retort.trainer.distill;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.BinaryOperator;
import java.util.stream.Collectors;
import retort.denoiser.ImageShape;
import retort.graph.DropoutRemoval;
import retort.graph.Graph;
import retort.graph.GraphBuilder;
import retort.graph.Shape;
import retort.graph.Types;
import retort.graph.Value;
import retort.network.ConvClassifier;
import retort.network.features.Lpips;
import retort.onnx.OnnxException;
import retort.onnx.OnnxReader;

/**
 * How far images are from others, one number for each, as a piece of a loss. The weights of a
 * distance that has any are in the scope {@link #SCOPE}, and nothing learns there: pass {@code
 * torch.weights(distance.graph()).frozen()}.
 *
 * @param graph from {@code image} and {@code reference}, float32 [N, C, H, W] in [-1, 1], to {@code
 *     distance} [N]
 */
public record ImageDistance(Graph graph) {
  /** Scope of the weights in the graph of a loss. */
  public static final String SCOPE = "distance/";

  private static final String L2 = "l2";
  private static final String HUBER = "huber";
  private static final String LPIPS = "lpips";

  /** The pseudo-Huber distance's constant for an image of one value. */
  private static final double HUBER_CONSTANT = 0.00054;

  /** Below any square of features that say something; it keeps the gradient of none finite. */
  private static final double NO_FEATURES = 1e-6;

  /**
   * The distance that a flag names: {@code l2}, {@code huber}, or the file of a network.
   *
   * @param shape of the images
   * @throws IllegalArgumentException when it is {@code lpips}, which needs a file
   * @throws OnnxException when the file cannot be read, or does not compare such images
   */
  public static ImageDistance named(String name, ImageShape shape) {
    return switch (name) {
      case L2 -> squared(shape);
      case HUBER -> pseudoHuber(shape);
      case LPIPS ->
          throw new IllegalArgumentException(
              "--distance is lpips, whose weights are yours to get: make a file of them with"
                  + " 'retort import --from vgg16.pth --lpips vgg.pth --size "
                  + shape.height()
                  + " --resize 224 --out lpips.onnx' and pass --distance lpips.onnx, or pass"
                  + " --distance l2");
      default -> of(OnnxReader.read(Path.of(name)).graph(), name, shape);
    };
  }

  /** {@code mean (x - y)^2} over the values of an image. */
  public static ImageDistance squared(ImageShape shape) {
    return built(shape, (x, y) -> x.minus(y).squared().mean(1, 2, 3));
  }

  /**
   * The pseudo-Huber distance {@code sqrt(|x - y|^2 + c^2) - c} of Song and Dhariwal 2024, with
   * their {@code c = 0.00054 sqrt(C H W)}: nearly the Euclidean norm, and smooth at 0.
   */
  public static ImageDistance pseudoHuber(ImageShape shape) {
    double c = HUBER_CONSTANT * Math.sqrt(shape.elements());
    return built(
        shape,
        (x, y) -> {
          Value square = x.minus(y).squared().mean(1, 2, 3).times(shape.elements());
          return square.plus(c * c).sqrt().minus(c);
        });
  }

  /**
   * The distance of a network. One with the inputs {@code image} and {@code reference} and the
   * output {@code distance} is taken as it is: LPIPS, as {@code import} makes it. Of one with the
   * input {@code image} and the output {@code features} [N, F], both images' features are brought
   * to length 1, as LPIPS does at each of its taps, and {@code |f - f'|^2 + mean (x - y)^2} is the
   * distance. The second part is needed because many images share the features of a classifier,
   * which were learnt to forget what does not tell classes apart.
   *
   * @param name stands in error messages
   * @param shape of the images
   * @throws OnnxException when the network is neither, or takes other images
   */
  public static ImageDistance of(Graph network, String name, ImageShape shape) {
    Graph graph = DropoutRemoval.remove(network);
    Set<String> inputs = graph.inputs().stream().map(Graph.Input::name).collect(Collectors.toSet());
    boolean compares =
        inputs.equals(Set.of(ConvClassifier.IMAGE, Lpips.REFERENCE))
            && rank(graph, Lpips.DISTANCE) == 1;
    boolean describes =
        inputs.equals(Set.of(ConvClassifier.IMAGE)) && rank(graph, ConvClassifier.FEATURES) == 2;
    if (!compares && !describes) {
      throw new OnnxException(
          name
              + ": compares no images: it has inputs "
              + graph.inputs().stream().map(Graph.Input::name).toList()
              + " and outputs "
              + graph.outputs()
              + ", but image, reference and distance [N] are expected, or image and features [N,"
              + " F]");
    }
    Shape expected = batchOf(shape);
    for (Graph.Input input : graph.inputs()) {
      if (!input.shape().equals(expected)) {
        throw new OnnxException(
            name
                + ": takes "
                + input.name()
                + " "
                + input.shape()
                + " but the images are "
                + expected
                + "; pass a network for these, such as one imported with --size "
                + shape.height());
      }
    }
    return compares
        ? new ImageDistance(graph.withOutputs(List.of(Lpips.DISTANCE)))
        : ofFeatures(graph.withOutputs(List.of(ConvClassifier.FEATURES)), shape);
  }

  private static int rank(Graph graph, String output) {
    return graph.outputs().contains(output) ? Types.of(graph).type(output).shape().rank() : -1;
  }

  private static ImageDistance ofFeatures(Graph network, ImageShape shape) {
    GraphBuilder g = new GraphBuilder();
    Value x = g.input(ConvClassifier.IMAGE, batchOf(shape));
    Value y = g.input(Lpips.REFERENCE, batchOf(shape));
    Value difference = direction(g, network, x).minus(direction(g, network, y));
    Value features = difference.squared().mean(1).times(difference.channels());
    Value pixels = x.minus(y).squared().mean(1, 2, 3);
    g.output(Lpips.DISTANCE, features.reshape(-1).plus(pixels.reshape(-1)));
    return new ImageDistance(g.build());
  }

  /** Features of length 1, [N, F]. */
  private static Value direction(GraphBuilder g, Graph network, Value image) {
    Value features =
        Objects.requireNonNull(
            g.call(network, "", Map.of(ConvClassifier.IMAGE, image)).get(ConvClassifier.FEATURES));
    Value square = features.squared().mean(1).times(features.channels());
    return features.over(square.plus(NO_FEATURES).sqrt());
  }

  private static ImageDistance built(ImageShape shape, BinaryOperator<Value> distance) {
    GraphBuilder g = new GraphBuilder();
    Value x = g.input(ConvClassifier.IMAGE, batchOf(shape));
    Value y = g.input(Lpips.REFERENCE, batchOf(shape));
    g.output(Lpips.DISTANCE, distance.apply(x, y).reshape(-1));
    return new ImageDistance(g.build());
  }

  private static Shape batchOf(ImageShape shape) {
    return Shape.batch(shape.channels(), shape.height(), shape.width());
  }

  /**
   * Adds the distance to a graph.
   *
   * @param images [N, C, H, W]
   * @param reference [N, C, H, W]; gradients reach both
   * @return [N]
   */
  public Value of(GraphBuilder g, Value images, Value reference) {
    Map<String, Value> arguments = Map.of(ConvClassifier.IMAGE, images, Lpips.REFERENCE, reference);
    return Objects.requireNonNull(g.call(graph, SCOPE, arguments).get(Lpips.DISTANCE));
  }
}
