package retort.trainer.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import retort.denoiser.ImageShape;
import retort.noise.UniformDraws;

class ImageTransformTest {

  private static final int COUNT = 20_000;
  private static final ImageShape SHAPE = new ImageShape(2, 24, 32);
  private static final UniformDraws DRAWS = new UniformDraws(3, 1);

  @Test
  void stretchGrowsAlongItsAxisAndShrinksAcross() {
    ImageTransform upright = transform(false, false, 0, 0, 5, 0, 0, 0);
    ImageTransform slanted = transform(false, false, 0, 0, 5, Math.PI / 4, 0, 0);
    double half = Math.sqrt(0.5);

    // The axis at 45 degrees, counter-clockwise as seen, points right and up: y runs down.
    assertThat(upright.inverse(SHAPE).mapX(1, 0)).isCloseTo(0.5, within(1e-12));
    assertThat(upright.inverse(SHAPE).mapY(0, 1)).isCloseTo(2.0, within(1e-12));
    assertThat(slanted.inverse(SHAPE).mapX(half, -half)).isCloseTo(half / 2, within(1e-12));
    assertThat(slanted.inverse(SHAPE).mapY(half, half)).isCloseTo(half * 2, within(1e-12));
  }

  @Test
  void operationsActInTheOrderScaleTurnShift() {
    // Grown by 2, turned by a quarter counter-clockwise, moved right by a quarter of the width.
    ImageTransform transform = transform(false, false, 5, Math.PI / 2, 0, 0, 2, 0);

    Affine inverse = transform.inverse(SHAPE);

    // A point 3 right of the centre: 6 right, 6 up, then 8 to the right of that.
    assertThat(inverse.mapX(8, -6)).isCloseTo(3.0, within(1e-12));
    assertThat(inverse.mapY(8, -6)).isCloseTo(0.0, within(1e-12));
  }

  @Test
  void labelsSayWhatWasDrawn() {
    float[] labels = new float[9];
    transform(true, false, 0.5, 2, -1.5, 0.3, 0.25, -1).label(labels, 0);

    assertThat(labels)
        .containsExactly(
            new float[] {
              1f,
              0f,
              0.5f,
              (float) (Math.cos(2) - 1),
              (float) Math.sin(2),
              (float) (-1.5 * Math.cos(0.3)),
              (float) (-1.5 * Math.sin(0.3)),
              0.25f,
              -1f
            },
            within(1e-6f));
  }

  @Test
  void operationsAreDrawnAsOftenAsTheirTableSays() {
    float[] labels = new float[9 * COUNT];

    for (int i = 0; i < COUNT; i++) {
      ImageTransform.draw(0.12, DRAWS, 16L * i).label(labels, 9 * i);
    }

    assertThat(share(labels, 0)).isCloseTo(0.5, within(0.015));
    assertThat(share(labels, 1)).isCloseTo(0.06, within(0.007));
    for (int column : new int[] {2, 3, 4, 5, 7, 8}) {
      assertThat(share(labels, column)).isCloseTo(0.12, within(0.01));
    }
    assertThat(share(labels, 6)).isCloseTo(0.06, within(0.007));
  }

  @Test
  void operationsAreDrawnIndependently() {
    float[] labels = new float[9 * COUNT];
    for (int i = 0; i < COUNT; i++) {
      ImageTransform.draw(0.3, DRAWS, 16L * i).label(labels, 9 * i);
    }
    // One column of each operation, and how often it is not zero.
    int[] columns = {0, 1, 2, 4, 5, 7};
    double[] shares = {0.5, 0.15, 0.3, 0.3, 0.3, 0.3};

    for (int i = 0; i < columns.length; i++) {
      for (int j = 0; j < i; j++) {
        int both = 0;
        for (int at = 0; at < labels.length; at += 9) {
          both += labels[at + columns[i]] != 0 && labels[at + columns[j]] != 0 ? 1 : 0;
        }
        // Four standard errors of the rarest pair and of the commonest lie below 0.011.
        assertThat((double) both / COUNT).isCloseTo(shares[i] * shares[j], within(0.011));
      }
    }
  }

  @Test
  void leftRightFlipIsCertainToBeDrawnForAnyProbabilityButZero() {
    int flipped = 0;
    for (int i = 0; i < COUNT; i++) {
      assertThat(ImageTransform.draw(0, DRAWS, 16L * i).xFlip()).isFalse();
      flipped += ImageTransform.draw(1e-8, DRAWS, 16L * i).xFlip() ? 1 : 0;
    }

    assertThat((double) flipped / COUNT).isCloseTo(0.5, within(0.015));
  }

  @Test
  void drawnNumbersHaveTheirDistributions() {
    double[] squares = new double[9];
    for (int i = 0; i < COUNT; i++) {
      float[] row = new float[9];
      ImageTransform.draw(1.0, DRAWS, 16L * i).label(row, 0);
      for (int column = 0; column < 9; column++) {
        squares[column] += row[column] * row[column] / COUNT;
      }
    }

    // Normal: 1. Cosine less 1 of a uniform angle: 3/2; its sine: 1/2. Stretch: 1/2 + 1/4, 1/4.
    double[] expected = {0.5, 0.5, 1, 1.5, 0.5, 0.75, 0.25, 1, 1};
    for (int column = 0; column < 9; column++) {
      assertThat(squares[column]).isCloseTo(expected[column], within(0.05));
    }
  }

  static ImageTransform transform(
      boolean xFlip,
      boolean yFlip,
      double scale,
      double rotation,
      double stretch,
      double stretchAxis,
      double shiftX,
      double shiftY) {
    return new ImageTransform(xFlip, yFlip, scale, rotation, stretch, stretchAxis, shiftX, shiftY);
  }

  private static double share(float[] labels, int column) {
    int triggered = 0;
    for (int i = column; i < labels.length; i += 9) {
      triggered += labels[i] != 0 ? 1 : 0;
    }
    return triggered * 9.0 / labels.length;
  }
}
