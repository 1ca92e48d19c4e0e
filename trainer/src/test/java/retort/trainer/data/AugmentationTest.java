package retort.trainer.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static retort.trainer.data.ImageTransformTest.transform;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import retort.denoiser.ImageShape;
import retort.noise.GaussianNoise;
import retort.noise.UniformDraws;

class AugmentationTest {

  /** Float32 through two passes of 12 taps up and two down. */
  private static final float ROUND_OFF = 3e-6f;

  private static final ImageShape SHAPE = new ImageShape(2, 24, 32);
  private static final UniformDraws DRAWS = new UniformDraws(3, 1);

  @Test
  void probabilityZeroIsTheIdentityWithZeroLabels() {
    float[] images = noise(5);

    AugmentedImages augmented = Augmentation.NONE.augment(images, SHAPE, DRAWS, 0);

    assertThat(augmented.images()).isEqualTo(images).isNotSameAs(images);
    assertThat(augmented.labels()).isEqualTo(new float[5 * 9]);
  }

  @Test
  void flipsAreExact() {
    float[] images = noise(1);

    float[] x = apply(transform(true, false, 0, 0, 0, 0, 0, 0), images).images();
    float[] y = apply(transform(false, true, 0, 0, 0, 0, 0, 0), images).images();

    assertThat(x[at(1, 5, 3)]).isEqualTo(images[at(1, 5, 28)]);
    assertThat(y[at(1, 5, 3)]).isEqualTo(images[at(1, 18, 3)]);
    assertThat(apply(transform(true, false, 0, 0, 0, 0, 0, 0), x).images()).isEqualTo(images);
    assertThat(apply(transform(false, true, 0, 0, 0, 0, 0, 0), y).images()).isEqualTo(images);
  }

  @Test
  void shiftByWholePixelsMovesThePixelsAndReflectsTheBorder() {
    float[] images = noise(1);

    // 0.125 of 32 and of 24: 4 pixels right, 6 pixels up.
    float[] shifted = apply(transform(false, false, 0, 0, 0, 0, 1, -2), images).images();

    for (int y = 0; y < 24; y++) {
      for (int x = 0; x < 32; x++) {
        int fromY = y + 6 < 24 ? y + 6 : 2 * 23 - (y + 6);
        assertThat(shifted[at(1, y, x)])
            .isCloseTo(images[at(1, fromY, Math.abs(x - 4))], within(ROUND_OFF));
      }
    }
  }

  @Test
  void warpThatMovesNothingReturnsTheImage() {
    float[] images = noise(1);
    float[] warped = images.clone();
    Margin margin = Margin.around(SHAPE, List.of(Affine.IDENTITY));

    new Warp(SHAPE, margin).apply(warped, 0, Affine.IDENTITY);

    assertThat(margin).isEqualTo(new Margin(6, 6, 6, 6));
    for (int i = 0; i < images.length; i++) {
      assertThat(warped[i]).isCloseTo(images[i], within(ROUND_OFF));
    }
  }

  @Test
  void batchAgreesWithTheStepsDoneOneByOne() {
    // Expected values: zeros inserted, full convolutions, a grid from -1 to 1, strided
    // convolutions, all in float64 outside Java.
    ImageShape shape = new ImageShape(1, 10, 14);
    float[] images = new float[2 * shape.elements()];
    for (int i = 0; i < images.length; i++) {
      images[i] = i * 37 % 101 / 50f - 1f;
    }
    int[] places = {0, 45, 77, 139, 140, 199, 250, 279};
    double[] expected = {
      0.418512, 0.207214, -0.379972, 0.003655, 0.761409, 0.177616, -0.092406, 0.407185
    };

    float[] warped =
        Augmentation.apply(
                List.of(
                    transform(true, false, -1.3, 0.7, 0.9, -2.1, 0.4, -0.6),
                    transform(false, true, 0.4, -2.5, -1.1, 0, -0.8, 0.2)),
                images,
                shape)
            .images();

    for (int i = 0; i < places.length; i++) {
      assertThat(warped[places[i]]).isCloseTo((float) expected[i], within(ROUND_OFF));
    }
  }

  @Test
  void halfTurnIsBothFlips() {
    float[] images = smooth();

    float[] turned = apply(transform(false, false, 0, Math.PI, 0, 0, 0, 0), images).images();
    float[] flipped = apply(transform(true, true, 0, 0, 0, 0, 0, 0), images).images();

    // The filter's centre of mass lies 0.1 fine samples off, and a half turn doubles that.
    assertAgree(turned, flipped, 2, 0.015f);
  }

