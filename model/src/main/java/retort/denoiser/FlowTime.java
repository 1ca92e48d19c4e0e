package retort.denoiser;

import retort.graph.GraphBuilder;
import retort.graph.Value;

/**
 * Time on the straight line {@code z = (1 - t) x + t eps}: schedule {@code flow}. With {@code y = z
 * / (1 - t)} sigma is {@code t / (1 - t)}. Lipman et al., <em>Flow matching for generative
 * modeling</em>, 2023; Liu et al., <em>Flow straight and fast</em>, 2022.
 *
 * @param towardsImage whether the network counts from 0 at noise to 1 at the image, as Lipman et
 *     al. do; else from 0 at the image to 1 at noise
 */
public record FlowTime(boolean towardsImage) implements NetworkTime {

  @Override
  public Value at(GraphBuilder g, Value sigma) {
    Value image = sigma.plus(1).reciprocal();
    return towardsImage ? image : sigma.times(image);
  }

  @Override
  public NoiseState state() {
    return NoiseState.INTERPOLATED;
  }

  @Override
  public SigmaRange trained() {
    return SigmaRange.ALL;
  }
}
