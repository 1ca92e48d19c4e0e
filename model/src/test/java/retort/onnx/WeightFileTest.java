package retort.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import retort.file.FileDigest;
import retort.graph.DataType;
import retort.graph.Graph;
import retort.graph.GraphBuilder;
import retort.graph.Shape;
import retort.graph.Tensor;
import retort.graph.Value;

class WeightFileTest {
  /** So little that every model here needs a data file. */
  private static final long FEW = 1000;

  private static final long MANY = Integer.MAX_VALUE;

  @TempDir Path folder;

  @Test
  void aModelTooLargeForOneMessageIsAPairThatReadsAsOne() throws IOException {
    Path file = folder.resolve("big.onnx");
    Graph graph = network(3);

    OnnxWriter.write(model(graph), file, FEW);

    assertThat(names()).hasSize(2).first().isEqualTo("big.onnx");
    assertThat(names().get(1)).matches("big\\.onnx\\.[0-9a-f]{16}\\.data");
    assertThat(Files.size(file)).isLessThan(3000);
    OnnxModel back = OnnxReader.read(file);
    assertThat(back.metadata()).isEqualTo(model(graph).metadata());
    graph
        .parameters()
        .forEach(
            (name, value) ->
                assertThat(
                        Objects.requireNonNull(back.graph().parameters().get(name)).sameAs(value))
                    .as(name)
                    .isTrue());
  }

  @Test
  void equalModelsGiveEqualPairs() throws IOException {
    Path file = folder.resolve("big.onnx");
    OnnxWriter.write(model(network(3)), file, FEW);
    List<String> names = names();
    String digest = FileDigest.of(file);

    OnnxWriter.write(model(network(3)), file, FEW);

    assertThat(names()).isEqualTo(names);
    assertThat(FileDigest.of(file)).isEqualTo(digest);
  }

  @Test
  void theModelsDigestStandsForItsDataToo() throws IOException {
    Path file = folder.resolve("big.onnx");
    OnnxWriter.write(model(network(3)), file, FEW);
    String digest = FileDigest.of(file);

    OnnxWriter.write(model(network(4)), file, FEW);

    assertThat(FileDigest.of(file)).isNotEqualTo(digest);
  }

  @Test
  void offsetsAreThoseThatARuntimeCanMap() throws IOException {
    Path file = folder.resolve("big.onnx");
    OnnxWriter.write(model(network(3)), file, FEW);

    List<Long> offsets =
        OnnxReader.message(file).getGraph().getInitializerList().stream()
            .filter(weight -> weight.getExternalData(0).getKey().equals("location"))
            .flatMap(weight -> weight.getExternalDataList().stream())
            .filter(entry -> entry.getKey().equals("offset"))
            .map(entry -> Long.parseLong(entry.getValue()))
            .toList();

    assertThat(offsets).hasSizeGreaterThan(1).allMatch(offset -> offset % 4096 == 0);
  }

  @Test
  void aPairMayBeWrittenOverTheFileItIsReadFrom() throws IOException {
    Path file = folder.resolve("big.onnx");
    for (long limit : new long[] {MANY, FEW, FEW, MANY}) {
      if (!Files.exists(file)) {
        OnnxWriter.write(model(network(3)), file, FEW);
      }
      OnnxModel read = OnnxReader.read(file);

      OnnxWriter.write(OnnxModel.of(read.graph(), Map.of("turn", "" + limit)), file, limit);

      assertThat(names()).hasSize(limit == FEW ? 2 : 1);
      assertThat(weight(OnnxReader.read(file)).sameAs(weight(model(network(3))))).isTrue();
      assertThat(weight(read).sameAs(weight(model(network(3))))).isTrue();
    }
  }

  @Test
  void dataThatAnotherModelUsesStays() throws IOException {
    Path file = folder.resolve("big.onnx");
    OnnxWriter.write(model(network(3)), file, FEW);
    Path copy = Files.copy(file, folder.resolve("copy.onnx"));

    OnnxWriter.write(model(network(4)), file, FEW);

    assertThat(weight(OnnxReader.read(copy)).sameAs(weight(model(network(3))))).isTrue();
    assertThat(names()).hasSize(4);
    Files.delete(copy);
    OnnxWriter.write(model(network(4)), file, FEW);
    assertThat(names()).hasSize(2);
  }

  @Test
  void whatAKilledProcessLeftIsRemovedAndWhatOthersHaveStays() throws IOException {
    Path file = folder.resolve("big.onnx");
    Files.writeString(folder.resolve("big.onnx.0123456789abcdef.data"), "left behind");
    Files.writeString(folder.resolve("big.onnx.data"), "somebody's");
    Files.writeString(folder.resolve("other.onnx.0123456789abcdef.data"), "another's");

    OnnxWriter.write(model(network(3)), file, MANY);

    assertThat(names())
        .containsExactly("big.onnx", "big.onnx.data", "other.onnx.0123456789abcdef.data");
  }

  @Test
  void aWriterThatFailsLeavesTheOldPairAndNothingElse() throws IOException {
    Path file = folder.resolve("big.onnx");
    OnnxWriter.write(model(network(3)), file, FEW);
    List<String> names = names();
    GraphBuilder g = new GraphBuilder();
    Value x = g.input("x", Shape.batch(512));
    Tensor broken =
        Tensor.stored(
            DataType.FLOAT32,
            new int[] {512},
            () -> {
              throw new OnnxException("the disk is full");
            });
    g.output("y", x.plus(g.parameter("a", normal(512))).plus(g.parameter("b", broken)));
    Graph graph = g.build();

    for (long limit : new long[] {FEW, MANY}) {
      assertThatThrownBy(() -> OnnxWriter.write(model(graph), file, limit))
          .hasMessageContaining("the disk is full");

      assertThat(names()).isEqualTo(names);
      assertThat(weight(OnnxReader.read(file)).sameAs(weight(model(network(3))))).isTrue();
    }
  }

  @Test
  void dataWithoutItsModelIsTakenBack() throws IOException {
    Path file = Files.createDirectory(folder.resolve("big.onnx"));

    assertThatThrownBy(() -> OnnxWriter.write(model(network(3)), file, FEW))
        .isInstanceOf(OnnxException.class)
        .hasMessageContaining("no regular file");

    assertThat(names()).containsExactly("big.onnx");
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  private static OnnxModel model(Graph graph) {
    return OnnxModel.of(graph, Map.of("author", "somebody"));
  }

  /** Two matrices that a data file takes, and a vector that stays. */
  private static Graph network(int seed) {
    GraphBuilder g = new GraphBuilder();
    Value x = g.input("x", Shape.batch(64));
    Tensor w = normal(64 * 64).reshaped(64, 64);
    float[] values = w.floats();
    values[0] = seed;
    Value y = x.linear(g.parameter("w", w)).plus(g.parameter("b", normal(64)));
    g.output("y", y.linear(g.parameter("v", normal(64 * 64).reshaped(64, 64))));
    return g.build();
  }

  private static Tensor normal(int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) Math.sin(i);
    }
    return Tensor.floats(new int[] {count}, values);
  }

  private static Tensor weight(OnnxModel model) {
    return Objects.requireNonNull(model.graph().parameters().get("w"));
  }
}
