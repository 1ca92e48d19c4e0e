package retort.reference;

import java.util.Map;
import retort.graph.Tensor;

/**
 * What the published code was asked, and what it answered.
 *
 * @param name of the answer's file
 * @param feeds by the names of a graph's inputs
 * @param answers by the names of its outputs
 */
public record Recorded(String name, Map<String, Tensor> feeds, Map<String, Tensor> answers) {
  public Recorded {
    feeds = Map.copyOf(feeds);
    answers = Map.copyOf(answers);
  }
}
