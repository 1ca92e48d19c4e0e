package retort.denoiser;

import java.util.List;
import retort.graph.Attributes;
import retort.graph.DataType;
import retort.graph.Graph;
import retort.graph.GraphBuilder;
import retort.graph.Operator;
import retort.graph.Shape;
import retort.graph.Tensor;
import retort.graph.Value;
import retort.noise.CosineSchedule;

/**
 * The ideal network for images whose pixels are Gaussian and independent, of any convention.
 *
 * @param range the units of its images
 * @param state how its noisy input is scaled
 */
record GaussianNetwork(ImageRange range, NoiseState state) {
  static final double MEAN = 0.2;
  static final double STD = 0.5;

  /** The noise level behind a network's time. */
  interface Level {
    Value of(GraphBuilder g, Value time);
  }

  /** The denoiser in our units: {@code (s^2 y + sigma^2 mu) / (s^2 + sigma^2)}. */
  static double denoised(double y, double sigma) {
    return (STD * STD * y + sigma * sigma * MEAN) / (STD * STD + sigma * sigma);
  }

  Graph graph(Level level, Prediction prediction, boolean towardsImage) {
    GraphBuilder g = new GraphBuilder();
    Value z = g.input("x", Shape.batch(2, 1, 5));
    Value sigma = level.of(g, g.input("t", Shape.batch())).reshape(-1, 1, 1, 1);
    Value y =
        switch (state) {
          case EXPLODING -> z;
          case PRESERVING -> z.times(sigma.squared().plus(1).sqrt());
          case INTERPOLATED -> z.times(sigma.plus(1));
        };
    float[] means = new float[range.centre().size()];
    for (int i = 0; i < means.length; i++) {
      means[i] = (float) (range.centre().get(i) + range.unit() * MEAN);
    }
    Value mean = g.constant(Tensor.floats(new int[] {1, means.length, 1, 1}, means));
    double variance = Math.pow(range.unit() * STD, 2);
    Value x =
        y.times(variance).plus(sigma.squared().times(mean)).over(sigma.squared().plus(variance));
    Value eps = y.minus(x).over(sigma);
    g.output(
        "out",
        switch (prediction) {
          case DENOISED, SAMPLE -> x;
          case EPS -> eps;
          case V -> eps.minus(sigma.times(x)).over(sigma.squared().plus(1).sqrt());
          case BOTH -> x.concat(eps, 1);
          case FLOW -> towardsImage ? x.minus(eps) : eps.minus(x);
        });
    return g.build();
  }

  static Value apply(GraphBuilder g, Operator operator, Value x) {
    return g.add(operator, Attributes.none(), List.of(x));
  }

  /** The cosine schedule: {@code tan(a u + b)}. */
  static Value cosine(GraphBuilder g, Value time) {
    double first = Math.atan(CosineSchedule.STANDARD.sigmaAt(0));
    double last = Math.atan(CosineSchedule.STANDARD.sigmaAt(1));
    return apply(g, Operator.TAN, time.times(last - first).plus(first));
  }

  /** The levels of a table at {@code scale * time + offset}. */
  static Level levels(TimestepTable table, double scale, double offset) {
    float[] sigmas = new float[table.timesteps()];
    for (int i = 0; i < sigmas.length; i++) {
      sigmas[i] = (float) table.sigma(i);
    }
    return (g, time) -> {
      Value number = apply(g, Operator.ROUND, time.times(scale).plus(offset));
      Attributes integer = Attributes.none().with("to", (long) DataType.INT64.onnxCode());
      Value index = g.add(Operator.CAST, integer, List.of(number));
      Value all = g.constant(Tensor.floats(new int[] {sigmas.length}, sigmas));
      return g.add(Operator.GATHER, Attributes.none(), List.of(all, index));
    };
  }
}
