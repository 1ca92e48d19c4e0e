package retort.graph;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The dimensions of a value, of which any may depend on the batch size N.
 *
 * @param dims outermost first
 */
public record Shape(List<Dim> dims) {
  public Shape {
    dims = List.copyOf(dims);
  }

  /** A shape without a batch: every dimension known. */
  public static Shape of(long... dims) {
    return new Shape(Arrays.stream(dims).mapToObj(Dim::of).toList());
  }

  /** {@code [N, dims...]}. */
  public static Shape batch(long... dims) {
    Dim[] all = new Dim[dims.length + 1];
    all[0] = Dim.BATCH;
    for (int i = 0; i < dims.length; i++) {
      all[i + 1] = Dim.of(dims[i]);
    }
    return new Shape(List.of(all));
  }

  public int rank() {
    return dims.size();
  }

  public Dim dim(int axis) {
    return dims.get(axis);
  }

  /** Whether no dimension depends on the batch size. */
  public boolean isKnown() {
    return dims.stream().allMatch(Dim::isKnown);
  }

  /** The dimensions for a batch of size {@code n}. */
  public int[] at(long n) {
    return dims.stream().mapToInt(dim -> Math.toIntExact(dim.at(n))).toArray();
  }

  @Override
  public String toString() {
    return dims.stream().map(Dim::toString).collect(Collectors.joining(", ", "[", "]"));
  }
}
