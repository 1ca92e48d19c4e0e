package retort.trainer.tensorboard;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.CodedInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import retort.denoiser.ImageShape;
import retort.image.ImageGrid;
import retort.trainer.distill.RunFolder;

/** Reads the events back as TensorBoard does, with every checksum. */
class EventLogTest {
  private static final ImageShape GREY = new ImageShape(1, 2, 3);

  private final Path path;
  private RunFolder folder;

  EventLogTest(@TempDir Path path) {
    this.path = path;
    this.folder = open();
  }

  private RunFolder open() {
    return RunFolder.open(path, Map.of("method", "sid", "augment", "a|b"), Set.of());
  }

  @AfterEach
  void close() {
    folder.close();
  }

  private Path file() {
    return path.resolve("events.out.tfevents.retort");
  }

  private static int masked(byte[] bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, bytes.length);
    int value = (int) crc.getValue();
    return (value >>> 15 | value << 17) + 0xa282ead8;
  }

  /** The records of a file, each with the sum of both its checksums as it should be. */
  private static List<byte[]> records(Path file) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    List<byte[]> records = new ArrayList<>();
    while (bytes.hasRemaining()) {
      byte[] length = new byte[8];
      bytes.get(length);
      assertThat(bytes.getInt()).isEqualTo(masked(length));
      byte[] record =
          new byte[(int) ByteBuffer.wrap(length).order(ByteOrder.LITTLE_ENDIAN).getLong()];
      bytes.get(record);
      assertThat(bytes.getInt()).isEqualTo(masked(record));
      records.add(record);
    }
    return records;
  }

  /** The fields of a message: numbers, or bytes; a repeated field has all its values. */
  private static Map<Integer, List<Object>> fields(byte[] message) throws IOException {
    Map<Integer, List<Object>> fields = new LinkedHashMap<>();
    CodedInputStream in = CodedInputStream.newInstance(message);
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      Object value =
          switch (tag & 7) {
            case 0 -> in.readInt64();
            case 1 -> in.readDouble();
            case 2 -> in.readByteArray();
            case 5 -> in.readFloat();
            default -> throw new AssertionError("tag " + tag);
          };
      fields.computeIfAbsent(tag >>> 3, key -> new ArrayList<>()).add(value);
    }
    return fields;
  }

  private static Object field(Map<Integer, List<Object>> message, int number) {
    return message.getOrDefault(number, List.of()).get(0);
  }

  private static String text(Object bytes) {
    return new String((byte[]) bytes, StandardCharsets.UTF_8);
  }

  /** An event's values by their tags. */
  private static Map<String, Map<Integer, List<Object>>> values(byte[] record) throws IOException {
    Map<String, Map<Integer, List<Object>>> values = new LinkedHashMap<>();
    for (Object value : fields((byte[]) field(fields(record), 5)).getOrDefault(1, List.of())) {
      Map<Integer, List<Object>> parts = fields((byte[]) value);
      values.put(text(field(parts, 1)), parts);
    }
    return values;
  }

  private void recordSteps(long images, double loss) {
    Map<String, Number> line = new LinkedHashMap<>();
    line.put("step", images / 10);
    line.put("images", images);
    line.put("seconds", images / 4.0);
    line.put("loss_generator", loss);
    line.put("gradient_norm", 2.5);
    line.put("score_gap", 0.25);
    folder.record(line);
  }

  private void recordReport(long images, double distance) {
    ImageGrid.ofColumns(2).write(folder.samples(images), new float[24], GREY);
    Map<String, Number> line = new LinkedHashMap<>();
    line.put("images", images);
    line.put("seconds", images / 4.0);
    line.put("image_change", 3.5);
    line.put("frechet_distance", distance);
    folder.record(line);
  }

  @Test
  void theFileBeginsWithItsVersionAndTheOptions() throws IOException {
    EventLog.follow(folder);

    List<byte[]> records = records(file());
    assertThat(records).hasSize(2);
    assertThat(text(field(fields(records.get(0)), 3))).isEqualTo("brain.Event:2");
    Map<Integer, List<Object>> options = values(records.get(1)).getOrDefault("options", Map.of());
    Map<Integer, List<Object>> tensor = fields((byte[]) field(options, 8));
    assertThat(field(tensor, 1)).isEqualTo(7L);
    assertThat(text(field(tensor, 8))).contains("| method | sid |\n", "| augment | a\\|b |\n");
    Map<Integer, List<Object>> metadata = fields((byte[]) field(options, 9));
    assertThat(text(field(fields((byte[]) field(metadata, 1)), 1))).isEqualTo("text");
  }

  @Test
  void everyNumberIsAPointOverTheImagesShown() throws IOException {
    EventLog.follow(folder);
    recordSteps(2000, -0.5);

    byte[] record = records(file()).get(2);
    double start = (double) field(fields(records(file()).get(0)), 1);
    assertThat(field(fields(record), 1)).isEqualTo(start + 500);
    assertThat(field(fields(record), 2)).isEqualTo(2000L);
    assertThat(values(record))
        .containsOnlyKeys(
            "progress/step",
            "progress/seconds",
            "loss/generator",
            "gradient_norm/gradient_norm",
            "signal/score_gap");
    assertThat(field(values(record).getOrDefault("loss/generator", Map.of()), 2)).isEqualTo(-0.5f);
  }

  @Test
  void aReportHasItsSamples() throws IOException {
    EventLog.follow(folder);
    recordReport(2000, 1.5);

    Map<String, Map<Integer, List<Object>>> values = values(records(file()).get(2));
    assertThat(values)
        .containsOnlyKeys("signal/image_change", "measure/frechet_distance", "samples");
    Map<Integer, List<Object>> image =
        fields((byte[]) field(values.getOrDefault("samples", Map.of()), 4));
    // Two columns and two rows of 3 x 2 pixels, with gaps of 2, in grey.
    assertThat(List.of(field(image, 1), field(image, 2), field(image, 3)))
        .containsExactly(10L, 12L, 1L);
    assertThat((byte[]) field(image, 4)).isEqualTo(Files.readAllBytes(folder.samples(2000)));
  }

  @Test
  void aResumedRunHasEveryPointOnceAndInTheSameBytes() throws IOException {
    folder.save(new RunFolder.Saved(0, 0, 0, Map.of()));
    EventLog.follow(folder);
    recordSteps(1000, 0.5);
    recordReport(1000, 3);
    recordSteps(2000, 0.25);
    byte[] before = Files.readAllBytes(file());
    // Killed while it wrote: half a record is there.
    Files.write(file(), Arrays.copyOf(before, before.length - 7));
    folder.close();

    folder = open();
    EventLog.follow(folder);
    assertThat(file()).hasBinaryContent(before);
    recordReport(2000, 2);

    assertThat(records(file())).hasSize(6);
  }

  @Test
  void aFileThatCannotBeWrittenDoesNotEndTheRun() throws IOException {
    Files.createDirectories(file());

    EventLog.follow(folder);
    recordSteps(1000, 0.5);

    assertThat(Files.readString(path.resolve("stats.jsonl"))).contains("\"images\":1000");
  }
}
