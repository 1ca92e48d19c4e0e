package retort.trainer.engine;

import ai.djl.ndarray.NDList;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.JniUtils;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import retort.graph.Tensor;
import retort.noise.UniformDraws;

/**
 * One forward and backward pass through a loss whose graph is cut into segments: see {@link
 * retort.graph.Segments}.
 *
 * <p>A value that passes from one segment to later ones is held as a leaf, in which the gradients
 * of all of them gather. The segment that made it is then differentiated by the sum of its results,
 * each times what its leaf has gathered, which has exactly these gradients. Before each run of a
 * segment the engine is seeded anew, so that both runs draw the same numbers.
 */
final class Backpropagation {
  private final List<CompiledMethod> segments;
  private final Predicate<String> carriesGradient;
  private final List<String> outputs;
  private final WeightView weights;
  private final long seed;

  /** Owns the inputs and what passes between segments. */
  private final PtNDManager scope;

  private final Map<String, PtNDArray> values;
  private final Map<String, Tensor> copied = new HashMap<>();

  /**
   * Prepares a pass.
   *
   * @param segments in order
   * @param carriesGradient whether a gradient passes through a value
   * @param outputs what to return; the first is the loss
   * @param scope owns the inputs
   * @param inputs by name
   */
  Backpropagation(
      List<CompiledMethod> segments,
      Predicate<String> carriesGradient,
      List<String> outputs,
      WeightView weights,
      long seed,
      PtNDManager scope,
      Map<String, PtNDArray> inputs) {
    this.segments = segments;
    this.carriesGradient = carriesGradient;
    this.outputs = outputs;
    this.weights = weights;
    this.seed = seed;
    this.scope = scope;
    this.values = new HashMap<>(inputs);
  }

  /** Adds the gradients of the loss to those of every learnt weight, and returns the outputs. */
  Map<String, Tensor> run() {
    int last = segments.size() - 1;
    // A last segment with the loss runs only once: with gradients.
    int first = makesLoss(last) ? last : segments.size();
    for (int i = 0; i < first; i++) {
      try (PtNDManager step = scope.newSubManager(scope.getDevice())) {
        NDList results = compute(i, step);
        copyOutputs(i, results);
        hold(i, results);
      }
    }
    for (int i = last; i >= 0; i--) {
      try (PtNDManager step = scope.newSubManager(scope.getDevice())) {
        Map<String, PtNDArray> gathered = gathered(i, step);
        if (!gathered.isEmpty() || makesLoss(i)) {
          differentiate(i, step, gathered);
        }
      }
      release(i);
    }
    Map<String, Tensor> results = new LinkedHashMap<>();
    outputs.forEach(name -> results.put(name, Objects.requireNonNull(copied.get(name))));
    return results;
  }

  private String loss() {
    return outputs.get(0);
  }

  private boolean makesLoss(int segment) {
    return segments.get(segment).outputs().contains(loss());
  }

  /** Runs a segment, with or without gradients as the engine is set. */
  private NDList compute(int segment, PtNDManager step) {
    // The first draws what the whole graph would draw, where no later one draws anything.
    JniUtils.setSeed(
        segment == 0 ? seed : new UniformDraws(seed, 0).below(Long.MAX_VALUE, segment));
    return segments.get(segment).call(step, values, weights);
  }

  private void copyOutputs(int segment, NDList results) {
    List<String> names = segments.get(segment).outputs();
    for (int j = 0; j < names.size(); j++) {
      if (outputs.contains(names.get(j)) && !copied.containsKey(names.get(j))) {
        copied.put(names.get(j), Torch.tensor(results.get(j)));
      }
    }
  }

  private void hold(int segment, NDList results) {
    List<String> names = segments.get(segment).outputs();
    for (int j = 0; j < names.size(); j++) {
      PtNDArray leaf = Torch.detached((PtNDArray) results.get(j));
      leaf.attach(scope);
      if (carriesGradient.test(names.get(j))) {
        leaf.setRequiresGradient(true);
      }
      values.put(names.get(j), leaf);
    }
  }

  private void release(int segment) {
    for (String name : segments.get(segment).outputs()) {
      PtNDArray leaf = values.remove(name);
      if (leaf != null) {
        leaf.close();
      }
    }
  }

  /** The gradients that later segments have left in the leaves of this one's results. */
  private Map<String, PtNDArray> gathered(int segment, PtNDManager step) {
    Map<String, PtNDArray> gathered = new HashMap<>();
    for (String name : segments.get(segment).outputs()) {
      PtNDArray leaf = values.get(name);
      PtNDArray gradient = leaf == null ? null : JniUtils.getGradient(leaf);
      if (gradient != null) {
        gradient.attach(step);
        gathered.put(name, gradient);
      }
    }
    return gathered;
  }

  private void differentiate(int segment, PtNDManager step, Map<String, PtNDArray> gathered) {
    JniUtils.setGradMode(true);
    try {
      NDList results = compute(segment, step);
      List<String> names = segments.get(segment).outputs();
      List<PtNDArray> terms = new ArrayList<>();
      for (int j = 0; j < names.size(); j++) {
        PtNDArray result = (PtNDArray) results.get(j);
        PtNDArray gradient = gathered.get(names.get(j));
        if (names.get(j).equals(loss())) {
          terms.add(result);
        }
        if (gradient != null) {
          try (PtNDArray product = result.mul(gradient)) {
            terms.add(product.sum());
          }
        }
      }
      PtNDArray sum = terms.stream().reduce(PtNDArray::add).orElseThrow();
      JniUtils.backward(sum, (PtNDArray) sum.onesLike(), false, false);
      copyOutputs(segment, results);
    } finally {
      JniUtils.setGradMode(false);
    }
  }
}
