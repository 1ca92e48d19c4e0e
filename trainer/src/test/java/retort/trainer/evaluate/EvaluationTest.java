package retort.trainer.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import retort.denoiser.ImageShape;
import retort.denoiser.MetadataKeys;
import retort.graph.TorchScriptMethod.Layout;
import retort.network.ConvClassifier;
import retort.onnx.OnnxModel;
import retort.onnx.OnnxWriter;
import retort.statistics.FeatureRows;
import retort.trainer.engine.Torch;

/** Evaluations that end early, and what the next one makes of what they left. */
class EvaluationTest {
  private static final ImageShape SHAPE = new ImageShape(1, 8, 8);
  private static final int COUNT = 1130;

  private final AtomicLong now = new AtomicLong();
  private final Torch torch = Torch.open(1, Layout.CONTIGUOUS);
  private final AtomicInteger made = new AtomicInteger();

  @TempDir private Path folder;

  /** Half a minute passes at each look. */
  private long hastyClock() {
    return now.addAndGet(30_000_000_000L);
  }

  private long frozenClock() {
    return now.get();
  }

  @AfterEach
  void close() {
    torch.close();
  }

  private FeatureNetwork network(long seed) {
    Path file = folder.resolve("network" + seed + ".onnx");
    ConvClassifier classifier = new ConvClassifier(8, 1, 2, List.of(4), 4);
    OnnxWriter.write(
        OnnxModel.of(classifier.build(seed), Map.of(MetadataKeys.KIND, MetadataKeys.FEATURES)),
        file);
    return FeatureNetwork.read(torch, file, SHAPE);
  }

  /** Images that are their noise, of a generator that says it is of a digest. */
  private GeneratedImages images(String digest) {
    ImageSource source =
        new ImageSource(
            SHAPE,
            (noise, labels, seeds) -> {
              made.addAndGet(seeds.length);
              return noise;
            });
    return new GeneratedImages(source, 2, Map.of("model_sha256", digest), 70, COUNT);
  }

  private Evaluation evaluation(ImageSet images, LongSupplier clock) {
    return evaluation(network(1), images, clock);
  }

  private Evaluation evaluation(FeatureNetwork network, ImageSet images, LongSupplier clock) {
    return new Evaluation(network, images, folder.resolve("kept"), Map.of(), clock);
  }

  private Judge judge() {
    return new Judge(network(1), Optional.empty(), EnumSet.allOf(Metric.class), COUNT);
  }

  private Measurement all() {
    return judge().measurement(IntStream.range(0, COUNT).toArray());
  }

  private String undisturbed() {
    Measurement whole = all();
    Evaluation evaluation = evaluation(images("a"), this::frozenClock);
    assertThat(evaluation.run(whole, () -> false)).isTrue();
    evaluation.complete();
    made.set(0);
    return figures(whole);
  }

  private String figures(Measurement measured) {
    assertThat(measured.count()).isEqualTo(COUNT);
    return judge().figures(measured)
        + Arrays.toString(measured.kept().values())
        + Arrays.toString(measured.moments().covariance());
  }

  private List<Path> kept() throws IOException {
    Path kept = Files.createDirectories(folder.resolve("kept"));
    try (Stream<Path> files = Files.walk(kept)) {
      return files.filter(Files::isRegularFile).sorted().toList();
    }
  }

  @Test
  void anEvaluationThatWasStoppedComesToTheSameBits() throws IOException {
    String expected = undisturbed();
    assertThat(evaluation(images("a"), this::frozenClock).run(all(), stopAt(500))).isFalse();
    made.set(0);

    Measurement resumed = all();
    Evaluation second = evaluation(images("a"), this::frozenClock);
    assertThat(second.run(resumed, () -> false)).isTrue();

    assertThat(made.get()).isEqualTo(COUNT - 500);
    assertThat(figures(resumed)).isEqualTo(expected);
    second.complete();
    assertThat(kept()).isEmpty();
  }

  private BooleanSupplier stopAt(int images) {
    return () -> made.get() >= images;
  }

