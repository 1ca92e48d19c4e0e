package retort.graph;

/** Nonlinearities that need more than one line: with attributes, or missing from {@link Math}. */
final class Activation {
  /** Below this argument, erf is summed as a series; beyond it, it is 1 in double precision. */
  private static final double ERF_SERIES_END = 6;

  private Activation() {}

  static double sigmoid(double x) {
    return 1 / (1 + Math.exp(-x));
  }

  static double softplus(double x) {
    return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
  }

  static double hardSwish(double x) {
    return x * Math.max(0, Math.min(1, x / 6 + 0.5));
  }

  /** erf x = 2 / sqrt(pi) exp(-x^2) sum_n 2^n x^(2n+1) / (2n+1)!!, whose terms are all positive. */
  static double erf(double x) {
    if (Math.abs(x) >= ERF_SERIES_END) {
      return Math.signum(x);
    }
    double term = x;
    double sum = x;
    for (int n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
      term *= 2 * x * x / (2 * n + 1);
      sum += term;
    }
    return 2 / Math.sqrt(Math.PI) * Math.exp(-x * x) * sum;
  }

  static Rule leakyRelu() {
    return Elementwise.unary(
        attributes -> {
          double alpha = attributes.real("alpha", 0.01);
          return x -> x < 0 ? alpha * x : x;
        },
        a -> TorchText.call("leaky_relu", "{0}", number(a, "alpha", 0.01)));
  }

  static Rule elu() {
    return Elementwise.unary(
        attributes -> {
          double alpha = attributes.real("alpha", 1);
          return x -> x < 0 ? alpha * Math.expm1(x) : x;
        },
        a -> TorchText.call("elu", "{0}", number(a, "alpha", 1)));
  }

  static Rule selu() {
    double alpha = 1.6732631921768188;
    double gamma = 1.0507010221481323;
    return Elementwise.unary(
        attributes -> {
          double a = attributes.real("alpha", alpha);
          double g = attributes.real("gamma", gamma);
          return x -> x > 0 ? g * x : g * a * Math.expm1(x);
        },
        a -> TorchText.call("elu", "{0}", number(a, "alpha", alpha), number(a, "gamma", gamma)));
  }

  static Rule hardSigmoid() {
    return Elementwise.unary(
        attributes -> {
          double alpha = attributes.real("alpha", 0.2);
          double beta = attributes.real("beta", 0.5);
          return x -> Math.max(0, Math.min(1, alpha * x + beta));
        },
        a -> {
          String scaled = TorchText.call("mul", "{0}", number(a, "alpha", 0.2));
          return TorchText.call(
              "clamp", TorchText.call("add", scaled, number(a, "beta", 0.5)), "0.", "1.");
        });
  }

  static Rule gelu() {
    return Elementwise.unary(
        attributes ->
            isTanh(attributes)
                ? x -> x / 2 * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x)))
                : x -> x / 2 * (1 + erf(x / Math.sqrt(2))),
        a -> TorchText.call("gelu", "{0}", "approximate=\"" + (isTanh(a) ? "tanh" : "none") + '"'));
  }

  private static boolean isTanh(Attributes attributes) {
    return attributes.text("approximate", "none").equals("tanh");
  }

  /** x where it is not negative, else x times the slope, which broadcasts to x. */
  static Rule prelu() {
    return new SingleResult(
        site -> {
          Elementwise.sameType(site, 0, 2);
          Broadcast.require(site, 1, site.shape(0));
          return SingleResult.like(site);
        },
        (site, type) ->
            Elementwise.combined(
                site.value(0),
                site.value(1),
                type.shape().at(0),
                (x, slope) -> x < 0 ? x * slope : x,
                (x, slope) -> x < 0 ? x * slope : x),
        s ->
            TorchText.call(
                "where",
                TorchText.call("ge", s.in(0), "0"),
                s.in(0),
                TorchText.call("mul", s.in(0), s.in(1))));
  }

  /** Zeroes elements while training; the identity here, as in inference. */
  static Rule dropout() {
    return Elementwise.identity(
        s -> TorchText.call("dropout", s.in(0), number(s.attributes(), "ratio", 0.5), "True"));
  }

  private static String number(Attributes attributes, String name, double otherwise) {
    return ScriptSite.number(attributes.real(name, otherwise));
  }
}
