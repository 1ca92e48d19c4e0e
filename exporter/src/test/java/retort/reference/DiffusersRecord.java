package retort.reference;

import java.util.HashMap;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import retort.denoiser.DenoiserModel;
import retort.graph.DataType;
import retort.graph.Tensor;

/**
 * What cases of diffusers record, said of a denoiser. Their state is {@code x = y / sqrt(1 +
 * sigma^2)} with {@code sigma^2 = (1 - abar) / abar}.
 *
 * <p>Each image is an answer of its own: noise levels from 0.01 to 160 make denoised images of as
 * many sizes, and none should hide behind the largest.
 */
public record DiffusersRecord(ReferenceCase reference, ReferenceConditions conditions) {

  Recorded answered() {
    Map<String, Tensor> feeds = conditions.of(reference, reference.tensor("x").dim(0));
    feeds.put("x", reference.tensor("x"));
    feeds.put("noise", reference.tensor("t"));
    return new Recorded("eps", feeds, Map.of("f", reference.tensor("eps")));
  }

  Stream<Recorded> denoised() {
    return IntStream.range(0, reference.tensor("x").dim(0)).mapToObj(this::denoised);
  }

  private Recorded denoised(int image) {
    Tensor state = ReferenceConditions.rows(reference.tensor("x"), image, 1);
    double[] x = state.reals();
    double[] answer = ReferenceConditions.rows(reference.tensor("eps"), image, 1).reals();
    double sigma = sigma((int) reference.tensor("t").reals()[image]);
    double[] noisy = noisy(x, sigma);
    double[] denoised = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      denoised[i] =
          switch (prediction()) {
            case "sample" -> answer[i];
            case "v_prediction" -> (x[i] - sigma * answer[i]) / Math.sqrt(1 + sigma * sigma);
            default -> noisy[i] - sigma * answer[i];
          };
    }
    Map<String, Tensor> feeds = new HashMap<>();
    conditions
        .of(reference, image + 1)
        .forEach((name, rows) -> feeds.put(name, ReferenceConditions.rows(rows, image, 1)));
    feeds.put(DenoiserModel.NOISY, Tensor.reals(DataType.FLOAT32, state.shape(), noisy));
    feeds.put(DenoiserModel.SIGMA, Tensor.floats(new int[] {1}, (float) sigma));
    Tensor expected = Tensor.reals(DataType.FLOAT32, state.shape(), denoised);
    return new Recorded("D of image " + image, feeds, Map.of(DenoiserModel.DENOISED, expected));
  }

  private String prediction() {
    return ReferenceCase.text(
        reference.json("scheduler/scheduler_config.json"), "prediction_type", "epsilon");
  }

  /** The noise level of a timestep, as recorded. */
  public double sigma(int timestep) {
    double alphaBar = reference.tensor("alphas_cumprod").reals()[timestep];
    return Math.sqrt((1 - alphaBar) / alphaBar);
  }

  /** The state of a denoiser, {@code y}, for one of diffusers. */
  public static double[] noisy(double[] x, double sigma) {
    double[] noisy = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      noisy[i] = x[i] * Math.sqrt(1 + sigma * sigma);
    }
    return noisy;
  }
}
