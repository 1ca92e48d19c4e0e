package retort.trainer.mixture;

import java.util.List;
import java.util.Map;
import java.util.function.IntToDoubleFunction;
import java.util.function.ToDoubleBiFunction;
import retort.denoiser.DenoiserModel;
import retort.denoiser.EdmPreconditioning;
import retort.graph.GraphBuilder;
import retort.graph.Shape;
import retort.graph.Tensor;
import retort.graph.Value;
import retort.noise.UniformDraws;
import retort.trainer.mixture.GaussianMixture.Component;

/**
 * The ideal denoiser of a mixture of Gaussians in the plane, as a teacher for images [1, 1, 2]: the
 * two pixels are the coordinates. With components of weight w, mean mu and covariance {@code S = R
 * diag(l) R^T},
 *
 * <pre>{@code
 * u = R^T (y - mu)
 * p = softmax(ln w - sum(u^2 / (l + sigma^2) + ln(l + sigma^2)) / 2)
 * D(y; sigma) = sum p (mu + R (u l / (l + sigma^2)))
 * }</pre>
 *
 * <p>The mixture is buffers. To give a generator and a fake score network, which are copies of the
 * teacher, something to learn with, a small network is added, {@code cOut(sigma) F(cIn(sigma) y,
 * cNoise(sigma), p)}; its last layer is 0 at first, so that the teacher is the formula exactly.
 * {@code features} is what its encoder hands on.
 */
final class MixtureTeacher {
  /** Hidden values in each layer of the network to learn with. */
  private static final int WIDTH = 64;

  private static final int AXES = 2;

  /** Keeps the spread of values from layer to layer (He et al. 2015). */
  private static final double KAIMING = Math.sqrt(6);

  /** Of the layer that sees the plane, where the borders between components are sharp. */
  private static final double WIDE = 2 * KAIMING;

  private final GaussianMixture mixture;
  private final GraphBuilder g = new GraphBuilder();
  private int layers;

  private MixtureTeacher(GaussianMixture mixture) {
    this.mixture = mixture;
  }

  /** The teacher of a mixture. */
  static DenoiserModel of(GaussianMixture mixture) {
    return new MixtureTeacher(mixture).build();
  }

  private DenoiserModel build() {
    Value noisy = g.input(DenoiserModel.NOISY, Shape.batch(1, 1, AXES));
    Value sigma = g.input(DenoiserModel.SIGMA, Shape.batch()).reshape(-1, 1);
    Value y = noisy.reshape(-1, AXES);
    int k = mixture.components().size();

    // Each component's own coordinates [N, 2 k]: along its first axis, along its second.
    Value axes = buffer("axes", k * AXES, AXES, (row, column) -> axis(row, column));
    Value u = y.linear(axes, row("origin", k * AXES, i -> -along(i)));
    Value spread = row("spread", k * AXES, this::spread);
    Value total = spread.plus(sigma.squared());
    Value exponent = u.squared().over(total).plus(total.log());
    Value p =
        exponent
            .linear(
                buffer("half_sums", k, k * AXES, (c, i) -> i / AXES == c ? -0.5 : 0),
                row("log_weights", k, c -> StrictMath.log(component(c * AXES).weight())))
            .softmax(1);
    Value shrunk = u.times(spread.over(total));
    Value each = p.linear(buffer("for_each_axis", k * AXES, k, (i, c) -> i / AXES == c ? 1 : 0));
    Value ideal =
        each.times(shrunk)
            .linear(buffer("back", AXES, k * AXES, (row, column) -> axis(column, row)))
            .plus(p.linear(buffer("means", AXES, k, (row, c) -> mean(c, row))));

    EdmPreconditioning scaling = new EdmPreconditioning(mixture.deviation());
    Value h = y.times(scaling.cIn(sigma)).concat(EdmPreconditioning.cNoise(sigma), 1).concat(p, 1);
    Value features = layer(layer(h, WIDTH, WIDE).silu(), WIDTH, KAIMING);
    Value f = layer(layer(features.silu(), WIDTH, KAIMING).silu(), AXES, 0);
    Value denoised = ideal.plus(f.times(scaling.cOut(sigma)));
    g.output(DenoiserModel.DENOISED, denoised.reshape(-1, 1, 1, AXES));
    g.output(DenoiserModel.FEATURES, features.reshape(-1, WIDTH, 1, 1));
    return new DenoiserModel(g.build(), mixture.deviation(), List.of(), Map.of());
  }

  private Component component(int coordinate) {
    return mixture.components().get(coordinate / AXES);
  }

  /** Direction of a component's first or second axis. */
  private double axis(int coordinate, int column) {
    Component c = component(coordinate);
    return coordinate % AXES == column ? c.cos() : column == 0 ? -c.sin() : c.sin();
  }

  private double along(int coordinate) {
    Component c = component(coordinate);
    return c.x() * axis(coordinate, 0) + c.y() * axis(coordinate, 1);
  }

  private double spread(int coordinate) {
    Component c = component(coordinate);
    double deviation = coordinate % AXES == 0 ? c.major() : c.minor();
    return deviation * deviation;
  }

  private double mean(int component, int row) {
    Component c = mixture.components().get(component);
    return row == 0 ? c.x() : c.y();
  }

  private Value row(String name, int length, IntToDoubleFunction values) {
    float[] row = new float[length];
    for (int i = 0; i < length; i++) {
      row[i] = (float) values.applyAsDouble(i);
    }
    return g.buffer("mixture." + name, Tensor.floats(new int[] {length}, row));
  }

  private Value buffer(
      String name, int rows, int columns, ToDoubleBiFunction<Integer, Integer> values) {
    return g.buffer("mixture." + name, matrix(rows, columns, values));
  }

  private static Tensor matrix(int rows, int columns, ToDoubleBiFunction<Integer, Integer> values) {
    float[] matrix = new float[rows * columns];
    for (int i = 0; i < matrix.length; i++) {
      matrix[i] = (float) values.applyAsDouble(i / columns, i % columns);
    }
    return Tensor.floats(new int[] {rows, columns}, matrix);
  }

  /** A linear layer whose weights and biases are uniform within {@code scale / sqrt(inputs)}. */
  private Value layer(Value x, int out, double scale) {
    int in = x.channels();
    double bound = scale / Math.sqrt(in);
    UniformDraws draws = new UniformDraws(0, layers);
    String name = "layer" + layers++;
    Value weight =
        g.parameter(
            name + ".weight",
            matrix(out, in, (r, c) -> bound * (2 * draws.uniform((long) r * in + c) - 1)));
    float[] biases = new float[out];
    for (int i = 0; i < out; i++) {
      biases[i] = (float) (bound * (2 * draws.uniform((long) out * in + i) - 1));
    }
    return x.linear(weight, g.parameter(name + ".bias", Tensor.floats(new int[] {out}, biases)));
  }
}
