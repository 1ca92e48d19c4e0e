package retort.trainer.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static retort.trainer.data.ImageTransformTest.transform;
import static retort.trainer.data.PublishedWarp.product;
import static retort.trainer.data.PublishedWarp.scale;
import static retort.trainer.data.PublishedWarp.shift;
import static retort.trainer.data.PublishedWarp.turn;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import retort.denoiser.ImageShape;
import retort.noise.GaussianNoise;
import retort.noise.UniformDraws;

/**
 * Warped images against two other ways to get them.
 *
 * <p><b>An image that is a formula</b> and its own reflection at each border: {@code f(x, y) = 0.5
 * cos(2 pi x / (W - 1)) cos(2 pi y / (H - 1)) + 0.3 cos(pi x / (W - 1)) - 0.2 cos(pi y / (H - 1))}.
 * What is warped has the value of f at the place it comes from, wherever that is. A place p, from
 * the centre and with y <em>up</em>, comes from where the operations take it, undone one by one
 * from the last to the first:
 *
 * <ul>
 *   <li>shift by (a, b): {@code p - (0.125 W a, -0.125 H b)};
 *   <li>stretch by w along the axis r: with {@code u = (cos r, sin r)} and v across it, {@code
 *       2^(-0.2 w) (p.u) u + 2^(0.2 w) (p.v) v};
 *   <li>rotation by w: {@code (x cos w + y sin w, y cos w - x sin w)};
 *   <li>scale by w: {@code 2^(-0.2 w) p};
 *   <li>flips: {@code (-x, y)} and {@code (x, -y)}.
 * </ul>
 *
 * <p>The filter's centre of mass m is not its tap 5: going up moves an image by {@code d = (5 - m)
 * / 2} pixels left and up, and coming down moves it back. So the warp, flips apart, has at p the
 * value at {@code A(p - d) + d}.
 *
 * <p><b>The published steps</b>, one by one: {@link PublishedWarp}.
 */
class AugmentationParityTest {

  /**
   * Bilinear interpolation at half a pixel is off by {@code (|f_xx| + |f_yy|) / 4 / 8}, at most
   * 0.0020 for this image; the filter's third moment adds some.
   */
  private static final float INTERPOLATION = 0.0025f;

  /** Float32 against float64, through two passes of 12 taps up and two down. */
  private static final float ROUND_OFF = 5e-6f;

  private static final ImageShape SHAPE = new ImageShape(1, 24, 32);

  static Stream<ImageTransform> transforms() {
    return Stream.of(
        transform(false, false, 0, 0, 0, 0, 1e-9, 0), // a warp that moves nothing
        transform(true, false, 0, 0, 0, 0, 0, 0),
        transform(false, true, 0, 0, 0, 0, 0, 0),
        transform(false, false, 0.9, 0, 0, 0, 0, 0),
        transform(false, false, -0.9, 0, 0, 0, 0, 0),
        transform(false, false, 0, 0.5, 0, 0, 0, 0),
        transform(false, false, 0, -2.6, 0, 0, 0, 0),
        transform(false, false, 0, 0, 1.2, 0, 0, 0),
        transform(false, false, 0, 0, 1.2, 0.8, 0, 0),
        transform(false, false, 0, 0, -0.7, -2.3, 0, 0),
        transform(false, false, 0, 0, 0, 0, 0.83, 0),
        transform(false, false, 0, 0, 0, 0, 0, -0.41),
        transform(true, false, 0.6, 0.4, 0.5, 1.1, 0.3, -0.7),
        transform(true, true, -0.4, -1.9, -0.8, 2.5, -0.6, 0.2));
  }

  @ParameterizedTest
  @MethodSource("transforms")
  void aWarpedFormulaHasTheValueOfThePlaceItComesFrom(ImageTransform transform) {
    float[] image = new float[SHAPE.elements()];
    for (int i = 0; i < image.length; i++) {
      int row = i / 32;
      image[i] = (float) formula(i % 32, row);
    }
    double d = transform.warps() ? (5 - centreOfMass()) / 2 : 0;

    float[] warped = Augmentation.apply(List.of(transform), image, SHAPE).images();

    for (int i = 0; i < image.length; i++) {
      int row = i / 32;
      double[] from = source(transform, i % 32 - 15.5 - d, 11.5 - (row - d));
      double x = (from[0] + d) * (transform.xFlip() ? -1 : 1);
      double y = (from[1] - d) * (transform.yFlip() ? -1 : 1);
      assertThat(warped[i]).isCloseTo((float) formula(x + 15.5, 11.5 - y), within(INTERPOLATION));
    }
  }

