package retort.server.generator;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one image is made from: a point on the way from the noise of a seed to that of the next, and
 * in a transition, how far the image has come there from another origin.
 *
 * @param seed decides the noise; any value
 * @param label a label's number, or {@link #NO_LABEL}
 * @param blend how far towards the image of {@code seed + 1} (wrapping) and of {@code nextLabel}
 * @param nextLabel the label on the other side, or {@link #NO_LABEL}
 * @param from what the image moves away from, nested at most {@link #MAX_FROM} deep; null outside a
 *     transition
 * @param arrival how far it has come from there to what the other components say; 0 without from
 */
public record Origin(
    long seed, int label, double blend, int nextLabel, @Nullable Origin from, double arrival) {
  /** Unconditional: all label inputs are 0. */
  public static final int NO_LABEL = -1;

  /** Each costs as much noise again, and the eighth is hardly seen. */
  public static final int MAX_FROM = 8;

  public Origin {
    if (label < NO_LABEL || nextLabel < NO_LABEL || !(blend >= 0 && blend < 1)) {
      throw new IllegalArgumentException(
          "label "
              + label
              + ", blend "
              + blend
              + ", next label "
              + nextLabel
              + ": labels are numbers from 0 or -1 for none, and blend lies in [0, 1)");
    }
    if (!(arrival >= 0 && arrival < 1) || (from == null && arrival != 0)) {
      throw new IllegalArgumentException(
          "arrival " + arrival + ": it lies in [0, 1), and is 0 where nothing is left behind");
    }
    if (from != null && from.depth() == MAX_FROM) {
      throw new IllegalArgumentException(
          "an origin moves away from more than " + MAX_FROM + " others, one in another");
    }
  }

  /** An origin outside a transition. */
  public Origin(long seed, int label, double blend, int nextLabel) {
    this(seed, label, blend, nextLabel, null, 0);
  }

  /** The image of a seed itself. */
  public static Origin of(long seed, int label) {
    return new Origin(seed, label, 0, label);
  }

  /** How many origins are nested in it. */
  int depth() {
    return from == null ? 0 : 1 + from.depth();
  }

  /**
   * This origin, on the way to it from another.
   *
   * @param start with room for one more: see {@link #left}
   */
  public Origin movingFrom(Origin start, double newArrival) {
    return new Origin(seed, label, blend, nextLabel, start, newArrival);
  }

  /** It and those nested in it, each of which moves away from the one after it. */
  public List<Origin> layers() {
    List<Origin> layers = new ArrayList<>();
    for (Origin layer = this; layer != null; layer = layer.from) {
      layers.add(layer);
    }
    return layers;
  }

  /** The opposite of {@link #layers}; the last one's arrival is taken for 0. */
  public static Origin of(List<Origin> layers) {
    Origin last = layers.get(layers.size() - 1);
    Origin origin = new Origin(last.seed, last.label, last.blend, last.nextLabel);
    for (int i = layers.size() - 2; i >= 0; i--) {
      origin = layers.get(i).movingFrom(origin, layers.get(i).arrival);
    }
    return origin;
  }

  /**
   * This origin as one to move away from: where too many are nested in it to be nested once more,
   * the one that shows least is forgotten.
   */
  public Origin left() {
    if (depth() < MAX_FROM) {
      return this;
    }
    List<Origin> layers = layers();
    int faintest = 0;
    double least = 1;
    double left = 1;
    for (int i = 0; i < layers.size(); i++) {
      double arrival = layers.get(i).arrival;
      double share = i == layers.size() - 1 ? left : left * arrival;
      if (share < least) {
        least = share;
        faintest = i;
      }
      left *= 1 - arrival;
    }
    layers.remove(faintest);
    return of(layers);
  }
}
