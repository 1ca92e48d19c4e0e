package retort.exporter.verify;

import java.util.Arrays;
import retort.denoiser.ImageShape;
import retort.denoiser.MetadataKeys;
import retort.denoiser.ReferenceSamples;
import retort.graph.Tensor;
import retort.noise.GaussianNoise;
import retort.onnx.OnnxException;

/**
 * What a generator makes images from.
 *
 * @param noise [n, C, H, W]
 * @param labels [n, K], one-hot rows; K is 0 for a generator without labels
 */
record GeneratorInputs(Tensor noise, Tensor labels) {

  /**
   * The inputs that make reference samples anew.
   *
   * @param labels K, how many labels the generator knows
   * @throws OnnxException when a sample has a label that the generator does not know
   */
  static GeneratorInputs of(ReferenceSamples samples, int labels) {
    int[] dims = samples.images().shape();
    ImageShape shape = new ImageShape(dims[1], dims[2], dims[3]);
    int n = dims[0];
    float[] noise = new float[n * shape.elements()];
    float[] rows = new float[n * labels];
    for (int i = 0; i < n; i++) {
      new GaussianNoise(samples.seeds().get(i), 0)
          .fill(noise, i * shape.elements(), shape.elements(), 0);
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
    return new GeneratorInputs(
        Tensor.floats(dims, noise), Tensor.floats(new int[] {n, labels}, rows));
  }

  int count() {
    return noise.dim(0);
  }

  /** Those of one image. */
  GeneratorInputs only(int image) {
    return new GeneratorInputs(row(noise, image), row(labels, image));
  }

  private static Tensor row(Tensor rows, int image) {
    int width = rows.elements() / rows.dim(0);
    int[] shape = rows.shape();
    shape[0] = 1;
    return Tensor.floats(
        shape, Arrays.copyOfRange(rows.floats(), image * width, (image + 1) * width));
  }
}
