package retort.trainer.evaluate;

import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import retort.denoiser.ImageShape;
import retort.graph.DropoutRemoval;
import retort.graph.Graph;
import retort.graph.Tensor;
import retort.graph.Types;
import retort.network.ConvClassifier;
import retort.onnx.OnnxException;
import retort.onnx.OnnxReader;
import retort.statistics.FeatureRows;
import retort.statistics.FrechetDistance;
import retort.statistics.Moments;
import retort.statistics.NpyException;
import retort.trainer.engine.NetworkWeights;
import retort.trainer.engine.Program;
import retort.trainer.engine.Torch;

/**
 * A network that turns images into features, in whose space sets of images are compared: an ONNX
 * file with an input {@code image} float32 [N, C, H, W] in [-1, 1] and an output {@code features}
 * [N, F], and perhaps {@code logits} [N, K], which say how images would be labelled.
 *
 * <p>Images are first rounded to grey levels as a viewer would see them. The thread that owns the
 * engine calls it.
 */
public final class FeatureNetwork {
  private static final int BATCH = 250;

  private final Program program;
  private final NetworkWeights weights;
  private final ImageShape imageShape;
  private final int dimension;
  private final boolean labels;

  private FeatureNetwork(Torch torch, Graph graph) {
    this.program = torch.compile(graph);
    this.weights = torch.weights(graph);
    int[] shape = graph.input(ConvClassifier.IMAGE).orElseThrow().shape().at(1);
    this.imageShape = new ImageShape(shape[1], shape[2], shape[3]);
    this.dimension = Types.of(graph).type(ConvClassifier.FEATURES).shape().at(1)[1];
    this.labels = graph.outputs().contains(ConvClassifier.LOGITS);
  }

  /**
   * Reads a feature network.
   *
   * @throws OnnxException when the file cannot be read, or has not the inputs and outputs above
   */
  public static FeatureNetwork read(Torch torch, Path file) {
    return of(torch, OnnxReader.read(file).graph(), file.toString());
  }

  /** A feature network from a graph; {@code name} stands in error messages. */
  public static FeatureNetwork of(Torch torch, Graph graph, String name) {
    boolean fits =
        graph.inputs().size() == 1
            && graph.input(ConvClassifier.IMAGE).isPresent()
            && graph.inputs().get(0).shape().rank() == 4
            && graph.outputs().contains(ConvClassifier.FEATURES)
            && Types.of(graph).type(ConvClassifier.FEATURES).shape().rank() == 2;
    if (!fits) {
      throw new OnnxException(
          name
              + ": is no feature network: it has inputs "
              + graph.inputs().stream().map(Graph.Input::name).toList()
              + " and outputs "
              + graph.outputs()
              + ", but one input image [N, C, H, W] and an output features [N, F] are expected");
    }
    return new FeatureNetwork(torch, DropoutRemoval.remove(graph));
  }

  /** Shape of the images it takes. */
  public ImageShape imageShape() {
    return imageShape;
  }

  /**
   * Refuses statistics of other features than this network's; {@code file} stands in the message.
   *
   * @throws NpyException when the numbers of features differ
   */
  public void require(Moments reference, Path file) {
    if (reference.dimension() != dimension) {
      throw new NpyException(
          file
              + ": holds statistics of "
              + reference.dimension()
              + " features but the network has "
              + dimension
              + "; pass statistics under the same network");
    }
  }

  /** Measures images that arrive in parts. */
  public Measurement measurement() {
    return new Measurement();
  }

  /** Features and labels of a set of images, gathered part by part. */
  public final class Measurement {
    private Moments moments = Moments.empty(dimension);
    private long labelled;
    private long asLabelled;

    /**
     * Adds images.
     *
     * @param images [n, C, H, W] in [-1, 1]; values outside are clipped
     * @param expected the label of each, or none
     */
    public void add(float[] images, int... expected) {
      int size = imageShape.elements();
      int count = images.length / size;
      for (int first = 0; first < count; first += BATCH) {
        int n = Math.min(BATCH, count - first);
        float[] part = new float[n * size];
        for (int i = 0; i < part.length; i++) {
          part[i] = greyLevel(images[first * size + i]);
        }
        Tensor image =
            Tensor.floats(
                new int[] {n, imageShape.channels(), imageShape.height(), imageShape.width()},
                part);
        Map<String, Tensor> results =
            program.compute(Map.of(ConvClassifier.IMAGE, image), weights.frozen());
        float[] features = Objects.requireNonNull(results.get(ConvClassifier.FEATURES)).floats();
        moments = moments.merge(Moments.of(new FeatureRows(features, dimension)));
        if (labels && expected.length > 0) {
          count(Objects.requireNonNull(results.get(ConvClassifier.LOGITS)), expected, first);
        }
      }
    }

    private void count(Tensor logits, int[] expected, int first) {
      float[] values = logits.floats();
      int classes = logits.dim(1);
      for (int i = 0; i < logits.dim(0); i++) {
        int best = 0;
        for (int k = 1; k < classes; k++) {
          if (values[i * classes + k] > values[i * classes + best]) {
            best = k;
          }
        }
        labelled++;
        if (best == expected[first + i]) {
          asLabelled++;
        }
      }
    }

    /** Mean and covariance of the features so far. */
    public Moments moments() {
      return moments;
    }

    /** The Frechet distance to another set of images. */
    public double frechetDistance(Moments reference) {
      return FrechetDistance.between(moments, reference);
    }

    /** The share of images that the network labels as expected, where it has logits. */
    public OptionalDouble labelAccuracy() {
      return labelled == 0
          ? OptionalDouble.empty()
          : OptionalDouble.of((double) asLabelled / labelled);
    }
  }

  /** {@code clip(x * 127.5 + 128, 0, 255)}, truncated, and back to [-1, 1]. */
  private static float greyLevel(float value) {
    int level = (int) Math.max(0, Math.min(255, value * 127.5f + 128f));
    return level / 127.5f - 1f;
  }
}
