package retort.trainer.distill;

import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import retort.denoiser.DenoiserModel;
import retort.graph.Tensor;
import retort.trainer.data.ImageDataset;
import retort.trainer.engine.Program;
import retort.trainer.engine.Torch;

/**
 * Adversarial Score identity Distillation (SiDA): {@link SidTraining} with real images, which the
 * fake score network learns to tell from the generator's by {@link SidaLoss}. Started from a
 * generator that SiD made, it is SiD²A.
 *
 * <p>The generator waits until the others have learnt something of it: first it does not learn at
 * all, then by the terms of SiD alone, then by both. Labels are those of the data, in which both
 * steps read on: the fake score network's takes the real images of its batch, the generator's only
 * the labels of the next.
 */
public final class SidaTraining implements Distillation {
  /**
   * The recipe; its paper's values for CIFAR-10 are in brackets.
   *
   * @param sid all that SiD has too [alpha 1, micro-batches of 32, gradients bounded by 1]
   * @param adversarialScale a factor on the generator's adversarial terms [0.01]
   * @param discriminatorScale a factor on the discriminator's terms [1]
   * @param generatorStart images shown before the generator learns [100,000]
   * @param adversarialStart images shown before the adversarial terms enter [200,000]
   */
  public record Recipe(
      SidTraining.Recipe sid,
      double adversarialScale,
      double discriminatorScale,
      long generatorStart,
      long adversarialStart) {
    public Recipe {
      if (generatorStart < 0 || adversarialStart < 0) {
        throw new IllegalArgumentException(
            "--generator-start is "
                + generatorStart
                + " and --adversarial-start "
                + adversarialStart
                + " images, but neither may be negative");
      }
    }

    private SidaLoss loss() {
      return new SidaLoss(sid.loss(), adversarialScale, discriminatorScale);
    }
  }

  private static final String DISCRIMINATOR_LOSS = "loss_discriminator";
  private static final String ADVERSARIAL_LOSS = "loss_adversarial";

  private final DenoiserModel teacher;
  private final Recipe recipe;
  private final RealImages real;
  private final SidNetworks networks;
  private final Program fakeScoreLoss;
  private final Program identityLoss;
  private final Program adversarialLoss;

  /**
   * Compiles the losses and starts the fake score network from the teacher.
   *
   * @throws IllegalArgumentException when the teacher shows no features
   * @throws RunException when the images are not such as the teacher learnt
   */
  public SidaTraining(
      Torch torch, DenoiserModel teacher, DenoiserModel start, ImageDataset data, Recipe recipe) {
    this.teacher = teacher;
    this.recipe = recipe;
    SidTraining.Recipe sid = recipe.sid();
    SidaLoss loss = recipe.loss();
    real = new RealImages(data, teacher, sid.seed());
    networks = new SidNetworks(torch, teacher, start, sid);
    fakeScoreLoss =
        networks.fakeScoreLoss(
            loss.fakeScoreStep(teacher, sid.batch()),
            SidLoss.TOTAL,
            SidaLoss.DISCRIMINATOR,
            SidaLoss.CROSS_ENTROPY);
    identityLoss =
        networks.generatorLoss(
            sid.loss().generatorStep(teacher, sid.batch()), SidLoss.TOTAL, ScoreGap.NAME);
    adversarialLoss =
        networks.generatorLoss(
            loss.generatorStep(teacher, sid.batch()),
            SidLoss.TOTAL,
            SidaLoss.ADVERSARIAL,
            SidaLoss.CROSS_ENTROPY,
            ScoreGap.NAME);
  }

  @Override
  public Map<String, Double> step(long step, long imagesSeen) {
    StepInputs inputs = networks.begin(step);
    Map<String, Double> report = new LinkedHashMap<>();
    learnFakeScore(inputs, imagesSeen, report);
    if (imagesSeen >= recipe.generatorStart()) {
      learnGenerator(inputs, imagesSeen, report);
    }
    networks.generator().follow(batch(), imagesSeen);
    return report;
  }

