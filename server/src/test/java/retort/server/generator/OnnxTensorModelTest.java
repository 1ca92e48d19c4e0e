package retort.server.generator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import retort.noise.GaussianNoise;
import retort.server.TinyGenerator;
import retort.server.tensor.ElementType;
import retort.server.tensor.TensorCall;
import retort.server.tensor.TensorModel;
import retort.server.tensor.TensorSpec;
import retort.server.tensor.TensorValue;

/** Networks of another tool, written message by message. */
class OnnxTensorModelTest {
  private static final int OPSET = 21;
  private static final int IR_VERSION = 10;

  @TempDir private Path folder;
  private final List<Network> opened = new ArrayList<>();

  @AfterEach
  void close() {
    opened.forEach(Network::close);
  }

  private static int code(ElementType type) {
    return switch (type) {
      case FP16 -> TensorProto.DataType.FLOAT16_VALUE;
      case BF16 -> TensorProto.DataType.BFLOAT16_VALUE;
      case FP32 -> TensorProto.DataType.FLOAT_VALUE;
      case FP64 -> TensorProto.DataType.DOUBLE_VALUE;
      default -> TensorProto.DataType.valueOf(type.name()).getNumber();
    };
  }

  /** A dimension of -1 is open. */
  private static ValueInfoProto value(String name, ElementType type, long... dims) {
    TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
    for (long dim : dims) {
      TensorShapeProto.Dimension.Builder dimension = shape.addDimBuilder();
      if (dim < 0) {
        dimension.setDimParam("n");
      } else {
        dimension.setDimValue(dim);
      }
    }
    TypeProto.Tensor tensor =
        TypeProto.Tensor.newBuilder().setElemType(code(type)).setShape(shape).build();
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(TypeProto.newBuilder().setTensorType(tensor))
        .build();
  }

  private static NodeProto node(String operator, String output, String... inputs) {
    return NodeProto.newBuilder()
        .setOpType(operator)
        .addAllInput(List.of(inputs))
        .addOutput(output)
        .build();
  }

  private TensorModel open(GraphProto.Builder graph) {
    ModelProto model =
        ModelProto.newBuilder()
            .setIrVersion(IR_VERSION)
            .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(OPSET))
            .setGraph(graph.setName("graph"))
            .build();
    try {
      return open(Files.write(folder.resolve("model.onnx"), model.toByteArray()));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private TensorModel open(Path file) {
    Network network = new OnnxFile(file, Device.CPU, 1, 1).open();
    opened.add(network);
    return (TensorModel) network;
  }

  private TensorModel identity(ElementType type, long... dims) {
    return open(
        GraphProto.newBuilder()
            .addInput(value("x", type, dims))
            .addOutput(value("y", type, dims))
            .addNode(node("Identity", "y", "x")));
  }

  private static TensorValue run(TensorModel model, TensorValue x) {
    return Objects.requireNonNull(model.run(Map.of("x", x), Set.of()).get("y"));
  }

  private static ByteBuffer floats(float... values) {
    ByteBuffer bytes =
        ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.nativeOrder());
    bytes.asFloatBuffer().put(values);
    return bytes;
  }

  @ParameterizedTest
  @EnumSource(value = ElementType.class, mode = EnumSource.Mode.EXCLUDE, names = "STRING")
  void numbersOfEveryTypeGoInAndComeOut(ElementType type) {
    TensorModel model = identity(type, -1, 2);
    TensorSpec x = new TensorSpec("x", type, List.of(-1L, 2L));
    ByteBuffer bytes = ByteBuffer.allocateDirect(6 * type.bytes());
    for (int i = 0; i < bytes.capacity(); i++) {
      bytes.put(i, (byte) (type == ElementType.BOOL ? i % 2 : 0xF3 + 7 * i));
    }

    assertThat(model.inputs()).containsExactly(x);
    assertThat(model.outputs()).containsExactly(new TensorSpec("y", type, x.shape()));
    for (ByteBuffer given :
        List.of(bytes, ByteBuffer.allocate(bytes.capacity()).put(bytes.slice()).flip())) {
      TensorValue y = run(model, TensorValue.of(type, List.of(3L, 2L), given));

      assertThat(y.type()).isEqualTo(type);
      assertThat(y.shape()).containsExactly(3L, 2L);
      assertThat(y.bytes()).isEqualTo(bytes);
    }
    assertThat(run(model, TensorValue.of(type, List.of(0L, 2L), ByteBuffer.allocate(0))).shape())
        .containsExactly(0L, 2L);
  }

