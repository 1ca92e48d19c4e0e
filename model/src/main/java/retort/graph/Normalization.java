package retort.graph;

import java.util.Arrays;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.DoubleStream;

/** Operators that bring a set of elements to zero mean and unit variance, or to unit length. */
final class Normalization {
  private static final double EPSILON = 1e-5;

  /** Channels of a group, and positions of an image, below which a group counts as narrow. */
  private static final int NARROW_GROUP = 8;

  private static final int FEW_POSITIONS = 1024;

  private Normalization() {}

  /** Groups of neighbouring channels, whose number stands in the attribute {@code groups}. */
  static Rule groups(String attribute) {
    return perChannel(
        (site, x) -> {
          int groups = groups(site, attribute);
          return standardized(x, x.length / (site.shape(0)[0] * groups), epsilon(site));
        },
        s -> {
          int groups = groups(s.site(), attribute);
          return TorchText.call(
              "group_norm",
              isNarrow(s.site(), groups) ? TorchText.call("contiguous", s.in(0)) : s.in(0),
              groups,
              s.in(1),
              s.in(2),
              ScriptSite.number(epsilon(s.site())),
              "True");
        });
  }

  /**
   * Whether PyTorch's kernel for channels-last images is so slow that they are better brought to
   * [N, C, H, W] in memory first: it reads few channels of a group at a time, and below a number of
   * positions does so one group after another. Nothing is copied where images are in that order.
   */
  private static boolean isNarrow(Site site, int groups) {
    int[] shape = site.shape(0);
    return shape.length == 4
        && shape[1] / groups < NARROW_GROUP
        && shape[2] * shape[3] < FEW_POSITIONS;
  }

  private static int groups(Site site, String attribute) {
    int groups = Math.toIntExact(site.attributes().integer(attribute, 1));
    if (groups < 1 || site.shape(0)[1] % groups != 0) {
      throw site.fail(
          attribute + "=" + groups + " does not divide the " + site.shape(0)[1] + " channels");
    }
    return groups;
  }

  /** Every channel of every image for itself. */
  static Rule instances() {
    return perChannel(
        (site, x) -> standardized(x, Walk.product(site.shape(0), 2, site.rank(0)), epsilon(site)),
        s ->
            TorchText.call(
                "instance_norm",
                s.in(0),
                s.in(1),
                s.in(2),
                "None",
                "None",
                "True",
                "0.",
                ScriptSite.number(epsilon(s.site())),
                "True"));
  }

  /** With the mean and variance that training has found, which receive no gradient. */
  static Rule batch() {
    return perChannel(
        (site, x) -> {
          if (site.attributes().integer("training_mode", 0) != 0) {
            throw site.fail("training_mode=1 is not supported; export the model for inference");
          }
          double[] mean = site.value(3).reals();
          double[] variance = site.value(4).reals();
          int positions = Walk.product(site.shape(0), 2, site.rank(0));
          double[] result = new double[x.length];
          for (int i = 0; i < result.length; i++) {
            int channel = i / positions % mean.length;
            result[i] = (x[i] - mean[channel]) / Math.sqrt(variance[channel] + epsilon(site));
          }
          return result;
        },
        s ->
            TorchText.call(
                "batch_norm",
                s.in(0),
                s.in(1),
                s.in(2),
                TorchText.call("detach", s.in(3)),
                TorchText.call("detach", s.in(4)),
                "False",
                "0.",
                ScriptSite.number(epsilon(s.site())),
                "True"));
  }

  /** A normalization followed by one scale and one bias per channel, operands 1 and 2. */
  private static Rule perChannel(
      BiFunction<Site, double[], double[]> normalized, Function<ScriptSite, String> script) {
    return new SingleResult(
        site -> {
          SingleResult.likeReal(site);
          if (site.rank(0) < 2) {
            throw site.fail("needs a batch and channels");
          }
          int[] channels = {site.shape(0)[1]};
          for (int i = 1; i < site.count(); i++) {
            if (!Arrays.equals(site.shape(i), channels)) {
              throw site.fail(
                  "operand "
                      + i
                      + " is "
                      + Arrays.toString(site.shape(i))
                      + " but there are "
                      + channels[0]
                      + " channels");
            }
          }
          return SingleResult.like(site);
        },
        (site, type) -> {
          double[] result = normalized.apply(site, site.value(0).reals());
          double[] scale = site.value(1).reals();
          double[] bias = site.value(2).reals();
          int positions = Walk.product(site.shape(0), 2, site.rank(0));
          for (int i = 0; i < result.length; i++) {
            int channel = i / positions % scale.length;
            result[i] = result[i] * scale[channel] + bias[channel];
          }
          return Tensor.reals(type.type(), site.shape(0), result);
        },
        script);
  }