  private static double formula(double x, double y) {
    double u = Math.PI * x / 31;
    double v = Math.PI * y / 23;
    return 0.5 * Math.cos(2 * u) * Math.cos(2 * v) + 0.3 * Math.cos(u) - 0.2 * Math.cos(v);
  }

  /** Where a place, from the centre and y up, of a warped image comes from, before the flips. */
  private static double[] source(ImageTransform t, double x, double y) {
    double shiftedX = x - 0.125 * 32 * t.shiftX();
    double shiftedY = y + 0.125 * 24 * t.shiftY();
    double cosAxis = Math.cos(t.stretchAxis());
    double sinAxis = Math.sin(t.stretchAxis());
    double grown = Math.pow(2, 0.2 * t.stretch());
    double along = (shiftedX * cosAxis + shiftedY * sinAxis) / grown;
    double across = (shiftedY * cosAxis - shiftedX * sinAxis) * grown;
    double stretchedX = along * cosAxis - across * sinAxis;
    double stretchedY = along * sinAxis + across * cosAxis;
    double cos = Math.cos(t.rotation());
    double sin = Math.sin(t.rotation());
    double scale = Math.pow(2, 0.2 * t.scale());
    return new double[] {
      (stretchedX * cos + stretchedY * sin) / scale, (stretchedY * cos - stretchedX * sin) / scale
    };
  }

  /** The tap at which the filter's mass lies: its taps are the fine samples of one impulse. */
  private static double centreOfMass() {
    float[] impulse = new float[12];
    impulse[6] = 1;
    double mass = 0;
    double moment = 0;
    for (int place = 0; place < 24; place++) {
      double tap = WaveletFilter.upsample(impulse, 0, 1, 12, place);
      mass += tap;
      moment += tap * (place + 5 - 12);
    }
    return moment / mass;
  }

  @Test
  void theFilterLiesATenthOfAFineSampleOff() {
    assertThat(centreOfMass()).isCloseTo(5.1, within(0.01));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7})
  void warpedNoiseIsThatOfThePublishedSteps(int seed) {
    ImageShape shape = new ImageShape(1, 9 + 2 * seed, 16 - seed);
    UniformDraws draws = new UniformDraws(seed, 5);
    List<ImageTransform> transforms = new ArrayList<>();
    List<double[][]> inverses = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      ImageTransform drawn = ImageTransform.draw(0.7, draws, 16L * i);
      transforms.add(drawn);
      inverses.add(published(drawn, shape));
    }
    float[] images = new GaussianNoise(seed, 0).elements(4 * shape.elements());

    float[] warped = Augmentation.apply(transforms, images, shape).images();

    List<double[][]> planes = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      planes.add(plane(transforms.get(i), images, i * shape.elements(), shape));
    }
    double[][][] expected = PublishedWarp.of(planes, inverses, shape);
    for (int i = 0; i < warped.length; i++) {
      int place = i % shape.elements();
      double value = expected[i / shape.elements()][place / shape.width()][place % shape.width()];
      assertThat(warped[i]).isCloseTo((float) value, within(ROUND_OFF));
    }
  }

  private static double[][] published(ImageTransform t, ImageShape shape) {
    double grown = Math.pow(2, 0.2 * t.stretch());
    double scaled = Math.pow(2, -0.2 * t.scale());
    return product(
        scale(scaled, scaled),
        turn(t.rotation()),
        turn(-t.stretchAxis()),
        scale(1 / grown, grown),
        turn(t.stretchAxis()),
        shift(-0.125 * shape.width() * t.shiftX(), -0.125 * shape.height() * t.shiftY()));
  }

  /** One flipped image as rows. */
  private static double[][] plane(ImageTransform t, float[] images, int offset, ImageShape shape) {
    double[][] plane = new double[shape.height()][shape.width()];
    for (int y = 0; y < shape.height(); y++) {
      for (int x = 0; x < shape.width(); x++) {
        int fromY = t.yFlip() ? shape.height() - 1 - y : y;
        int fromX = t.xFlip() ? shape.width() - 1 - x : x;
        plane[y][x] = images[offset + fromY * shape.width() + fromX];
      }
    }
    return plane;
  }
}
