package retort.denoiser;

import java.util.Arrays;
import java.util.List;
import retort.graph.Attributes;
import retort.graph.DataType;
import retort.graph.Graph;
import retort.graph.GraphBuilder;
import retort.graph.Operator;
import retort.graph.Value;

/**
 * What a network is fed as its time: {@code offset + scale * schedule(sigma)}, rounded to the
 * nearest integer where the input holds integers.
 *
 * <p>A network that divides its T timesteps by T - 1 has scale 1/(T - 1); one that counts from 1
 * has offset 1; a flow that is told 1000 t has scale 1000.
 *
 * @param schedule how the network speaks of the noise level
 * @param scale not 0
 * @param offset in the network's units of time
 */
public record TimeInput(NetworkTime schedule, double scale, double offset) {
  public TimeInput {
    if (scale == 0 || !Double.isFinite(scale) || !Double.isFinite(offset)) {
      throw new IllegalArgumentException(
          "--time-scale is "
              + scale
              + " and --time-offset is "
              + offset
              + " but a scale other than 0 and a finite offset are needed");
    }
  }

  /** The schedule's time as it is. */
  public TimeInput(NetworkTime schedule) {
    this(schedule, 1, 0);
  }

  /** The value for a network's input, of its type and rank, from sigma [N] in its units. */
  Value of(GraphBuilder g, Value sigma, Graph.Input input) {
    Value time = schedule.at(g, sigma).times(scale).plus(offset);
    if (!input.type().isFloating()) {
      time = g.add(Operator.ROUND, Attributes.none(), List.of(time));
    }
    if (input.type() != DataType.FLOAT32) {
      Attributes to = Attributes.none().with("to", (long) input.type().onnxCode());
      time = g.add(Operator.CAST, to, List.of(time));
    }
    long[] shape = new long[input.shape().rank()];
    Arrays.fill(shape, 1);
    shape[0] = -1;
    return shape.length == 1 ? time : time.reshape(shape);
  }
}
