package retort.trainer.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import retort.denoiser.DenoiserModel;
import retort.denoiser.EdmPreconditioning;
import retort.denoiser.ImageShape;
import retort.graph.TorchScriptMethod.Layout;
import retort.network.SongUNet;
import retort.network.UNetPlan;
import retort.noise.LogNormalSigma;
import retort.trainer.data.Augmentation;
import retort.trainer.data.ImageDataset;
import retort.trainer.distill.AverageConfig;
import retort.trainer.distill.LearningRate;
import retort.trainer.distill.LossWeight;
import retort.trainer.distill.TeacherTraining;
import retort.trainer.distill.TrainingMethod;
import retort.trainer.engine.AdamConfig;
import retort.trainer.engine.Torch;

/**
 * What is trained in a measurement: a network, a method and a batch. The images are random.
 *
 * @param network the network
 * @param method what one step does
 * @param batch images a step, all in one call
 */
record Workload(SongUNet network, Method method, int batch) {
  static final long SEED = 1;
  private static final int IMAGES = 1024;
  static final double HALF_LIFE = 500_000;

  /** What one step does. */
  enum Method {
    /** A step of a teacher. */
    EDM,
    /** A step of the fake score network and one of the generator. */
    SID,
    /** The same with real images and a discriminator. */
    SIDA,
    /** The same two steps by distribution matching, with as many pairs. */
    DMD,
    /** The same with a classifier for the pairs, in an iteration in which both sides learn. */
    DMD2,
    /** A student of 8 steps learns two of its teacher's 16. */
    PROGRESSIVE,
    /** Along one Heun step of the teacher, with a target network. */
    CONSISTENCY
  }

  /** Networks that are measured. */
  enum Network {
    /** As small as it goes: for memory. */
    TINY(8),
    /** 28x28x1, 16 channels, multipliers 1-2-4, 1 block. */
    DIGITS(64),
    /** The network of the CIFAR-10 teachers with a quarter of the channels. */
    CIFAR32(8),
    /** The network of the CIFAR-10 teachers. */
    CIFAR128(2);

    private final int usualBatch;

    Network(int usualBatch) {
      this.usualBatch = usualBatch;
    }

    private SongUNet network() {
      return switch (this) {
        case TINY -> SongUNet.ddpmpp(8, 1, 10, 0, 8, List.of(1, 2), 4, 1, Set.of(4), 0.1);
        case DIGITS -> SongUNet.ddpmpp(28, 1, 10, 0, 16, List.of(1, 2, 4), 4, 1, Set.of(7), 0);
        case CIFAR32 -> SongUNet.ddpmpp(32, 3, 0, 9, 32, List.of(2, 2, 2), 4, 4, Set.of(16), 0.13);
        case CIFAR128 -> SongUNet.cifar10(0);
      };
    }

    /** Trains this network; {@code batch} 0 stands for its usual batch. */
    Workload training(Method method, int batch) {
      return new Workload(network(), method, batch == 0 ? usualBatch : batch);
    }
  }

  /** Starts training. */
  TrainingMethod start(Torch torch) {
    List<String> labels =
        IntStream.range(0, network.plan().labelDim()).mapToObj(Integer::toString).toList();
    EdmPreconditioning preconditioning = new EdmPreconditioning(0.5);
    DenoiserModel model =
        new DenoiserModel(
            preconditioning.denoiser(network.build(SEED)),
            preconditioning.sigmaData(),
            labels,
            Map.of());
    return switch (method) {
      case EDM -> new TeacherTraining(torch, model, images(labels), teacherRecipe());
      default -> new DistillWorkload(torch, model, images(labels), batch).start(method);
    };
  }

  private TeacherTraining.Recipe teacherRecipe() {
    return new TeacherTraining.Recipe(
        batch,
        batch,
        LearningRate.constant(1e-3),
        AdamConfig.of(0.9, 0.999),
        LogNormalSigma.EDM,
        LossWeight.EDM,
        Augmentation.NONE,
        AverageConfig.halfLife(HALF_LIFE, 0.05),
        SEED);
  }

  private ImageDataset images(List<String> labelNames) {
    Random random = new Random(SEED);
    UNetPlan plan = network.plan();
    ImageShape shape = new ImageShape(plan.inChannels(), plan.resolution(), plan.resolution());
    byte[] pixels = new byte[IMAGES * shape.elements()];
    random.nextBytes(pixels);
    int[] labels =
        labelNames.isEmpty() ? new int[0] : random.ints(IMAGES, 0, labelNames.size()).toArray();
    return ImageDataset.of(shape, pixels, labels, labelNames);
  }

  /** The same workload as flags of {@code peer.py}. */
  List<String> peerFlags(Layout layout, int threads) {
    UNetPlan plan = network.plan();
    List<String> flags = new ArrayList<>();
    flags.addAll(List.of("--method", lower(method)));
    flags.addAll(List.of("--resolution", Integer.toString(plan.resolution())));
    flags.addAll(List.of("--image-channels", Integer.toString(plan.inChannels())));
    flags.addAll(List.of("--labels", Integer.toString(plan.labelDim())));
    flags.addAll(List.of("--augment", Integer.toString(plan.augmentDim())));
    flags.addAll(List.of("--channels", Integer.toString(plan.modelChannels())));
    flags.addAll(List.of("--mult", joined(plan.channelMult())));
    flags.addAll(List.of("--blocks", Integer.toString(plan.numBlocks())));
    flags.addAll(List.of("--attention", joined(plan.attnResolutions())));
    flags.addAll(List.of("--dropout", Double.toString(plan.dropout())));
    flags.addAll(List.of("--batch", Integer.toString(batch)));
    flags.addAll(List.of("--layout", lower(layout)));
    flags.addAll(List.of("--threads", Integer.toString(threads)));
    return flags;
  }

  private static String joined(Iterable<Integer> numbers) {
    List<String> texts = new ArrayList<>();
    numbers.forEach(number -> texts.add(number.toString()));
    return String.join(",", texts);
  }

  static String lower(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }
}