  @Test
  void textsGoInAndComeOut() {
    TensorModel model = identity(ElementType.STRING, -1, 2);
    List<String> texts = List.of("seven", "", "sieben \u00e4", "\u4e03 \ud83d\ude00");

    TensorValue y = run(model, TensorValue.ofTexts(List.of(2L, 2L), texts));

    assertThat(y.texts()).isEqualTo(texts);
    assertThat(run(model, TensorValue.ofTexts(List.of(0L, 2L), List.of())).texts()).isEmpty();
  }

  @Test
  void singleValuesHaveNoDimensions() {
    TensorValue text =
        run(identity(ElementType.STRING), TensorValue.ofTexts(List.of(), List.of("one")));
    TensorValue number =
        run(identity(ElementType.FP32), TensorValue.of(ElementType.FP32, List.of(), floats(1)));

    assertThat(text.texts()).containsExactly("one");
    assertThat(number.shape()).isEmpty();
    assertThat(number.bytes().getFloat()).isEqualTo(1);
  }

  @Test
  void unsignedNumbersAreComputedWithAsSuch() {
    TensorModel model =
        open(
            GraphProto.newBuilder()
                .addInput(value("x", ElementType.UINT32, 1))
                .addInput(value("two", ElementType.UINT32, 1))
                .addOutput(value("y", ElementType.UINT32, 1))
                .addNode(node("Div", "y", "x", "two")));
    ByteBuffer large = ByteBuffer.allocate(4).order(ByteOrder.nativeOrder()).putInt(0, -2);
    ByteBuffer two = ByteBuffer.allocate(4).order(ByteOrder.nativeOrder()).putInt(0, 2);

    TensorValue y =
        Objects.requireNonNull(
            model
                .run(
                    Map.of(
                        "x", TensorValue.of(ElementType.UINT32, List.of(1L), large),
                        "two", TensorValue.of(ElementType.UINT32, List.of(1L), two)),
                    Set.of("y"))
                .get("y"));

    assertThat(y.bytes().getInt()).isEqualTo(0x7fffffff);
  }

