package retort.network;

import retort.graph.Graph;
import retort.graph.GraphBuilder;
import retort.graph.GraphException;
import retort.graph.Shape;
import retort.graph.Value;

/**
 * The layers that DMD2 (Yin et al. 2024) puts on the bottleneck of a denoiser to tell real images
 * from generated ones: a 4x4 convolution of stride 2 with padding 1, a 4x4 convolution of stride 4,
 * each followed by group normalisation and SiLU, and a 1x1 convolution to one logit. So 8x8 places
 * become 4x4, 1x1 and a number.
 *
 * <p>A bottleneck of another size is treated in the nearest way that ends at one place too. The
 * first convolution is repeated until at most 4x4 places are left (16x16 needs two, 7x7 becomes
 * 3x3), and the second has the size of what is left. Where there is only one row or column, no
 * window of 4 fits, and the first convolution is 1x1.
 *
 * <p>Groups are 32 as published, or fewer, so that they divide the channels and have at least 4 of
 * them: behind the second convolution a channel is one number, and of a group of one or two numbers
 * normalisation would leave no more than the sign.
 *
 * @param channels of the bottleneck and of all layers
 * @param height of the bottleneck
 * @param width of the bottleneck
 */
public record RealismHead(int channels, int height, int width) {
  /** Input and output. */
  public static final String FEATURES = "features";

  public static final String LOGIT = "logit";

  private static final int WINDOW = 4;
  private static final int MOST_GROUPS = 32;
  private static final double EPSILON = 1e-5;

  /**
   * A head on these features.
   *
   * @throws GraphException when they are not [N, C, H, W]
   */
  public static RealismHead of(Value features) {
    if (features.shape().rank() != 4) {
      throw new GraphException(
          "the features are "
              + features.shape()
              + " but a classifier reads a bottleneck, [N, C, H, W]");
    }
    return new RealismHead(features.channels(), features.height(), features.width());
  }

  /**
   * Builds the layers with fresh weights, uniform within {@code 1 / sqrt(fanIn)} as PyTorch draws
   * those of a convolution.
   *
   * <p>Input: {@code features} [N, C, H, W]. Output: {@code logit} [N].
   */
  public Graph build(long seed) {
    GraphBuilder g = new GraphBuilder();
    Layers layers = new Layers(g, WeightSource.INITIAL, seed);
    Value h = g.input(FEATURES, Shape.batch(channels, height, width));
    int convolutions = 0;
    do {
      boolean wide = Math.min(h.height(), h.width()) > 1;
      Window window = wide ? new Window(WINDOW, WINDOW, 2, 1) : new Window(1, 1, 1, 0);
      h = activated(layers, convolutions++, h, window);
    } while (Math.min(h.height(), h.width()) > 1 && Math.max(h.height(), h.width()) > WINDOW);
    h = activated(layers, convolutions, h, new Window(h.height(), h.width(), WINDOW, 0));
    g.output(LOGIT, layers.conv("logit", h, 1, 1, Initializer.KAIMING).reshape(-1));
    return g.build();
  }

  private record Window(int height, int width, int stride, int pad) {}

  private Value activated(Layers layers, int index, Value x, Window window) {
    Value h =
        layers.conv(
            "conv" + index,
            x,
            channels,
            new int[] {window.height(), window.width()},
            window.stride(),
            window.pad(),
            Initializer.KAIMING);
    return layers.groupNorm("norm" + index, h, groups(), EPSILON).silu();
  }

  private int groups() {
    int groups = Math.max(1, Math.min(MOST_GROUPS, channels / 4));
    while (channels % groups != 0) {
      groups--;
    }
    return groups;
  }
}
