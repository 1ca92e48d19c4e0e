package retort.trainer.distill;

import java.util.HashMap;
import java.util.Map;
import retort.denoiser.DenoiserModel;
import retort.graph.Tensor;
import retort.noise.SigmaLaw;
import retort.trainer.distill.StepDraws.Purpose;

/** The random numbers of one step as a denoiser's inputs. */
record StepInputs(DenoiserModel model, StepDraws draws) {
  /** Of a step, counted from 0. */
  static StepInputs of(DenoiserModel model, long runSeed, long step) {
    return new StepInputs(model, StepDraws.of(runSeed, step));
  }

  /** Standard normal noise [n, C, H, W]. */
  Tensor noise(Purpose purpose, Share share) {
    int size = model.imageShape().elements();
    return images(draws.normal(purpose, share.first(), share.count(), size));
  }

  /** Values as images [n, C, H, W]. */
  Tensor images(float[] values) {
    int n = values.length / model.imageShape().elements();
    return Tensor.floats(
        model.graph().input(DenoiserModel.NOISY).orElseThrow().shape().at(n), values);
  }

  /** Noise levels [n]. */
  Tensor sigma(Purpose purpose, SigmaLaw law, Share share) {
    return draws.sigma(purpose, law, share.first(), share.count());
  }

  /** Arguments with labels drawn uniformly, one-hot [n, K]; empty for an unconditional model. */
  Map<String, Tensor> labels(Purpose purpose, Share share) {
    int labels = model.labels();
    float[] oneHot = new float[share.count() * labels];
    for (int i = 0; i < share.count() && labels > 0; i++) {
      oneHot[i * labels + (int) draws.uniform(purpose).below(labels, share.first() + i)] = 1;
    }
    return labelled(oneHot);
  }

  /** Arguments with these labels [n, K]; empty for an unconditional model. */
  Map<String, Tensor> labelled(float[] oneHot) {
    Map<String, Tensor> arguments = new HashMap<>();
    int labels = model.labels();
    if (labels > 0) {
      arguments.put(
          DenoiserModel.LABEL, Tensor.floats(new int[] {oneHot.length / labels, labels}, oneHot));
    }
    return arguments;
  }
}
