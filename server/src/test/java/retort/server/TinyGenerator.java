package retort.server;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;
import retort.denoiser.GeneratorCard;
import retort.denoiser.ReferenceSamples;
import retort.graph.Attributes;
import retort.graph.DataType;
import retort.graph.Graph;
import retort.graph.GraphBuilder;
import retort.graph.Interpreter;
import retort.graph.Operator;
import retort.graph.Shape;
import retort.graph.Tensor;
import retort.graph.Value;
import retort.noise.GaussianNoise;
import retort.noise.Slerp;
import retort.onnx.OnnxModel;
import retort.onnx.OnnxWriter;

/**
 * A generator small enough to be computed by hand: {@code image = 0.3 noise + label . (0.1, 0.2,
 * ...)}, 8 x 8 pixels. The interpreter says what it must make.
 */
public record TinyGenerator(int channels, int labels, boolean bytes) {
  private static final int SIDE = 8;

  /** Grey, with three labels, giving bytes. */
  public static final TinyGenerator USUAL = new TinyGenerator(1, 3, true);

  private Graph graph(boolean inBytes) {
    GraphBuilder g = new GraphBuilder();
    Value image = g.input("noise", Shape.batch(channels, SIDE, SIDE)).times(0.3);
    if (labels > 0) {
      float[] weights = new float[labels];
      for (int i = 0; i < labels; i++) {
        weights[i] = 0.1f * (i + 1);
      }
      Value label = g.input("label", Shape.batch(labels));
      Value weight = g.parameter("w", Tensor.floats(new int[] {1, labels}, weights));
      image = image.plus(label.linear(weight).reshape(-1, 1, 1, 1));
    }
    if (inBytes) {
      Value levels = image.times(127.5).plus(128);
      Value clipped =
          g.add(Operator.CLIP, Attributes.none(), List.of(levels, g.constant(0), g.constant(255)));
      Value whole =
          g.add(
              Operator.CAST,
              Attributes.none().with("to", DataType.UINT8.onnxCode()),
              List.of(clipped));
      image = whole.transpose(0, 2, 3, 1);
    }
    g.output("image", image);
    return g.build();
  }

  /** The names of its labels. */
  public List<String> labelNames() {
    return IntStream.range(0, labels).mapToObj(i -> "label" + i).toList();
  }

  /** What it makes of a seed without a blend: grey levels [H, W, C]. */
  public byte[] pixels(long seed, int label) {
    return pixels(seed, label, 0, label);
  }

  /** What it makes of an origin; label -1 is none. */
  public byte[] pixels(long seed, int label, double blend, int nextLabel) {
    float[] noise = new GaussianNoise(seed, 0).elements(channels * SIDE * SIDE);
    Slerp.move(noise, new GaussianNoise(seed + 1, 0).elements(noise.length), blend);
    float[] weights = new float[labels];
    if (label >= 0) {
      weights[label] += (float) (1 - blend);
    }
    if (nextLabel >= 0) {
      weights[nextLabel] += (float) blend;
    }
    long[] levels = run(graph(true), noise, weights).integers();
    byte[] pixels = new byte[levels.length];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (byte) levels[i];
    }
    return pixels;
  }

  private Tensor run(Graph graph, float[] noise, float[] label) {
    Map<String, Tensor> feeds = new TreeMap<>();
    feeds.put("noise", Tensor.floats(new int[] {1, channels, SIDE, SIDE}, noise));
    if (labels > 0) {
      feeds.put("label", Tensor.floats(new int[] {1, labels}, label));
    }
    return Objects.requireNonNull(Interpreter.run(graph, feeds).get("image"));
  }

  /** Its card with three reference samples, each off by an error. */
  public GeneratorCard card(float error) {
    int size = channels * SIDE * SIDE;
    float[] images = new float[3 * size];
    for (int i = 0; i < 3; i++) {
      float[] weights = new float[labels];
      if (labels > 0) {
        weights[i % labels] = 1;
      }
      float[] noise = new GaussianNoise(i, 0).elements(size);
      System.arraycopy(run(graph(false), noise, weights).floats(), 0, images, i * size, size);
    }
    for (int i = 0; i < images.length; i++) {
      images[i] += error;
    }
    List<Integer> sampleLabels =
        labels == 0 ? List.of() : IntStream.range(0, 3).mapToObj(i -> i % labels).toList();
    Tensor tensor = Tensor.floats(new int[] {3, channels, SIDE, SIDE}, images);
    return new GeneratorCard(
        labelNames(),
        Optional.of(new ReferenceSamples(List.of(0L, 1L, 2L), sampleLabels, tensor)),
        Map.of("retort.method", "sid"));
  }

  /** Writes its file. */
  public Path write(Path file) {
    return write(file, card(0).metadata());
  }

  /** Writes its file with other metadata. */
  public Path write(Path file, SortedMap<String, String> metadata) {
    OnnxWriter.write(OnnxModel.of(graph(bytes), metadata), file);
    return file;
  }

  @Override
  public String toString() {
    return Arrays.asList(channels, labels, bytes).toString();
  }
}
