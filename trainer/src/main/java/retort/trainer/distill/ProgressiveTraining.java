package retort.trainer.distill;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import retort.denoiser.DenoiserModel;
import retort.denoiser.GeneratorSteps;
import retort.graph.Tensor;
import retort.noise.NoiseSchedule;
import retort.sampling.GeneratorSampler;
import retort.sampling.StepNoise;
import retort.trainer.data.ImageDataset;
import retort.trainer.distill.ProgressiveRounds.Round;
import retort.trainer.distill.StepDraws.Purpose;
import retort.trainer.engine.NetworkWeights;
import retort.trainer.engine.Program;
import retort.trainer.engine.Torch;
import retort.trainer.engine.TorchDenoiser;
import retort.trainer.engine.WeightView;

/**
 * Progressive Distillation: a student learns to take two steps of its teacher in one; then it is
 * the teacher of the next round, with half the steps.
 *
 * <p>One step: real images, each with a noise level among the student's, and {@link
 * ProgressiveLoss}. At the start of a round the teacher gets the student's weights, the optimiser
 * forgets, and the learning rate is whole again; it falls to 0 along a line. There is no dropout,
 * and no average: the student's own weights are the next teacher, and the result.
 */
public final class ProgressiveTraining implements Distillation {
  /**
   * The recipe; its paper's values for CIFAR-10 are in brackets.
   *
   * @param loss weight [max(SNR, 1)] and distance [mean square]
   * @param schedule the levels of all steps [the cosine schedule]
   * @param rounds their number and length [8192 steps to 1, of 6.4 million images]
   * @param batch images a step [128]
   * @param microBatch images a call
   * @param student how the student learns, but for the fall of the rate [Adam, betas 0.9 and 0.999,
   *     rate 5e-5, gradients of norm 1 at most]
   * @param seed of all draws
   */
  public record Recipe(
      ProgressiveLoss loss,
      NoiseSchedule schedule,
      ProgressiveRounds rounds,
      int batch,
      int microBatch,
      Optimisation student,
      long seed) {
    public Recipe {
      if (rounds.roundImages() < batch) {
        throw new IllegalArgumentException(
            "--round-images is "
                + rounds.roundImages()
                + " but a step shows "
                + batch
                + "; a round needs at least one");
      }
    }
  }

  private static final Logger LOG = LoggerFactory.getLogger(ProgressiveTraining.class);
  private static final String TOTAL_LOSS = "loss";
  private static final String STEPS = "steps";

  private final DenoiserModel model;
  private final RealImages data;
  private final Recipe recipe;
  private final NetworkWeights teacher;
  private final Learner student;
  private final Program loss;
  private final WeightView weights;
  private final TorchDenoiser denoiser;

  /** Steps of the student: those of the round that the last step belonged to. */
  private int steps;

  private boolean announced;

  /**
   * Compiles the loss and loads both networks.
   *
   * @param teacher of the first round
   * @param start what its student starts from
   */
  public ProgressiveTraining(
      Torch torch, DenoiserModel teacher, DenoiserModel start, ImageDataset data, Recipe recipe) {
    this.model = start.withoutLogvar();
    this.data = new RealImages(data, teacher, recipe.seed());
    this.recipe = recipe;
    this.teacher = torch.weights(teacher.withoutLogvar().graph());
    this.student = new Learner(torch, model.graph(), recipe.student());
    this.weights =
        WeightView.scoped(
            Map.of(
                ProgressiveLoss.TEACHER, this.teacher.frozen(),
                ProgressiveLoss.STUDENT, student.weights().learnt(),
                ImageDistance.SCOPE, torch.weights(recipe.loss().distance().graph()).frozen()));
    this.loss =
        torch.compile(
            recipe
                .loss()
                .studentStep(teacher, recipe.batch())
                .withOutputs(List.of(ProgressiveLoss.TOTAL)),
            weights);
    this.denoiser = new TorchDenoiser(torch, model, student.weights().frozen());
    this.steps = recipe.rounds().at(0).steps();
  }

