package retort.graph;

/**
 * One dimension of a shape: {@code constant + perBatch * N}, with N the batch size that is chosen
 * when the graph runs.
 *
 * @param constant the part that is known
 * @param perBatch how often the batch size is counted; 0 for a known dimension
 */
public record Dim(long constant, long perBatch) {
  /** The batch size itself. */
  public static final Dim BATCH = new Dim(0, 1);

  /** A known dimension. */
  public static Dim of(long constant) {
    return new Dim(constant, 0);
  }

  /** Whether the dimension is the same for every batch size. */
  public boolean isKnown() {
    return perBatch == 0;
  }

  /** The dimension for a batch of size {@code n}. */
  public long at(long n) {
    return constant + perBatch * n;
  }

  /** An arithmetic expression in which {@code n} names the batch size. */
  public String expression(String n) {
    if (isKnown()) {
      return Long.toString(constant);
    }
    String scaled = perBatch == 1 ? n : perBatch + " * " + n;
    return constant == 0 ? scaled : "(" + scaled + " + " + constant + ")";
  }

  @Override
  public String toString() {
    return expression("N");
  }
}
