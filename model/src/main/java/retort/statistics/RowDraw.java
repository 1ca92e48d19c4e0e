package retort.statistics;

import java.util.Arrays;
import retort.noise.UniformDraws;

/** Draws some of many without replacement. */
public final class RowDraw {
  private RowDraw() {}

  /**
   * The first {@code size} places of a shuffled deck of {@code count} cards, so that fewer of them
   * are the beginning of more.
   *
   * @param draws decide: the same draws give the same numbers
   * @throws IllegalArgumentException when there are fewer than {@code size}
   */
  public static int[] of(int count, int size, UniformDraws draws) {
    if (size > count) {
      throw new IllegalArgumentException(size + " rows cannot be drawn from " + count);
    }
    int[] deck = new int[count];
    Arrays.setAll(deck, i -> i);
    int[] chosen = new int[size];
    for (int i = 0; i < size; i++) {
      int place = i + (int) draws.below(count - i, i);
      chosen[i] = deck[place];
      deck[place] = deck[i];
    }
    return chosen;
  }
}
