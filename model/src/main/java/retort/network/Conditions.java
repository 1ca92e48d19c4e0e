package retort.network;

import retort.graph.GraphBuilder;
import retort.graph.Shape;
import retort.graph.Value;

/** The inputs of a network beside images and noise levels. */
record Conditions(GraphBuilder graph, UNetPlan plan) {

  /**
   * One-hot labels [N, labelDim], of which training zeroes whole rows: Dropout of a one for each
   * image gives 0 or more than 1, and in inference 1.
   */
  Value label() {
    Value label = graph.input("label", Shape.batch(plan.labelDim()));
    if (plan.labelDropout() == 0) {
      return label;
    }
    Value ones = label.mean(1).times(0).plus(1);
    return label.times(ones.dropout(plan.labelDropout()).atMost(1));
  }

  /** Augmentation labels [N, augmentDim]. */
  Value augment() {
    return graph.input("augment", Shape.batch(plan.augmentDim()));
  }
}