  @Test
  void anEvaluationThatWasKilledLosesWhatIsYoungerThanHalfAMinute() {
    String expected = undisturbed();
    assertThatThrownBy(() -> evaluation(dyingAfter(750), this::hastyClock).run(all(), () -> false))
        .hasMessage("killed");
    made.set(0);

    Measurement resumed = all();
    assertThat(evaluation(images("a"), this::frozenClock).run(resumed, () -> false)).isTrue();

    assertThat(made.get()).isEqualTo(COUNT - 750);
    assertThat(figures(resumed)).isEqualTo(expected);
  }

  private ImageSet dyingAfter(int images) {
    ImageSource source =
        new ImageSource(
            SHAPE,
            (noise, labels, seeds) -> {
              if (made.getAndAdd(seeds.length) >= images) {
                throw new IllegalStateException("killed");
              }
              return noise;
            });
    return new GeneratedImages(source, 2, Map.of("model_sha256", "a"), 70, COUNT);
  }

  @Test
  void aNetworkCallThatIsRefusedWhenStoppingEndsItLikeTheEndOfAPart() {
    ImageSource source =
        new ImageSource(
            SHAPE,
            (noise, labels, seeds) -> {
              if (made.getAndAdd(seeds.length) >= 250) {
                throw new CancellationException();
              }
              return noise;
            });
    GeneratedImages images = new GeneratedImages(source, 2, Map.of("model_sha256", "a"), 70, COUNT);

    assertThat(evaluation(images, this::frozenClock).run(all(), stopAt(251))).isFalse();

    made.set(0);
    evaluation(images("a"), this::frozenClock).run(all(), () -> false);
    assertThat(made.get()).isEqualTo(COUNT - 250);
  }

  @Test
  void featuresOfAnotherModelOrUnderAnotherNetworkAreNotTaken() {
    evaluation(images("a"), this::frozenClock).run(all(), stopAt(500));

    made.set(0);
    evaluation(images("b"), this::frozenClock).run(all(), () -> false);
    assertThat(made.get()).isEqualTo(COUNT);

    made.set(0);
    evaluation(network(2), images("a"), this::frozenClock).run(all(), () -> false);
    assertThat(made.get()).isEqualTo(COUNT);
  }

  @Test
  void allFeaturesAreKeptUntilTheFiguresAreInTheirPlace() throws IOException {
    Evaluation evaluation = evaluation(images("a"), this::frozenClock);
    assertThat(evaluation.run(all(), () -> false)).isTrue();
    assertThat(kept()).isNotEmpty();

    made.set(0);
    evaluation(images("a"), this::frozenClock).run(all(), () -> false);

    assertThat(made.get()).isZero();
    evaluation.complete();
    assertThat(kept()).isEmpty();
  }

  @Test
  void labelsThatTheNetworkDoesNotKnowGiveNoAccuracy() {
    Measurement measured = new Measurement(network(1), 2, new int[0], false, 0);
    FeatureRows rows = new FeatureRows(new float[8], 4);
    FeatureRows logits = new FeatureRows(new float[4], 2);

    measured.add(new FeatureBatch(rows, Optional.of(logits)), 0, 2);

    assertThat(measured.labelAccuracy()).isEmpty();
  }

  @Test
  void aDamagedFileIsComputedAgain() throws IOException {
    String expected = undisturbed();
    evaluation(images("a"), this::hastyClock).run(all(), stopAt(750));
    Path second = kept().get(1);
    Files.writeString(second, "pancakes");
    made.set(0);

    Measurement resumed = all();
    evaluation(images("a"), this::frozenClock).run(resumed, () -> false);

    assertThat(made.get()).isEqualTo(COUNT - 250);
    assertThat(figures(resumed)).isEqualTo(expected);
  }

  @Test
  void anEvaluationThatCannotKeepFeaturesGoesOn() throws IOException {
    Files.writeString(folder.resolve("kept"), "a file where a folder should be");

    Measurement whole = all();
    assertThat(evaluation(images("a"), this::hastyClock).run(whole, () -> false)).isTrue();
    assertThat(whole.count()).isEqualTo(COUNT);
  }
}