  @Test
  void onlyTheOutputsThatAreAskedForAreGiven() {
    TensorModel model =
        open(
            GraphProto.newBuilder()
                .addInput(value("x", ElementType.FP32, -1))
                .addOutput(value("y", ElementType.FP32, -1))
                .addOutput(value("minus", ElementType.FP32, -1))
                .addNode(node("Identity", "y", "x"))
                .addNode(node("Neg", "minus", "x")));
    Map<String, TensorValue> x =
        Map.of("x", TensorValue.of(ElementType.FP32, List.of(1L), floats(2)));

    assertThat(model.run(x, Set.of())).containsOnlyKeys("y", "minus");
    assertThat(model.run(x, Set.of("minus"))).containsOnlyKeys("minus");
    assertThatThrownBy(() -> model.run(x, Set.of("z")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("[z]")
        .hasMessageContaining("minus");
  }

  @Test
  void inputsThatDoNotFitAreRefusedInASentence() {
    TensorModel model = identity(ElementType.FP32, -1, 2);
    TensorValue fits = TensorValue.of(ElementType.FP32, List.of(1L, 2L), floats(1, 2));
    TensorValue wide = TensorValue.of(ElementType.FP32, List.of(1L, 3L), floats(1, 2, 3));
    TensorValue flat = TensorValue.of(ElementType.FP32, List.of(2L), floats(1, 2));
    TensorValue whole = TensorValue.of(ElementType.INT32, List.of(1L, 2L), floats(1, 2));

    for (TensorValue wrong : List.of(wide, flat, whole)) {
      assertThatThrownBy(() -> run(model, wrong))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("input x is")
          .hasMessageContaining("FP32[-1, 2]");
    }
    assertThatThrownBy(() -> model.run(Map.of("x", fits, "z", fits), Set.of()))
        .hasMessageContaining("no input z");
    assertThatThrownBy(() -> model.run(Map.of(), Set.of())).hasMessageContaining("[x] are missing");
  }

  @Test
  void bytesThatAreNotAsManyAsTheShapeTakesAreRefused() {
    assertThatThrownBy(() -> TensorValue.of(ElementType.FP32, List.of(3L), floats(1, 2)))
        .hasMessageContaining("8 bytes are given");
    assertThatThrownBy(
            () -> TensorValue.of(ElementType.FP32, List.of(1L << 40, 1L << 40), floats()))
        .hasMessageContaining("2^63");
    assertThatThrownBy(() -> TensorValue.of(ElementType.FP32, List.of(-1L), floats()))
        .hasMessageContaining("dimension of -1");
    assertThatThrownBy(() -> TensorValue.ofTexts(List.of(2L), List.of("one")))
        .hasMessageContaining("1 are given");
  }

  @Test
  void valuesThatAreNoTensorsAreRefusedInASentence() {
    TypeProto sequence =
        TypeProto.newBuilder()
            .setSequenceType(
                TypeProto.Sequence.newBuilder()
                    .setElemType(value("", ElementType.FP32, -1).getType()))
            .build();
    GraphProto.Builder graph =
        GraphProto.newBuilder()
            .addInput(value("x", ElementType.FP32, -1))
            .addOutput(ValueInfoProto.newBuilder().setName("y").setType(sequence))
            .addNode(node("SequenceConstruct", "y", "x"));

    assertThatThrownBy(() -> open(graph))
        .isInstanceOf(GeneratorException.class)
        .hasMessageContaining("only tensors of");
  }

  /** A network that goes round as often as it is told. */
  private TensorModel loop() {
    GraphProto body =
        GraphProto.newBuilder()
            .setName("body")
            .addInput(value("i", ElementType.INT64))
            .addInput(value("go", ElementType.BOOL))
            .addInput(value("before", ElementType.INT64))
            .addNode(node("Identity", "on", "go"))
            .addNode(node("Add", "after", "before", "i"))
            .addOutput(value("on", ElementType.BOOL))
            .addOutput(value("after", ElementType.INT64))
            .build();
    AttributeProto around =
        AttributeProto.newBuilder()
            .setName("body")
            .setType(AttributeProto.AttributeType.GRAPH)
            .setG(body)
            .build();
    return open(
        GraphProto.newBuilder()
            .addInput(value("times", ElementType.INT64))
            .addInput(value("x", ElementType.INT64))
            .addNode(node("Loop", "y", "times", "", "x").toBuilder().addAttribute(around))
            .addOutput(value("y", ElementType.INT64)));
  }

  private static TensorValue integer(long value) {
    ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.nativeOrder());
    return TensorValue.of(ElementType.INT64, List.of(), bytes.putLong(0, value));
  }

  @Test
  void stoppedRunEndsAndNoOtherIsTouched() {
    TensorModel model = loop();
    try (TensorCall endless =
            model.call(Map.of("times", integer(Long.MAX_VALUE), "x", integer(0)), Set.of());
        TensorCall other = model.call(Map.of("times", integer(4), "x", integer(0)), Set.of())) {
      CompletableFuture<Map<String, TensorValue>> running =
          CompletableFuture.supplyAsync(endless::run);

      endless.stop();

      assertThat(running)
          .failsWithin(Duration.ofSeconds(10))
          .withThrowableOfType(ExecutionException.class)
          .withCauseInstanceOf(GeneratorException.class);
      assertThat(Objects.requireNonNull(other.run().get("y")).bytes().getLong()).isEqualTo(6);
    }
  }

  @Test
  void generatorIsRunByItsTensorsToo() {
    TensorModel model = open(TinyGenerator.USUAL.write(folder.resolve("tiny.onnx")));
    float[] noise = new GaussianNoise(5, 0).elements(64);

    Map<String, TensorValue> made =
        model.run(
            Map.of(
                "noise",
                TensorValue.of(ElementType.FP32, List.of(1L, 1L, 8L, 8L), floats(noise)),
                "label",
                TensorValue.of(ElementType.FP32, List.of(1L, 3L), floats(0, 1, 0))),
            Set.of("image"));

    assertThat(model.inputs()).extracting(TensorSpec::name).containsExactly("noise", "label");
    TensorValue image = Objects.requireNonNull(made.get("image"));
    assertThat(image.shape()).containsExactly(1L, 8L, 8L, 1L);
    byte[] pixels = new byte[64];
    image.bytes().get(pixels);
    assertThat(pixels).isEqualTo(TinyGenerator.USUAL.pixels(5, 1));
  }
}
