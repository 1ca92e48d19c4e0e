package retort.server.generator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import retort.denoiser.GeneratorCard;
import retort.denoiser.MetadataKeys;
import retort.file.FileDigest;
import retort.graph.GraphBuilder;
import retort.graph.Shape;
import retort.graph.Value;
import retort.noise.GaussianNoise;
import retort.noise.Slerp;
import retort.onnx.OnnxModel;
import retort.onnx.OnnxWriter;
import retort.server.TinyGenerator;

class OnnxGeneratorTest {
  @TempDir private Path folder;

  private OnnxGenerator open(TinyGenerator tiny, int maxBatch) {
    return OnnxGenerator.open(tiny.write(folder.resolve("tiny.onnx")), Device.CPU, maxBatch);
  }

  private static byte[] make(Generator generator, List<Origin> origins, int slot) {
    byte[] pixels = new byte[generator.shape().elements()];
    try (Lane lane = generator.lane()) {
      for (int i = 0; i < origins.size(); i++) {
        lane.set(i, origins.get(i));
      }
      lane.run(origins.size());
      lane.read(slot, pixels);
    }
    return pixels;
  }

  static List<TinyGenerator> kinds() {
    return List.of(
        TinyGenerator.USUAL,
        new TinyGenerator(3, 3, true),
        new TinyGenerator(3, 0, true),
        new TinyGenerator(1, 2, false),
        new TinyGenerator(3, 0, false));
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void makesWhatTheInterpreterMakes(TinyGenerator tiny) {
    int label = tiny.labels() == 0 ? Origin.NO_LABEL : 1;

    try (OnnxGenerator generator = open(tiny, 1)) {
      assertThat(make(generator, List.of(Origin.of(42, label)), 0))
          .isEqualTo(tiny.pixels(42, label));
    }
  }

  @Test
  void noiseThatLaterStepsAddIsOfTheSeedsNextStream() {
    GraphBuilder g = new GraphBuilder();
    Value noise = g.input("noise", Shape.batch(1, 4, 4));
    Value added = g.input("noise_1", Shape.batch(1, 4, 4));
    g.output("image", noise.times(0.25).plus(added.times(0.5)));
    Path file = folder.resolve("two.onnx");
    SortedMap<String, String> metadata =
        new GeneratorCard(List.of(), Optional.empty(), Map.of()).metadata();
    OnnxWriter.write(OnnxModel.of(g.build(), metadata), file);

    try (OnnxGenerator generator = OnnxGenerator.open(file, Device.CPU, 2)) {
      byte[] pixels = make(generator, List.of(Origin.of(1, -1), new Origin(8, -1, 0.5, -1)), 1);

      for (int i = 0; i < pixels.length; i++) {
        double value = 0.25 * walked(0)[i] + 0.5 * walked(1)[i];
        assertThat(Byte.toUnsignedInt(pixels[i])).isCloseTo(GreyLevel.of((float) value), within(1));
      }
    }
  }

  /** Half-way from the noise of seed 8 to that of seed 9. */
  private static float[] walked(int stream) {
    float[] noise = new GaussianNoise(8, stream).elements(16);
    Slerp.move(noise, new GaussianNoise(9, stream).elements(16), 0.5);
    return noise;
  }

  @Test
  void blendWalksOnTheSphereAndMixesLabels() {
    try (OnnxGenerator generator = open(TinyGenerator.USUAL, 1)) {
      assertThat(make(generator, List.of(new Origin(-1, 0, 0.25, 2)), 0))
          .isEqualTo(TinyGenerator.USUAL.pixels(-1, 0, 0.25, 2));
    }
  }

  @Test
  void transitionMovesOnTheSphereAndMixesLabels() {
    Origin first = new Origin(-1, 0, 0.25, 2);
    Origin second = Origin.of(8, 1).movingFrom(first, 0.5);
    Origin third = new Origin(20, Origin.NO_LABEL, 0.75, Origin.NO_LABEL).movingFrom(second, 0.25);

    try (OnnxGenerator generator = open(TinyGenerator.USUAL, 1)) {
      float[] noise = noise(-1, 0.25);
      Slerp.move(noise, noise(8, 0), 0.5);
      Slerp.move(noise, noise(20, 0.75), 0.25);
      // Label i adds (i + 1) / 10; the last origin has none.
      double label = 0.75 * (0.5 * 0.2 + 0.5 * (0.75 * 0.1 + 0.25 * 0.3));
      byte[] pixels = make(generator, List.of(third), 0);
      for (int i = 0; i < pixels.length; i++) {
        float value = (float) (0.3 * noise[i] + label);
        assertThat(Byte.toUnsignedInt(pixels[i])).isCloseTo(GreyLevel.of(value), within(1));
      }
    }
  }

  private static float[] noise(long seed, double blend) {
    float[] noise = new GaussianNoise(seed, 0).elements(64);
    Slerp.move(noise, new GaussianNoise(seed + 1, 0).elements(64), blend);
    return noise;
  }

  @Test
  void imagesDoNotDependOnTheBatchTheyAreIn() {
    List<Origin> batch = List.of(Origin.of(5, 0), Origin.of(6, 1), Origin.of(7, 2));

    try (OnnxGenerator generator = open(TinyGenerator.USUAL, 4)) {
      for (int i = 0; i < batch.size(); i++) {
        assertThat(make(generator, batch, i))
            .isEqualTo(make(generator, List.of(batch.get(i)), 0))
            .isEqualTo(TinyGenerator.USUAL.pixels(5 + i, i));
      }
    }
  }

  @Test
  void laneKeepsNothingOfTheImageBefore() {
    try (OnnxGenerator generator = open(TinyGenerator.USUAL, 1);
        Lane lane = generator.lane()) {
      byte[] pixels = new byte[64];
      lane.set(0, new Origin(1, 0, 0.5, 2));
      lane.run(1);
      lane.set(0, Origin.of(1, Origin.NO_LABEL));
      lane.run(1);
      lane.read(0, pixels);

      assertThat(pixels).isEqualTo(TinyGenerator.USUAL.pixels(1, Origin.NO_LABEL));
    }
  }

  @Test
  void allThatIsKnownComesFromTheFile() {
    try (OnnxGenerator generator = open(TinyGenerator.USUAL, 4)) {
      assertThat(generator.labelNames()).containsExactly("label0", "label1", "label2");
      assertThat(generator.method()).isEqualTo("sid");
      assertThat(generator.maxBatch()).isEqualTo(4);
      assertThat(generator.digest()).isEqualTo(FileDigest.of(folder.resolve("tiny.onnx")));
    }
  }

  @Test
  void numberOfCoresChangesNoByte() {
    Path file = TinyGenerator.USUAL.write(folder.resolve("tiny.onnx"));

    try (OnnxGenerator generator = OnnxGenerator.open(new OnnxFile(file, Device.CPU, 4, 4))) {
      assertThat(generator.cores()).isIn(1, 2, 4);
      assertThat(generator.costs().within(Long.MAX_VALUE)).isEqualTo(4);
      assertThat(generator.costs().perImage(Long.MAX_VALUE)).isPositive();
      assertThat(make(generator, List.of(Origin.of(42, 1)), 0))
          .isEqualTo(TinyGenerator.USUAL.pixels(42, 1));
    }
  }

  private Network version(TinyGenerator tiny, String licence, Optional<Network> before) {
    SortedMap<String, String> metadata = tiny.card(0).metadata();
    metadata.put(MetadataKeys.LICENCE, licence);
    Path file = tiny.write(folder.resolve(licence + ".onnx"), metadata);
    return new OnnxFile(file, Device.CPU, 2, 4).open(before);
  }

  @Test
  void versionOfTheSameGraphIsNotMeasuredAgain() {
    try (Network first = version(TinyGenerator.USUAL, "one", Optional.empty());
        Network second = version(TinyGenerator.USUAL, "two", Optional.of(first));
        Network another = version(new TinyGenerator(3, 3, true), "three", Optional.of(first))) {
      assertThat(second.digest()).isNotEqualTo(first.digest());
      assertThat(second.cores()).isEqualTo(first.cores());
      assertThat(second.costs()).isSameAs(first.costs());
      assertThat(another.costs()).isNotSameAs(first.costs());
      assertThat(make((Generator) second, List.of(Origin.of(42, 1)), 0))
          .isEqualTo(TinyGenerator.USUAL.pixels(42, 1));
    }
  }

  @Test
  void layoutOfTheVersionBeforeIsNotTakenWhereItIsUnknown() {
    Path file = TinyGenerator.USUAL.write(folder.resolve("tiny.onnx"));

    try (Network small = new OnnxFile(file, Device.CPU, 1, 2).open();
        Network large = new OnnxFile(file, Device.CPU, 1, 4).open(Optional.of(small));
        Network fewer = new OnnxFile(file, Device.CPU, 1, 2).open(Optional.of(large))) {
      assertThat(large.costs().within(Long.MAX_VALUE)).isEqualTo(4);
      assertThat(fewer.costs().within(Long.MAX_VALUE)).isEqualTo(2);
    }
  }

  @Test
  void laneThatIsLentKeepsAGeneratorThatWasClosed() {
    Lane lane;
    try (OnnxGenerator generator = open(TinyGenerator.USUAL, 1)) {
      lane = generator.lane();
    }

    try (lane) {
      byte[] pixels = new byte[64];
      lane.set(0, Origin.of(42, 1));
      lane.run(1);
      lane.read(0, pixels);
      assertThat(pixels).isEqualTo(TinyGenerator.USUAL.pixels(42, 1));
    }
  }
}
