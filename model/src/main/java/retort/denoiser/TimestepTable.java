package retort.denoiser;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import retort.graph.Attributes;
import retort.graph.GraphBuilder;
import retort.graph.Operator;
import retort.graph.Tensor;
import retort.graph.Value;
import retort.noise.DdpmSchedule;
import retort.noise.DdpmSchedule.BetaCurve;
import retort.noise.DdpmSchedule.Spacing;
import retort.statistics.NpyArray;
import retort.statistics.NpyFile;
import retort.statistics.NpzFile;

/**
 * Noise levels numbered from 0 by timestep: schedules {@code linear}, {@code scaled-linear}, {@code
 * squared-cosine} and {@code file}.
 *
 * <p>Between two timesteps time is linear in {@code ln sigma}, and beyond the ends it is that of
 * the end. In the graph this is a sum of ramps, one for each step of the table, each clipped to [0,
 * 1]: whole numbers add up exactly, so the levels of the table get their own number to within the
 * round-off of a logarithm.
 */
public final class TimestepTable implements NetworkTime {

  /** Names of arrays in a file. */
  private static final String SIGMAS = "sigmas";

  private static final String ALPHAS = "alphas_cumprod";

  /** In increasing order. */
  private final double[] sigmas;

  /** Whether timestep 0 is the noisiest. */
  private final boolean reversed;

  private final NoiseState state;

  private TimestepTable(double[] table, NoiseState state) {
    reversed = table.length > 1 && table[0] > table[table.length - 1];
    sigmas = table.clone();
    Arrays.sort(sigmas);
    this.state = state;
    for (int i = 0; i < sigmas.length; i++) {
      double expected = table[reversed ? sigmas.length - 1 - i : i];
      boolean grows = i == 0 || sigmas[i] > sigmas[i - 1];
      if (sigmas[i] != expected || !grows || !(sigmas[i] > 0) || !Double.isFinite(sigmas[i])) {
        throw new IllegalArgumentException(
            "the table of noise levels should be positive, finite and in order, but it holds "
                + table[i]
                + " at timestep "
                + i);
      }
    }
    if (sigmas.length < 2) {
      throw new IllegalArgumentException(
          "the table of noise levels has "
              + sigmas.length
              + " entries but at least 2 timesteps are needed");
    }
  }

  /** Rates beta evenly spaced, both ends included; DDPM has 1000 from 0.0001 to 0.02. */
  public static TimestepTable linear(int timesteps, double betaStart, double betaEnd) {
    return of(timesteps, betaStart, betaEnd, BetaCurve.LINEAR);
  }

  /** Rates beta whose square roots are evenly spaced, as latent diffusion has them. */
  public static TimestepTable scaledLinear(int timesteps, double betaStart, double betaEnd) {
    return of(timesteps, betaStart, betaEnd, BetaCurve.SCALED_LINEAR);
  }

  private static TimestepTable of(int timesteps, double start, double end, BetaCurve curve) {
    DdpmSchedule schedule = new DdpmSchedule(timesteps, start, end, curve, Spacing.LEADING);
    return ofAlphaBars(schedule.alphaBars());
  }

  /**
   * The squared cosine of Nichol and Dhariwal, <em>Improved denoising diffusion probabilistic
   * models</em>, 2021, eq. 17, with beta at most 0.999; diffusers calls it squaredcos_cap_v2.
   */
  public static TimestepTable squaredCosine(int timesteps) {
    return of(timesteps, 1e-4, 0.02, BetaCurve.SQUARED_COSINE);
  }

  /** The cumulative products of {@code 1 - beta}: {@code sigma^2 = (1 - abar) / abar}. */
  public static TimestepTable ofAlphaBars(double[] alphaBars) {
    double[] sigmas = Arrays.stream(alphaBars).map(a -> Math.sqrt((1 - a) / a)).toArray();
    return new TimestepTable(sigmas, NoiseState.PRESERVING);
  }