  @Override
  public Map<String, Double> step(long step, long imagesSeen) {
    Round round = recipe.rounds().at(imagesSeen);
    enter(round);
    student.weights().project();
    StepInputs inputs = StepInputs.of(model, recipe.seed(), step);
    double total = 0;
    for (Share share : Share.of(recipe.batch(), recipe.microBatch())) {
      total +=
          Objects.requireNonNull(
                  loss.differentiate(arguments(inputs, imagesSeen, share), weights)
                      .get(ProgressiveLoss.TOTAL))
              .reals()[0];
    }
    double rate = recipe.student().rate().at(imagesSeen) * round.left(imagesSeen);
    Map<String, Double> report = new LinkedHashMap<>();
    report.put(TOTAL_LOSS, total);
    report.put("gradient_norm", student.stepAt(rate));
    report.put(STEPS, (double) steps);
    return report;
  }

  /** Begins a round where it is another than that of the step before. */
  private void enter(Round round) {
    if (round.steps() != steps) {
      teacher.set(student.weights().parameterValues());
      student.restart();
      steps = round.steps();
      announced = false;
    }
    if (!announced) {
      LOG.info(
          "a student of {} {} learns from its teacher of {}, until {} images are shown",
          steps,
          steps == 1 ? "step" : "steps",
          2 * steps,
          round.firstImage() + round.images());
      announced = true;
    }
  }

  private Map<String, Tensor> arguments(StepInputs inputs, long imagesSeen, Share share) {
    int n = share.count();
    float[] start = new float[n];
    float[] middle = new float[n];
    float[] firstShare = new float[n];
    for (int i = 0; i < n; i++) {
      Halving halving = halving(inputs.draws(), share.first() + i);
      start[i] = (float) halving.start();
      middle[i] = (float) halving.middle();
      firstShare[i] = (float) halving.firstShare();
    }
    Map<String, Tensor> arguments = inputs.labelled(data.labels(imagesSeen, share));
    arguments.put(ProgressiveLoss.IMAGES, inputs.images(data.images(imagesSeen, share)));
    arguments.put(ProgressiveLoss.NOISE, inputs.noise(Purpose.PROGRESSIVE_NOISE, share));
    arguments.put(DenoiserModel.SIGMA, Tensor.floats(new int[] {n}, start));
    arguments.put(ProgressiveLoss.MIDDLE, Tensor.floats(new int[] {n}, middle));
    arguments.put(ProgressiveLoss.SHARE, Tensor.floats(new int[] {n}, firstShare));
    return arguments;
  }

  /** Which of its steps the student learns on an image. */
  private Halving halving(StepDraws draws, int image) {
    int index = (int) draws.uniform(Purpose.PROGRESSIVE_STEP).below(steps, image);
    return Halving.of(recipe.schedule(), steps, index);
  }

  @Override
  public Map<String, float[]> noiseLevels(long step) {
    StepDraws draws = StepDraws.of(recipe.seed(), step);
    float[] levels = new float[recipe.batch()];
    IntStream.range(0, levels.length).forEach(i -> levels[i] = (float) halving(draws, i).start());
    return Map.of(TOTAL_LOSS, levels);
  }

  @Override
  public int batch() {
    return recipe.batch();
  }

  @Override
  public Map<String, Tensor> state() {
    Map<String, Tensor> state = new LinkedHashMap<>();
    NamedState.put(state, "student/", student.state());
    NamedState.put(state, "teacher/", teacher.parameterValues());
    state.put(STEPS, Tensor.floats(new int[] {1}, steps));
    return state;
  }

  @Override
  public void restore(Map<String, Tensor> state) {
    student.restore(NamedState.get(state, "student/"));
    teacher.set(NamedState.get(state, "teacher/"));
    steps = (int) Objects.requireNonNull(state.get(STEPS)).reals()[0];
  }

  private GeneratorSteps generatorSteps() {
    return Halving.all(recipe.schedule(), steps);
  }

  @Override
  public Optional<String> unfinished(long images) {
    return images >= recipe.rounds().images()
        ? Optional.empty()
        : Optional.of(
            "the rounds are not over: the generator takes "
                + steps
                + (steps == 1 ? " step" : " steps")
                + ", and would take "
                + recipe.rounds().finalSteps()
                + " after "
                + recipe.rounds().images()
                + " images; show more, or pass a smaller --round-images");
  }

  @Override
  public DenoiserModel result() {
    return model
        .withWeights(student.weights().parameterValues())
        .withProperties(generatorSteps().properties());
  }

  @Override
  public float[] images(float[] noise, float[] labels) {
    return new GeneratorSampler(generatorSteps())
        .images(
            denoiser,
            noise,
            labels.length == 0 ? Map.of() : Map.of(DenoiserModel.LABEL, labels),
            StepNoise.NONE);
  }
}