  @Test
  void quarterTurnIsCounterClockwise() {
    ImageShape square = new ImageShape(1, 32, 32);
    float[] image = new float[32 * 32];
    blob(image, 24, 16); // right of the centre

    float[] turned =
        Augmentation.apply(
                List.of(transform(false, false, 0, Math.PI / 2, 0, 0, 0, 0)), image, square)
            .images();

    float[] above = new float[32 * 32];
    blob(above, 16, 31 - 24);
    for (int i = 0; i < image.length; i++) {
      assertThat(turned[i]).isCloseTo(above[i], within(0.02f));
    }
  }

  @Test
  void scaleOfFiveDoublesTheImage() {
    float[] images = smooth();

    float[] doubled = apply(transform(false, false, 5, 0, 0, 0, 0, 0), images).images();

    // Place x of the result is x / 2 from the centre in the image: between two pixels.
    for (int x = 4; x < 28; x++) {
      double from = (x - 15.5) / 2 + 15.5;
      assertThat(doubled[at(0, 12, x)])
          .isCloseTo((float) wave((12 - 11.5) / 2 + 11.5, from), within(0.01f));
    }
  }

  @Test
  void constantImageStaysConstantInside() {
    float[] images = new float[SHAPE.elements()];
    Arrays.fill(images, 0.75f);

    float[] warped =
        apply(transform(false, false, 0.7, 1.1, -0.8, 2.0, 0.3, -0.4), images).images();

    for (float value : warped) {
      assertThat(value).isCloseTo(0.75f, within(1e-5f));
    }
  }

  @Test
  void placesBeyondTheReflectionAreZero() {
    float[] images = new float[SHAPE.elements()];
    Arrays.fill(images, 0.75f);

    // 16 times the width: past any margin.
    float[] warped = apply(transform(false, false, 0, 0, 0, 0, 128, 0), images).images();

    assertThat(warped).containsOnly(0f);
  }

  @Test
  void partsOfABatchDrawWhatTheWholeDraws() {
    Augmentation augmentation = new Augmentation(0.5);
    float[] images = noise(6);

    float[] whole = augmentation.augment(images, SHAPE, DRAWS, 100).labels();
    float[] tail = Arrays.copyOfRange(images, 4 * SHAPE.elements(), images.length);
    float[] part = augmentation.augment(tail, SHAPE, DRAWS, 104).labels();

    assertThat(part).isEqualTo(Arrays.copyOfRange(whole, 4 * 9, 6 * 9));
  }

  @Test
  void sameDrawsGiveTheSameImages() {
    Augmentation augmentation = new Augmentation(1.0);

    float[] first = augmentation.augment(noise(3), SHAPE, DRAWS, 0).images();

    assertThat(augmentation.augment(noise(3), SHAPE, DRAWS, 0).images()).isEqualTo(first);
    assertThat(augmentation.augment(noise(3), SHAPE, DRAWS, 3).images()).isNotEqualTo(first);
  }

  @Test
  void impossibleProbabilitiesAndBrokenImagesAreRefused() {
    assertThatThrownBy(() -> new Augmentation(1.5)).hasMessageContaining("is 1.5 but must lie");
    assertThatThrownBy(() -> new Augmentation(Double.NaN)).hasMessageContaining("NaN");
    assertThatThrownBy(() -> Augmentation.NONE.augment(new float[7], SHAPE, DRAWS, 0))
        .hasMessageContaining("7 values are no whole number of images [2, 24, 32]");
  }

  private static AugmentedImages apply(ImageTransform transform, float[] images) {
    return Augmentation.apply(List.of(transform), images, SHAPE);
  }

  private static float[] noise(int n) {
    return new GaussianNoise(1, 0).elements(n * SHAPE.elements());
  }

  private static double wave(double y, double x) {
    return 0.6 * Math.cos(0.2 * x + 0.3) * Math.sin(0.15 * y - 0.2);
  }

  private static float[] smooth() {
    float[] image = new float[SHAPE.elements()];
    for (int c = 0; c < 2; c++) {
      for (int y = 0; y < 24; y++) {
        for (int x = 0; x < 32; x++) {
          image[at(c, y, x)] = (float) wave(y, x);
        }
      }
    }
    return image;
  }

  private static void blob(float[] image, int centreX, int centreY) {
    for (int y = 0; y < 32; y++) {
      for (int x = 0; x < 32; x++) {
        double squared = Math.pow(x - centreX, 2) + Math.pow(y - centreY, 2);
        image[y * 32 + x] = (float) Math.exp(-squared / 18);
      }
    }
  }

  private static void assertAgree(float[] actual, float[] expected, int border, float tolerance) {
    for (int y = border; y < 24 - border; y++) {
      for (int x = border; x < 32 - border; x++) {
        assertThat(actual[at(1, y, x)]).isCloseTo(expected[at(1, y, x)], within(tolerance));
      }
    }
  }

  private static int at(int c, int y, int x) {
    return (c * 24 + y) * 32 + x;
  }
}
