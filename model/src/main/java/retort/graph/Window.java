package retort.graph;

import java.util.Arrays;

/**
 * A window that slides over the spatial axes, as convolutions and pools use it. The arrays that it
 * hands out have one number per spatial axis and are read only.
 */
final class Window {
  private final int[] kernel;
  private final int[] strides;
  private final int[] dilations;
  private final int[] begins;
  private final int[] ends;
  private final int[] positions;

  Window(int[] kernel, int[] strides, int[] dilations, int[] begins, int[] ends, int[] positions) {
    this.kernel = kernel;
    this.strides = strides;
    this.dilations = dilations;
    this.begins = begins;
    this.ends = ends;
    this.positions = positions;
  }

  /** The window's extent, elements that it skips not counted. */
  int[] kernel() {
    return kernel;
  }

  /** How far it moves. */
  int[] strides() {
    return strides;
  }

  /** Distance between the elements that it reads. */
  int[] dilations() {
    return dilations;
  }

  /** Width of the border before each axis. */
  int[] begins() {
    return begins;
  }

  /** Width of the border behind each axis. */
  int[] ends() {
    return ends;
  }

  /** How many positions it takes. */
  int[] positions() {
    return positions;
  }

  /** The window that a site's attributes describe, on its first operand. */
  static Window of(Site site, int... kernel) {
    Attributes attributes = site.attributes();
    int[] input = spatial(site, 0);
    int rank = input.length;
    if (kernel.length != rank) {
      throw site.fail("a kernel of " + kernel.length + " axes does not fit " + rank + " axes");
    }
    int[] strides = perAxis(site, "strides", rank, 1);
    int[] dilations = perAxis(site, "dilations", rank, 1);
    int[] pads = perAxis(site, "pads", 2 * rank, 0);
    int[] begins = Arrays.copyOf(pads, rank);
    int[] ends = Arrays.copyOfRange(pads, rank, 2 * rank);
    String autoPad = attributes.text("auto_pad", "NOTSET");
    boolean ceil = attributes.integer("ceil_mode", 0) != 0 && autoPad.equals("NOTSET");
    int[] positions = new int[rank];
    for (int axis = 0; axis < rank; axis++) {
      int extent = (kernel[axis] - 1) * dilations[axis] + 1;
      if (autoPad.startsWith("SAME")) {
        int moves = -Math.floorDiv(-input[axis], strides[axis]) - 1;
        int total = Math.max(0, moves * strides[axis] + extent - input[axis]);
        begins[axis] = autoPad.equals("SAME_UPPER") ? total / 2 : total - total / 2;
        ends[axis] = total - begins[axis];
      } else if (autoPad.equals("VALID")) {
        begins[axis] = 0;
        ends[axis] = 0;
      }
      int room = begins[axis] + input[axis] + ends[axis] - extent;
      if (room < 0) {
        throw site.fail(
            "a window of " + extent + " does not fit into axis " + axis + " of " + input[axis]);
      }
      int moves = ceil ? -Math.floorDiv(-room, strides[axis]) : room / strides[axis];
      // a window that would start in the border behind the operand is left out
      boolean outside = ceil && moves * strides[axis] >= input[axis] + begins[axis];
      positions[axis] = moves + (outside ? 0 : 1);
    }
    return new Window(kernel, strides, dilations, begins, ends, positions);
  }

  /** Spatial dimensions of operand {@code i}: those after the batch and the channels. */
  static int[] spatial(Site site, int i) {
    if (site.rank(i) < 3) {
      throw site.fail("operand " + i + " needs a batch, channels and at least one more axis");
    }
    return Arrays.copyOfRange(site.shape(i), 2, site.rank(i));
  }

  /** An attribute with one integer per axis. */
  static int[] perAxis(Site site, String name, int count, int otherwise) {
    long[] values = site.attributes().integers(name);
    if (values.length == 0) {
      int[] defaults = new int[count];
      Arrays.fill(defaults, otherwise);
      return defaults;
    }
    if (values.length != count) {
      throw site.fail(name + " has " + values.length + " numbers but needs " + count);
    }
    return Arrays.stream(values).mapToInt(Math::toIntExact).toArray();
  }

  /**
   * What each position reads: {@code taps[position][k]} is the flat offset of kernel element {@code
   * k} within {@code input}, or -1 where it lies in the border.
   */
  int[][] taps(int... input) {
    int[][] taps = new int[Tensor.elements(positions)][Tensor.elements(kernel)];
    int[] inputStrides = Walk.strides(input);
    int[] positionStrides = Walk.strides(positions);
    int[] kernelStrides = Walk.strides(kernel);
    for (int position = 0; position < taps.length; position++) {
      for (int k = 0; k < taps[position].length; k++) {
        int offset = 0;
        for (int axis = 0; axis < input.length && offset >= 0; axis++) {
          int at =
              position / positionStrides[axis] % positions[axis] * strides[axis]
                  + k / kernelStrides[axis] % kernel[axis] * dilations[axis]
                  - begins[axis];
          offset = at < 0 || at >= input[axis] ? -1 : offset + at * inputStrides[axis];
        }
        taps[position][k] = offset;
      }
    }
    return taps;
  }

  /** Whether both borders of each axis are as wide as each other, so that one number says it. */
  boolean isSymmetric() {
    return Arrays.equals(begins, ends) && Arrays.stream(begins).allMatch(width -> width >= 0);
  }

  /** How far the last position reaches behind the operand; negative where it stops short. */
  int[] overhang(int... input) {
    int[] overhang = new int[input.length];
    for (int axis = 0; axis < input.length; axis++) {
      overhang[axis] =
          (positions[axis] - 1) * strides[axis]
              + (kernel[axis] - 1) * dilations[axis]
              + 1
              - begins[axis]
              - input[axis];
    }
    return overhang;
  }

  /** The window without borders. */
  Window unpadded() {
    int[] none = new int[begins.length];
    return new Window(kernel, strides, dilations, none, none, positions);
  }
}
