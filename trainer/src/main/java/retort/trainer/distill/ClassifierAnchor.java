package retort.trainer.distill;

import java.util.HashMap;
import java.util.Map;
import retort.denoiser.DenoiserModel;
import retort.graph.Graph;
import retort.graph.Tensor;
import retort.noise.SigmaLaw;
import retort.trainer.distill.StepDraws.Purpose;
import retort.trainer.engine.Torch;
import retort.trainer.engine.WeightView;

/** The anchor of DMD2: a classifier that sees generated and real images, as many a step. */
final class ClassifierAnchor implements Anchor {
  private final Dmd2Loss loss;
  private final DenoiserModel teacher;
  private final RealImages real;
  private final SigmaLaw levels;
  private final Graph fakeScore;

  /**
   * The anchor of a run.
   *
   * @param levels noise levels of what the classifier sees
   * @param runSeed decides the classifier's first weights
   */
  ClassifierAnchor(
      Dmd2Loss loss, DenoiserModel teacher, RealImages real, SigmaLaw levels, long runSeed) {
    this.loss = loss;
    this.teacher = teacher;
    this.real = real;
    this.levels = levels;
    this.fakeScore = Dmd2Loss.fakeScoreNetwork(teacher, runSeed);
  }

  @Override
  public double sigmaInit() {
    return loss.matching().sigmaInit();
  }

  @Override
  public Graph fakeScoreNetwork() {
    return fakeScore;
  }

  @Override
  public Graph generatorStep(int batch) {
    return loss.generatorStep(teacher, fakeScore, batch);
  }

  @Override
  public Graph fakeScoreStep(int batch) {
    return loss.fakeScoreStep(teacher, fakeScore, batch);
  }

  @Override
  public Map<String, WeightView> networks(Torch torch) {
    return Map.of();
  }

  @Override
  public Map<String, Tensor> forGenerator(StepInputs inputs, long imagesSeen, Share share) {
    return Map.of(
        Dmd2Loss.GAN_NOISE, inputs.noise(Purpose.GENERATOR_GAN_NOISE, share),
        Dmd2Loss.GAN_SIGMA, inputs.sigma(Purpose.GENERATOR_GAN_SIGMA, levels, share));
  }

  @Override
  public Map<String, Tensor> forFakeScore(StepInputs inputs, long imagesSeen, Share share) {
    Map<String, Tensor> arguments = new HashMap<>();
    arguments.put(Dmd2Loss.GAN_NOISE, inputs.noise(Purpose.FAKE_GAN_NOISE, share));
    arguments.put(Dmd2Loss.GAN_SIGMA, inputs.sigma(Purpose.FAKE_GAN_SIGMA, levels, share));
    arguments.put(Dmd2Loss.REAL_IMAGES, inputs.images(real.images(imagesSeen, share)));
    arguments.put(Dmd2Loss.REAL_NOISE, inputs.noise(Purpose.REAL_GAN_NOISE, share));
    arguments.put(Dmd2Loss.REAL_SIGMA, inputs.sigma(Purpose.REAL_GAN_SIGMA, levels, share));
    inputs
        .labelled(real.labels(imagesSeen, share))
        .forEach((name, labels) -> arguments.put(Dmd2Loss.REAL + name, labels));
    return arguments;
  }
}
