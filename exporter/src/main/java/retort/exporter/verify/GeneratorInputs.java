package retort.exporter.verify;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import retort.denoiser.ImageShape;
import retort.denoiser.MetadataKeys;
import retort.denoiser.ReferenceSamples;
import retort.graph.DataType;
import retort.graph.Tensor;
import retort.onnx.OnnxException;
import retort.sampling.SeededNoise;

/**
 * What a generator makes images from.
 *
 * @param noises each [n, C, H, W]: the first step's, and those that later steps add
 * @param labels [n, K], one-hot rows; K is 0 for a generator without labels
 */
record GeneratorInputs(List<Tensor> noises, Tensor labels) {
  GeneratorInputs {
    noises = List.copyOf(noises);
  }

  /**
   * The inputs that make reference samples anew.
   *
   * @param labels K, how many labels the generator knows
   * @param noises how many inputs take noise
   * @throws OnnxException when a sample has a label that the generator does not know
   */
  static GeneratorInputs of(ReferenceSamples samples, int labels, int noises) {
    int[] dims = samples.images().shape();
    ImageShape shape = new ImageShape(dims[1], dims[2], dims[3]);
    int n = dims[0];
    SeededNoise noise =
        new SeededNoise(samples.seeds().stream().mapToLong(Long::longValue).toArray());
    List<Tensor> drawn = new ArrayList<>();
    drawn.add(Tensor.floats(dims, noise.start(shape.elements())));
    for (int i = 1; i < noises; i++) {
      drawn.add(Tensor.reals(DataType.FLOAT32, dims, noise.draw(i - 1, n * shape.elements())));
    }
    float[] rows = new float[n * labels];
    for (int i = 0; i < n; i++) {
      if (!samples.labels().isEmpty()) {
        int label = samples.labels().get(i);
        if (label < 0 || label >= labels) {
          throw new OnnxException(
              "metadata "
                  + MetadataKeys.REFERENCE_SAMPLES
                  + " is damaged: sample "
                  + i
                  + " has label "
                  + label
                  + " but the generator knows "
                  + labels
                  + " labels");
        }
        rows[i * labels + label] = 1;
      }
    }
    return new GeneratorInputs(drawn, Tensor.floats(new int[] {n, labels}, rows));
  }

  int count() {
    return labels.dim(0);
  }

  /** Those of one image. */
  GeneratorInputs only(int image) {
    return new GeneratorInputs(
        noises.stream().map(noise -> row(noise, image)).toList(), row(labels, image));
  }

  private static Tensor row(Tensor rows, int image) {
    int width = rows.elements() / rows.dim(0);
    int[] shape = rows.shape();
    shape[0] = 1;
    return Tensor.floats(
        shape, Arrays.copyOfRange(rows.floats(), image * width, (image + 1) * width));
  }
}
