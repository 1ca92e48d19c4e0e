package retort.trainer.distill;

import java.util.Map;
import retort.graph.Graph;
import retort.graph.Tensor;
import retort.trainer.engine.Torch;
import retort.trainer.engine.WeightView;

/**
 * What holds a generator to the data while its distribution is matched, and the losses that follow
 * from it: noise-image pairs in DMD, a classifier of real images in DMD2.
 */
interface Anchor {
  /** The noise level at which the generator runs. */
  double sigmaInit();

  /** The fake score network, with all that learns beside it. */
  Graph fakeScoreNetwork();

  /** The generator's loss, its total first, the images among its outputs. */
  Graph generatorStep(int batch);

  /** The loss of the fake score network, its total first. */
  Graph fakeScoreStep(int batch);

  /** More networks that the generator's loss reads and that never learn, by their scope. */
  Map<String, WeightView> networks(Torch torch);

  /** What the generator's loss needs beside noise, levels and labels of the images. */
  Map<String, Tensor> forGenerator(StepInputs inputs, long imagesSeen, Share share);

  /** What the fake score network's loss needs beside images, noise, levels and labels. */
  Map<String, Tensor> forFakeScore(StepInputs inputs, long imagesSeen, Share share);
}
