package retort.reference;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import retort.denoiser.DenoiserModel;
import retort.graph.Tensor;

/**
 * How many numbers a denoiser is told of an image besides its noise level.
 *
 * @param labels the width of its label
 * @param augmentLabels the width of what it is told of augmentation
 */
public record ReferenceConditions(int labels, int augmentLabels) {
  static ReferenceConditions of(DenoiserModel model) {
    return new ReferenceConditions(model.labels(), model.augmentLabels());
  }

  /** The first labels of a case and no augmentation, for networks that take these. */
  public Map<String, Tensor> of(ReferenceCase reference, int n) {
    Map<String, Tensor> conditioning = new HashMap<>();
    if (labels > 0) {
      conditioning.put(DenoiserModel.LABEL, label(reference, n));
    }
    if (augmentLabels > 0) {
      conditioning.put(DenoiserModel.AUGMENT, zeros(n, augmentLabels));
    }
    return conditioning;
  }

  /** EDM records rows, diffusers numbers of classes or rows. */
  private Tensor label(ReferenceCase reference, int n) {
    Tensor recorded = reference.tensor(reference.has("labels.npy") ? "labels" : "class_labels");
    int width = recorded.elements() / recorded.dim(0);
    if (width == labels) {
      return rows(recorded, 0, n);
    }
    float[] oneHot = new float[n * labels];
    for (int i = 0; i < n; i++) {
      oneHot[i * labels + (int) recorded.floats()[i]] = 1;
    }
    return Tensor.floats(new int[] {n, labels}, oneHot);
  }

  /** Some rows of a tensor. */
  static Tensor rows(Tensor tensor, int first, int count) {
    int[] shape = tensor.shape().clone();
    int width = tensor.elements() / shape[0];
    shape[0] = count;
    return Tensor.floats(
        shape, Arrays.copyOfRange(tensor.floats(), first * width, (first + count) * width));
  }

  /** {@code [n, 1, 1, 1]} as {@code [n]}. */
  static Tensor flat(Tensor tensor) {
    return tensor.reshaped(tensor.elements());
  }

  /** Zeros {@code [n, k]}. */
  static Tensor zeros(int n, int k) {
    return Tensor.floats(new int[] {n, k}, new float[n * k]);
  }
}