  /** The noise levels themselves, from timestep 0 on, rising or falling. */
  public static TimestepTable ofSigmas(double[] sigmas, NoiseState state) {
    return new TimestepTable(sigmas, state);
  }

  /**
   * A table in a file: cumulative products, all in (0, 1] and falling, or sigmas, of which some
   * exceed 1. In an {@code .npz} the array is named {@code alphas_cumprod} or {@code sigmas}, which
   * also decides.
   *
   * @param state how the noisy input is scaled; needed for a table of sigmas
   * @throws IllegalArgumentException when the table is neither, or could be both
   */
  public static TimestepTable read(Path file, Optional<NoiseState> state) {
    NpyArray array;
    Optional<Boolean> named = Optional.empty();
    if (file.toString().endsWith(".npz")) {
      Map<String, NpyArray> arrays = NpzFile.read(file);
      named = Optional.of(arrays.containsKey(SIGMAS));
      array = arrays.get(named.get() ? SIGMAS : ALPHAS);
      if (array == null || arrays.keySet().containsAll(List.of(SIGMAS, ALPHAS))) {
        throw new IllegalArgumentException(
            file
                + " holds "
                + arrays.keySet()
                + " but exactly one array alphas_cumprod or sigmas is expected");
      }
    } else {
      array = NpyFile.read(file);
    }
    double[] table = array.doubles();
    boolean shares = Arrays.stream(table).allMatch(value -> value > 0 && value <= 1);
    boolean falls = table.length > 1 && table[0] > table[table.length - 1];
    if (named.isEmpty() && shares && !falls) {
      throw new IllegalArgumentException(
          file
              + " could hold sigmas or cumulative products of alpha; store it as an .npz with the"
              + " array named sigmas or alphas_cumprod");
    }
    if (!named.orElse(!shares)) {
      return new TimestepTable(
          ofAlphaBars(table).inFileOrder(), state.orElse(NoiseState.PRESERVING));
    }
    return ofSigmas(
        table,
        state.orElseThrow(
            () ->
                new IllegalArgumentException(
                    file
                        + " holds sigmas, which do not say how the network's input is scaled: pass"
                        + " --state=exploding (not scaled) or --state=preserving (by"
                        + " 1/sqrt(1 + sigma^2))")));
  }

  private double[] inFileOrder() {
    return IntStream.range(0, sigmas.length).mapToDouble(this::sigma).toArray();
  }

  /** The noise level of a timestep. */
  public double sigma(int timestep) {
    return sigmas[reversed ? sigmas.length - 1 - timestep : timestep];
  }

  /** How many timesteps there are. */
  public int timesteps() {
    return sigmas.length;
  }

  @Override
  public Value at(GraphBuilder g, Value sigma) {
    int ramps = sigmas.length - 1;
    float[] starts = new float[ramps];
    float[] slopes = new float[ramps];
    for (int i = 0; i < ramps; i++) {
      starts[i] = (float) Math.log(sigmas[i]);
      slopes[i] = (float) (1 / (Math.log(sigmas[i + 1]) - Math.log(sigmas[i])));
    }
    Value above =
        sigma.log().reshape(-1, 1).minus(g.constant(Tensor.floats(new int[] {ramps}, starts)));
    Value ramp =
        g.add(
            Operator.CLIP,
            Attributes.none(),
            List.of(
                above.times(g.constant(Tensor.floats(new int[] {ramps}, slopes))),
                g.constant(0.0),
                g.constant(1.0)));
    Value steps =
        g.add(
            Operator.REDUCE_SUM,
            Attributes.none().with("keepdims", 0L),
            List.of(ramp, g.constant(Tensor.vector(1))));
    return reversed ? steps.times(-1).plus(ramps) : steps;
  }

  @Override
  public NoiseState state() {
    return state;
  }

  @Override
  public SigmaRange trained() {
    return new SigmaRange(sigmas[0], sigmas[sigmas.length - 1]);
  }
}