  private static double epsilon(Site site) {
    return site.attributes().real("epsilon", EPSILON);
  }

  /** Each run of {@code length} values brought to mean 0 and variance 1. */
  private static double[] standardized(double[] x, int length, double epsilon) {
    double[] result = new double[x.length];
    for (int from = 0; from < x.length; from += length) {
      double mean = DoubleStream.of(Arrays.copyOfRange(x, from, from + length)).sum() / length;
      double squares = 0;
      for (int i = from; i < from + length; i++) {
        result[i] = x[i] - mean;
        squares += result[i] * result[i];
      }
      double deviation = Math.sqrt(squares / length + epsilon);
      for (int i = from; i < from + length; i++) {
        result[i] /= deviation;
      }
    }
    return result;
  }

  /** All axes from {@code axis} on, then a scale and possibly a bias that broadcast. */
  static Rule layers() {
    return new SingleResult(
        site -> {
          for (int i = 1; i <= 2; i++) {
            if (i == 1 || site.has(i)) {
              Broadcast.require(site, i, site.shape(0));
            }
          }
          return SingleResult.likeReal(site);
        },
        (site, type) -> {
          int[] shape = site.shape(0);
          int axis = site.axis(site.attributes().integer("axis", -1), shape.length);
          int length = Walk.product(shape, axis, shape.length);
          double[] x = standardized(site.value(0).reals(), length, epsilon(site));
          Tensor result = Tensor.reals(type.type(), shape, x);
          result = Elementwise.combined(result, site.value(1), shape, (a, b) -> a * b, (a, b) -> a);
          return site.has(2)
              ? Elementwise.combined(result, site.value(2), shape, Double::sum, (a, b) -> a)
              : result;
        },
        Normalization::layersScript);
  }

  private static String layersScript(ScriptSite s) {
    Site site = s.site();
    int[] shape = site.shape(0);
    int axis = site.axis(site.attributes().integer("axis", -1), shape.length);
    int[] normalized = Arrays.copyOfRange(shape, axis, shape.length);
    String dims = ScriptSite.list(s.shape(0).subList(axis, shape.length));
    String epsilon = ScriptSite.number(epsilon(site));
    boolean fused =
        Arrays.equals(site.shape(1), normalized)
            && (!s.has(2) || Arrays.equals(site.shape(2), normalized));
    if (fused) {
      return TorchText.call("layer_norm", s.in(0), dims, s.in(1), s.in(2), epsilon, "True");
    }
    String plain = TorchText.call("layer_norm", s.in(0), dims, "None", "None", epsilon, "True");
    String scaled = TorchText.call("mul", plain, s.in(1));
    return s.has(2) ? TorchText.call("add", scaled, s.in(2)) : scaled;
  }

  /** Division by the 1-norm or 2-norm along an axis; zeros stay zeros. */
  static Rule unitLength() {
    return new SingleResult(
        SingleResult::likeReal,
        (site, type) -> {
          int axis = lpAxis(site);
          boolean absolute = p(site) == 1;
          return Lanes.mapped(
              site.value(0),
              axis,
              lane -> {
                double norm =
                    absolute
                        ? DoubleStream.of(lane).map(Math::abs).sum()
                        : Math.sqrt(DoubleStream.of(lane).map(x -> x * x).sum());
                return DoubleStream.of(lane).map(x -> norm == 0 ? 0 : x / norm).toArray();
              });
        },
        s -> {
          String order = ScriptSite.number((double) p(s.site()));
          String axes = TorchText.ints(lpAxis(s.site()));
          String norm = TorchText.call("linalg_vector_norm", s.in(0), order, axes, "True");
          String safe = TorchText.call("masked_fill", norm, TorchText.call("eq", norm, "0"), "1.");
          return TorchText.call("div", s.in(0), safe);
        });
  }

  private static int lpAxis(Site site) {
    return site.axis(site.attributes().integer("axis", -1), site.rank(0));
  }

  private static long p(Site site) {
    long p = site.attributes().integer("p", 2);
    if (p != 1 && p != 2) {
      throw site.fail("p=" + p + " is not supported; 1 and 2 are");
    }
    return p;
  }
}
