package retort.graph;

import java.util.Arrays;

/** Products of matrices, stacked or with a bias. */
final class MatrixProduct {
  private MatrixProduct() {}

  /** NumPy's matmul: matrices in the last two axes, the others broadcast. */
  static Rule matMul() {
    return new SingleResult(
        site -> TensorType.of(realType(site), productShape(site)),
        (site, type) -> product(site.value(0), site.value(1), type.shape().at(0)),
        s -> TorchText.call("matmul", s.in(0), s.in(1)));
  }

  private static DataType realType(Site site) {
    SingleResult.likeReal(site);
    return Elementwise.sameType(site, 0, 2);
  }

  private static int[] productShape(Site site) {
    int[] a = site.shape(0);
    int[] b = site.shape(1);
    if (a.length == 0 || b.length == 0) {
      throw site.fail("needs operands of rank 1 or more");
    }
    int[] left = asMatrices(a, true);
    int[] right = asMatrices(b, false);
    if (left[left.length - 1] != right[right.length - 2]) {
      throw site.fail(
          "cannot multiply matrices " + Arrays.toString(a) + " and " + Arrays.toString(b));
    }
    int[] stack =
        Broadcast.shape(
            site, Arrays.copyOf(left, left.length - 2), Arrays.copyOf(right, right.length - 2));
    int[] shape = Arrays.copyOf(stack, stack.length + 2);
    int rank = stack.length;
    if (a.length > 1) {
      shape[rank++] = left[left.length - 2];
    }
    if (b.length > 1) {
      shape[rank++] = right[right.length - 1];
    }
    return Arrays.copyOf(shape, rank);
  }

  /** A vector stands for a row on the left and for a column on the right. */
  private static int[] asMatrices(int[] shape, boolean left) {
    if (shape.length > 1) {
      return shape;
    }
    return left ? new int[] {1, shape[0]} : new int[] {shape[0], 1};
  }

  /** The product of stacked matrices, as a tensor of {@code shape}. */
  static Tensor product(Tensor a, Tensor b, int... shape) {
    int[] left = asMatrices(a.shape(), true);
    int[] right = asMatrices(b.shape(), false);
    int rows = left[left.length - 2];
    int inner = left[left.length - 1];
    int columns = right[right.length - 1];
    int[] leftStack = Arrays.copyOf(left, left.length - 2);
    int[] rightStack = Arrays.copyOf(right, right.length - 2);
    int vectors = (a.rank() == 1 ? 1 : 0) + (b.rank() == 1 ? 1 : 0);
    int[] stack = Arrays.copyOf(shape, shape.length - 2 + vectors);
    int[] leftOffsets = Broadcast.offsets(leftStack, stack);
    int[] rightOffsets = Broadcast.offsets(rightStack, stack);
    double[] x = a.reals();
    double[] y = b.reals();
    double[] result = new double[Tensor.elements(shape)];
    for (int i = 0; i < result.length; i++) {
      int matrix = i / (rows * columns);
      int from = leftOffsets[matrix] * rows * inner + i / columns % rows * inner;
      int to = rightOffsets[matrix] * inner * columns + i % columns;
      double sum = 0;
      for (int k = 0; k < inner; k++) {
        sum += x[from + k] * y[to + k * columns];
      }
      result[i] = sum;
    }
    return Tensor.reals(a.type(), shape, result);
  }

  /** alpha A' B' + beta C, where A' and B' may be transposed and C broadcasts or is left out. */
  static Rule gemm() {
    return new SingleResult(
        MatrixProduct::gemmType, MatrixProduct::evaluateGemm, MatrixProduct::gemmScript);
  }

  private static TensorType gemmType(Site site) {
    if (site.rank(0) != 2 || site.rank(1) != 2) {
      throw site.fail("needs two matrices");
    }
    int transA = flag(site.attributes(), "transA");
    int transB = flag(site.attributes(), "transB");
    if (site.shape(0)[1 - transA] != site.shape(1)[transB]) {
      throw site.fail(
          "cannot multiply matrices "
              + Arrays.toString(site.shape(0))
              + " and "
              + Arrays.toString(site.shape(1))
              + " with transA="
              + transA
              + ", transB="
              + transB);
    }
    int[] shape = {site.shape(0)[transA], site.shape(1)[1 - transB]};
    if (site.has(2)) {
      Broadcast.require(site, 2, shape);
    }
    return TensorType.of(realType(site), shape);
  }

  private static int flag(Attributes attributes, String name) {
    return attributes.integer(name, 0) == 0 ? 0 : 1;
  }

  private static Tensor evaluateGemm(Site site, TensorType type) {
    Attributes attributes = site.attributes();
    int[] shape = type.shape().at(0);
    Tensor a = oriented(site.value(0), flag(attributes, "transA"));
    Tensor b = oriented(site.value(1), flag(attributes, "transB"));
    double alpha = attributes.real("alpha", 1);
    Tensor result = Elementwise.map(product(a, b, shape), x -> alpha * x, x -> x);
    if (!site.has(2)) {
      return result;
    }
    double beta = attributes.real("beta", 1);
    return Elementwise.combined(result, site.value(2), shape, (x, c) -> x + beta * c, (x, c) -> x);
  }

  private static Tensor oriented(Tensor matrix, int transpose) {
    return transpose == 0 ? matrix : Walk.permuted(matrix, 1, 0);
  }

  private static String gemmScript(ScriptSite s) {
    Attributes attributes = s.attributes();
    double alpha = attributes.real("alpha", 1);
    double beta = attributes.real("beta", 1);
    String a = flag(attributes, "transA") == 0 ? s.in(0) : TorchText.call("t", s.in(0));
    boolean biased = s.has(2);
    boolean rowBias = biased && Arrays.equals(s.site().shape(2), outputColumns(s));
    if (flag(attributes, "transB") == 1 && alpha == 1 && (!biased || (rowBias && beta == 1))) {
      return TorchText.call("linear", a, s.in(1), s.in(2));
    }
    String b = flag(attributes, "transB") == 0 ? s.in(1) : TorchText.call("t", s.in(1));
    if (biased) {
      return TorchText.call(
          "addmm",
          s.in(2),
          a,
          b,
          "beta=" + ScriptSite.number(beta),
          "alpha=" + ScriptSite.number(alpha));
    }
    String product = TorchText.call("matmul", a, b);
    return alpha == 1 ? product : TorchText.call("mul", product, ScriptSite.number(alpha));
  }

  private static int[] outputColumns(ScriptSite s) {
    return new int[] {s.site().shape(1)[1 - flag(s.attributes(), "transB")]};
  }
}
