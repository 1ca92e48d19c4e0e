package retort.network;

import java.util.Map;
import java.util.Objects;
import retort.denoiser.EdmPreconditioning;
import retort.denoiser.IddpmPreconditioning;
import retort.denoiser.Preconditioning;
import retort.denoiser.VePreconditioning;
import retort.denoiser.VpPreconditioning;
import retort.graph.Tensor;

/**
 * A network and its preconditioning on one image, in double precision, from Karras et al. 2022,
 * Table 1.
 */
record PlainDenoiser(
    PlainNetwork network, Preconditioning preconditioning, Map<String, Tensor> weights) {

  /** The weights are named as in the graph of a denoiser. */
  static PlainDenoiser of(
      EdmUNet network, Preconditioning preconditioning, Map<String, Tensor> weights) {
    PlainNetwork plain =
        network instanceof SongUNet song
            ? new PlainSongUNet(song, weights)
            : new PlainDhariwalUNet((DhariwalUNet) network, weights);
    return new PlainDenoiser(plain, preconditioning, weights);
  }

  private record Coefficients(double cSkip, double cOut, double cIn, double cNoise) {}

  private Coefficients at(double sigma) {
    double variance = sigma * sigma + 1;
    if (preconditioning instanceof EdmPreconditioning edm) {
      double sd = edm.sigmaData();
      double all = sigma * sigma + sd * sd;
      return new Coefficients(
          sd * sd / all, sigma * sd / Math.sqrt(all), 1 / Math.sqrt(all), Math.log(sigma) / 4);
    }
    if (preconditioning instanceof VpPreconditioning vp) {
      double d = vp.schedule().betaD();
      double min = vp.schedule().betaMin();
      double t = (Math.sqrt(min * min + 2 * d * Math.log(variance)) - min) / d;
      return new Coefficients(1, -sigma, 1 / Math.sqrt(variance), (vp.timesteps() - 1) * t);
    }
    if (preconditioning instanceof VePreconditioning) {
      return new Coefficients(1, sigma, 1, Math.log(sigma / 2));
    }
    IddpmPreconditioning iddpm = (IddpmPreconditioning) preconditioning;
    int nearest = 0;
    float[] u = Objects.requireNonNull(weights.get("u")).floats();
    for (int j = 0; j < u.length; j++) {
      nearest = Math.abs(sigma - u[j]) < Math.abs(sigma - u[nearest]) ? j : nearest;
    }
    return new Coefficients(1, -sigma, 1 / Math.sqrt(variance), iddpm.timesteps() - 1 - nearest);
  }

  /** D(x; sigma) of one image; labels are empty where the network takes none. */
  double[][][] denoised(double[][][] x, double sigma, double[] label, double[] augment) {
    Coefficients c = at(sigma);
    double[][][] f =
        network.f(PlainLayers.scaledSum(x, x, c.cIn() / 2), c.cNoise(), label, augment);
    double[][][] d = new double[x.length][][];
    for (int i = 0; i < x.length; i++) {
      d[i] = new double[x[i].length][x[i][0].length];
      for (int r = 0; r < d[i].length; r++) {
        for (int s = 0; s < d[i][r].length; s++) {
          d[i][r][s] = c.cSkip() * x[i][r][s] + c.cOut() * f[i][r][s];
        }
      }
    }
    return d;
  }
}