  private void learnFakeScore(StepInputs inputs, long imagesSeen, Map<String, Double> report) {
    double total = 0;
    double discriminator = 0;
    double crossEntropy = 0;
    for (Share share : shares()) {
      long position = 2 * imagesSeen;
      Map<String, Tensor> arguments =
          networks.fakeScoreArguments(inputs, share, inputs.labelled(real.labels(position, share)));
      Augmenting.putReal(
          arguments,
          recipe.sid().augmentation(),
          teacher,
          real.images(position, share),
          inputs.draws(),
          share.first());
      Map<String, Tensor> results =
          networks.learnFakeScore(fakeScoreLoss, inputs, share, arguments);
      total += sum(results, SidLoss.TOTAL);
      discriminator += sum(results, SidaLoss.DISCRIMINATOR) / batch();
      crossEntropy += sum(results, SidaLoss.CROSS_ENTROPY) * share.count() / batch();
    }
    total -= recipe.discriminatorScale() * discriminator;
    report.put(SidNetworks.FAKE_SCORE_LOSS, total / size());
    report.put(DISCRIMINATOR_LOSS, crossEntropy);
    report.put("gradient_norm_fake_score", networks.fakeScore().step(imagesSeen));
  }

  private void learnGenerator(StepInputs inputs, long imagesSeen, Map<String, Double> report) {
    boolean adversarially = imagesSeen >= recipe.adversarialStart();
    double total = 0;
    double scoreGap = 0;
    double adversarial = 0;
    double crossEntropy = 0;
    for (Share share : shares()) {
      Map<String, Tensor> labels = inputs.labelled(real.labels(2 * imagesSeen + batch(), share));
      Map<String, Tensor> results =
          networks.learnGenerator(
              adversarially ? adversarialLoss : identityLoss, inputs, share, labels);
      total += sum(results, SidLoss.TOTAL);
      scoreGap += ScoreGap.share(results, batch());
      if (adversarially) {
        adversarial += sum(results, SidaLoss.ADVERSARIAL) / batch();
        crossEntropy += sum(results, SidaLoss.CROSS_ENTROPY) * share.count() / batch();
      }
    }
    double scale = recipe.sid().loss().scale();
    if (adversarially) {
      total = 2 * total - recipe.adversarialScale() * adversarial * size();
      report.put(ADVERSARIAL_LOSS, crossEntropy);
    }
    report.put(SidNetworks.GENERATOR_LOSS, total / size() / scale);
    report.put(ScoreGap.NAME, scoreGap);
    report.put("gradient_norm_generator", networks.generator().learner().step(imagesSeen));
  }

  private List<Share> shares() {
    return Share.of(batch(), recipe.sid().microBatch());
  }

  private int size() {
    return teacher.imageShape().elements();
  }

  private static double sum(Map<String, Tensor> results, String name) {
    return Arrays.stream(Objects.requireNonNull(results.get(name)).reals()).sum();
  }

  @Override
  public Map<String, float[]> noiseLevels(long step) {
    Map<String, float[]> levels = new HashMap<>(networks.noiseLevels(step));
    float[] learnt = Objects.requireNonNull(levels.get(SidNetworks.FAKE_SCORE_LOSS));
    float[] judged = Objects.requireNonNull(levels.get(SidNetworks.GENERATOR_LOSS));
    levels.put(DISCRIMINATOR_LOSS, learnt);
    levels.put(ADVERSARIAL_LOSS, judged);
    return levels;
  }

  @Override
  public int batch() {
    return recipe.sid().batch();
  }

  @Override
  public Map<String, Tensor> state() {
    return networks.state();
  }

  @Override
  public void restore(Map<String, Tensor> state) {
    networks.restore(state);
  }

  @Override
  public Optional<String> unfinished(long images) {
    return images > recipe.generatorStart()
        ? Optional.empty()
        : Optional.of(
            "the generator has not learnt yet: it starts after --generator-start "
                + recipe.generatorStart()
                + " images, and "
                + images
                + " were shown; show more, or pass a smaller --generator-start");
  }

  @Override
  public DenoiserModel result() {
    return networks.generator().averaged();
  }

  @Override
  public float[] images(float[] noise, float[] labels) {
    return networks.generator().averagedImages(noise, labels);
  }
}
