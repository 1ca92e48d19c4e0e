package retort.trainer.distill;

import java.util.Map;
import retort.denoiser.DenoiserModel;
import retort.graph.Graph;
import retort.graph.Tensor;
import retort.trainer.data.EpochOrder;
import retort.trainer.engine.Torch;
import retort.trainer.engine.WeightView;

/** The anchor of DMD: as many noise-image pairs a step as there are images. */
final class PairAnchor implements Anchor {
  private final DmdLoss loss;
  private final DenoiserModel teacher;
  private final NoisePairs pairs;
  private final EpochOrder order;

  PairAnchor(DmdLoss loss, DenoiserModel teacher, NoisePairs pairs, long runSeed) {
    this.loss = loss;
    this.teacher = teacher;
    this.pairs = pairs;
    this.order = pairs.order(runSeed);
  }

  @Override
  public double sigmaInit() {
    return loss.matching().sigmaInit();
  }

  @Override
  public Graph fakeScoreNetwork() {
    return DistributionMatching.fakeScoreNetwork(teacher);
  }

  @Override
  public Graph generatorStep(int batch) {
    return loss.generatorStep(teacher, batch);
  }

  @Override
  public Graph fakeScoreStep(int batch) {
    return loss.fakeScoreStep(teacher, batch);
  }

  @Override
  public Map<String, WeightView> networks(Torch torch) {
    return Map.of(ImageDistance.SCOPE, torch.weights(loss.distance().graph()).frozen());
  }

  @Override
  public Map<String, Tensor> forGenerator(StepInputs inputs, long imagesSeen, Share share) {
    return pairs.arguments(order.indices(imagesSeen + share.first(), share.count()));
  }

  @Override
  public Map<String, Tensor> forFakeScore(StepInputs inputs, long imagesSeen, Share share) {
    return Map.of();
  }
}
