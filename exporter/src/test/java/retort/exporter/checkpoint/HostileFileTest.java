package retort.exporter.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that want to run something, or to fill the memory, or are broken. */
class HostileFileTest {
  private static final Duration SOON = Duration.ofSeconds(20);

  @TempDir Path folder;

  static Stream<Arguments> programs() {
    String system = "os.system";
    return Stream.of(
        Arguments.of(
            "GLOBAL", asm().global("os", "system").raw("(").text("true").raw("tR."), system),
        Arguments.of(
            "STACK_GLOBAL",
            asm().text("os").text("system").raw("\u0093(").text("id").raw("tR."),
            system),
        Arguments.of("INST", asm().raw("(").text("id").raw("ios\nsystem\n."), system),
        Arguments.of("OBJ", asm().raw("(").global("os", "system").text("id").raw("o."), system),
        Arguments.of("NEWOBJ", asm().global("os", "system").raw(")\u0081."), system),
        Arguments.of(
            "NEWOBJ_EX", asm().global("builtins", "exec").raw(")}\u0092."), "builtins.exec"),
        Arguments.of("eval", asm().global("__builtin__", "eval").raw("."), "__builtin__.eval"),
        Arguments.of("import", asm().global("torch", "hub.load").raw("."), "torch.hub.load"),
        Arguments.of(
            "dotted", asm().global("torch", "_utils.sys.exit").raw("."), "_utils.sys.exit"),
        Arguments.of("script", asm().global("torch.jit", "load").raw("."), "torch.jit.load"),
        Arguments.of("BUILD", asm().raw("}").global("os", "system").raw("b."), system),
        Arguments.of("text called", asm().text("os.system").raw(")R."), "which is no function"),
        Arguments.of(
            "getattr called",
            asm().global("builtins", "getattr").raw("(").text("a").text("b").raw("tR)R."),
            "which is no function"),
        Arguments.of("EXT1", asm().raw("\u0082\u0001."), "by a number that only its writer knows"),
        Arguments.of("EXT2", asm().raw("\u0083\u0001\u0000."), "only its writer knows"),
        Arguments.of("EXT4", asm().raw("\u0084").i32(1).raw("."), "only its writer knows"),
        Arguments.of("PERSID", asm().raw("Psomething\n."), "names a storage of another file"),
        Arguments.of("BINPERSID", asm().text("x").raw("Q."), "names a storage of another file"),
        Arguments.of("NEXT_BUFFER", asm().raw("\u0097."), "bytes outside of the file"),
        Arguments.of(
            "type of type",
            asm()
                .global("torch._tensor", "_rebuild_from_type_v2")
                .raw("(")
                .global("copyreg", "__newobj__")
                .raw("N)NtR."),
            "a tensor made by copyreg.__newobj__"),
        Arguments.of(
            "object of objects",
            asm()
                .global("copyreg", "__newobj__")
                .raw("(")
                .global("copy_reg", "__newobj__")
                .raw("tR."),
            "an object of no class"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("programs")
  void nothingInAPickleIsRun(String what, PickleAssembler pickle, String refused) {
    Path file = Fixtures.write(folder.resolve("hostile.pkl"), pickle.done());

    assertThatThrownBy(() -> Checkpoint.read(file))
        .isInstanceOf(CheckpointException.class)
        .hasMessageStartingWith(file + ": byte ")
        .hasMessageContaining(refused);
  }

  static Stream<Arguments> lengths() {
    return Stream.of("T", "X", "B", "\u008b")
        .flatMap(
            instruction ->
                Stream.of(Integer.MAX_VALUE, -1, Integer.MIN_VALUE)
                    .map(length -> Arguments.of(asm().raw(instruction).i32(length).raw("x."))));
  }

  @ParameterizedTest
  @MethodSource("lengths")
  void lengthsBeyondTheFileAllocateNothing(PickleAssembler pickle) {
    assertThat(FuzzedFile.read(pickle.done())).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"\u008d", "\u008e", "\u0096", "\u0095"})
  void longLengthsBeyondTheFileAllocateNothing(String instruction) {
    for (long length : new long[] {1L << 40, Long.MAX_VALUE, -1, Long.MIN_VALUE}) {
      assertThat(FuzzedFile.read(asm().raw(instruction).i64(length).raw("x.").done())).isFalse();
    }
  }

  static Stream<Arguments> bombs() {
    int million = 1_000_000;
    PickleAssembler doubling = asm().raw("]q\u0000");
    for (int i = 0; i < 200; i++) {
      doubling.raw("(h\u0000h\u0000tq\u0000");
    }
    PickleAssembler modules =
        asm().global("torch.nn.modules.container", "Sequential").raw(")\u0081q\u0000");
    for (int i = 0; i < 60; i++) {
      modules
          .global("torch.nn.modules.container", "Sequential")
          .raw(")\u0081}")
          .text("_modules")
          .raw("}(X\u0001\u0000\u0000\u0000ah\u0000X\u0001\u0000\u0000\u0000bh\u0000usbq\u0000");
    }
    return Stream.of(
        Arguments.of("marks", asm().repeated("(", 2 * million).raw(".")),
        Arguments.of("values", asm().repeated("N", 2 * million).raw(".")),
        Arguments.of("copies", asm().raw("]").repeated("2", 2 * million).raw(".")),
        Arguments.of(
            "lists in lists", asm().repeated("]", million).repeated("a", million - 1).raw(".")),
        Arguments.of("tuples in tuples", asm().raw("N").repeated("\u0085", 2 * million).raw(".")),
        Arguments.of("lists", asm().repeated("]0", 3 * million).raw("N.")),
        Arguments.of("memo", asm().raw("N").repeated("\u0094", 3 * million).raw(".")),
        Arguments.of("pairs of pairs", doubling.raw(".")),
        Arguments.of("modules of modules", modules.raw(".")));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("bombs")
  void bombsAreRefusedSoon(String what, PickleAssembler pickle) {
    byte[] bytes = pickle.done();

    boolean read = Assertions.assertTimeout(SOON, () -> FuzzedFile.read(bytes));

    assertThat(read).isFalse();
  }

  @Test
  void deepNestingBesideANetworkDoesNoHarm() {
    PickleAssembler pickle = PickleAssembler.protocol2().raw("}").text("deep");
    pickle.repeated("]", 300_000).repeated("a", 299_999).raw("s").text("ema").raw("}").text("w");
    pickle.tensor(PickleAssembler.storage(1, 2), 0, new int[] {2}, new long[] {1}).raw("ss.");

    assertThat(FuzzedFile.read(pickle.done())).isTrue();
  }

  static Stream<Arguments> views() {
    return Stream.of(
        Arguments.of(0, new int[] {5}, new long[] {1}, "leaves its storage"),
        Arguments.of(3, new int[] {2}, new long[] {1}, "leaves its storage"),
        Arguments.of(-1, new int[] {2}, new long[] {1}, "leaves its storage"),
        Arguments.of(Long.MAX_VALUE, new int[] {2}, new long[] {1}, "more elements than"),
        Arguments.of(0, new int[] {-1}, new long[] {1}, "negative sizes or strides"),
        Arguments.of(0, new int[] {2}, new long[] {-1}, "negative sizes or strides"),
        Arguments.of(0, new int[] {2}, new long[] {Long.MAX_VALUE}, "more elements than"),
        Arguments.of(0, new int[] {3, 3}, new long[] {Long.MAX_VALUE, 1}, "more elements than"),
        Arguments.of(0, new int[] {1 << 30}, new long[] {0}, "repeats the few elements"),
        Arguments.of(0, new int[] {1 << 30, 1 << 30}, new long[] {0, 0}, "more elements than"),
        Arguments.of(0, new int[] {2, 2}, new long[] {1}, "has 1 strides"));
  }

  @ParameterizedTest
  @MethodSource("views")
  void viewsOutsideOfTheirStorageAreRefused(
      long offset, int[] shape, long[] strides, String sentence) {
    byte[] pickle =
        PickleAssembler.stateDictionary(
            PickleAssembler.storage(1, 2, 3, 4), offset, shape, strides);
    Path file = Fixtures.write(folder.resolve("hostile.pkl"), pickle);

    assertThatThrownBy(() -> Checkpoint.read(file))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining(sentence);
  }

  @Test
  void fileWithinAFileWithinAFileIsRefusedInTheEnd() {
    byte[] inner = PickleAssembler.storage(1, 2);
    for (int i = 0; i < 12; i++) {
      inner =
          PickleAssembler.protocol2()
              .raw("\u008a\nl\u00fc\u009cF\u00f9 j\u00a8P\u0019.")
              .raw("\u0080\u0002M\u00e9\u0003.\u0080\u0002}.\u0080\u0002")
              .global("torch.storage", "_load_from_bytes")
              .blob(inner)
              .raw("\u0085R.\u0080\u0002].")
              .done();
    }
    Path file = Fixtures.write(folder.resolve("hostile.pkl"), inner);

    assertThatThrownBy(() -> Checkpoint.read(file))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("file within a file");
  }

  static Stream<Arguments> headers() {
    return Stream.of(
        Arguments.of(
            "{\"a\":{\"dtype\":\"F8_E5M2\",\"shape\":[4],\"data_offsets\":[0,4]}}", "F8_E5M2"),
        Arguments.of(
            "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,4]}}", "leaves its"),
        Arguments.of("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,8]}}", "outside"),
        Arguments.of("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,0]}}", "outside"),
        Arguments.of(
            "{\"a\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[2,4]}}", "begins at byte 2"),
        Arguments.of(
            "{\"a\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[0,2]}}", "belong to no"),
        Arguments.of(
            "{\"a\":{\"dtype\":\"U8\",\"shape\":[3],\"data_offsets\":[0,3]},"
                + "\"b\":{\"dtype\":\"U8\",\"shape\":[3],\"data_offsets\":[1,4]}}",
            "begins at byte 1"),
        Arguments.of(
            "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},"
                + "\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}",
            "'a' twice"),
        Arguments.of(
            "{\"a\":{\"dtype\":\"F32\",\"shape\":[4294967296,4294967296],\"data_offsets\":[0,4]}}",
            "more elements than"),
        Arguments.of(
            "{\"a\":{\"dtype\":\"F32\",\"shape\":[-1],\"data_offsets\":[0,4]}}", "negative"),
        Arguments.of("{\"a\":{\"dtype\":\"F32\",\"shape\":[1e0],\"data_offsets\":[0,4]}}", "whole"),
        Arguments.of("{\"a\":3}", "whole numbers"),
        Arguments.of("{\"a\":" + "[".repeat(100_000), "no JSON object"),
        Arguments.of("{\"a\":1} ,", "no JSON object"));
  }

  @ParameterizedTest
  @MethodSource("headers")
  void safetensorsThatDoNotAddUpAreRefused(String header, String sentence) {
    byte[] json = header.getBytes(StandardCharsets.UTF_8);
    byte[] bytes =
        ByteBuffer.allocate(12 + json.length)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putLong(json.length)
            .put(json)
            .array();
    Path file = Fixtures.write(folder.resolve("hostile.safetensors"), bytes);

    assertThatThrownBy(() -> Checkpoint.read(file))
        .isInstanceOf(CheckpointException.class)
        .hasMessageStartingWith(file.toString())
        .hasMessageContaining(sentence);
  }

  @Test
  void unknownFileIsToldWhatIsRead() {
    Path file =
        Fixtures.write(folder.resolve("weights.pkl"), "hello".getBytes(StandardCharsets.UTF_8));

    assertThatThrownBy(() -> Checkpoint.read(file))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("is none of the files that Retort reads, which are pickles of EDM");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"types.pth", "types.pt", "types.npz", "types.safetensors", "edm2-knotted.pkl"})
  void fileCutOffAnywhereIsReadOrRefused(String name) {
    byte[] whole = Fixtures.bytes(name);
    for (int length = 0; length < whole.length; length++) {
      assertThat(FuzzedFile.read(Arrays.copyOf(whole, length))).as("%d bytes", length).isFalse();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"types.pth", "types.pt", "types.npz", "types.safetensors", "edm2-knotted.pkl"})
  void fileWithFlippedBitsIsReadOrRefused(String name) {
    Random random = new Random(7);
    for (int round = 0; round < 1000; round++) {
      byte[] bytes = Fixtures.bytes(name);
      for (int flips = random.nextInt(3); flips >= 0; flips--) {
        bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
      }
      FuzzedFile.read(bytes);
    }
  }

  private static PickleAssembler asm() {
    return PickleAssembler.protocol2();
  }
}
