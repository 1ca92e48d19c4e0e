package retort.denoiser;

import java.util.List;
import retort.graph.Attributes;
import retort.graph.GraphBuilder;
import retort.graph.Operator;
import retort.graph.Value;
import retort.noise.CosineSchedule;

/**
 * The continuous time in [0, 1] of the cosine schedule: schedule {@code cosine}. The squared cosine
 * of improved DDPM is a table of timesteps, see {@link TimestepTable#squaredCosine}.
 *
 * @param schedule its log signal-to-noise ratios at both ends
 */
public record CosineTime(CosineSchedule schedule) implements NetworkTime {

  @Override
  public Value at(GraphBuilder g, Value sigma) {
    double first = Math.atan(schedule.sigmaAt(0));
    double last = Math.atan(schedule.sigmaAt(1));
    Value angle = g.add(Operator.ATAN, Attributes.none(), List.of(sigma));
    Value time = angle.minus(first).over(last - first);
    return g.add(Operator.CLIP, Attributes.none(), List.of(time, g.constant(0.0), g.constant(1.0)));
  }

  @Override
  public NoiseState state() {
    return NoiseState.PRESERVING;
  }

  @Override
  public SigmaRange trained() {
    return new SigmaRange(schedule.sigmaAt(0), schedule.sigmaAt(1));
  }
}
