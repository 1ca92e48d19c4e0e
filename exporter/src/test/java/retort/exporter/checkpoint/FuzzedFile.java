package retort.exporter.checkpoint;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Optional;
import retort.graph.Tensor;

/** Reads whatever bytes as a file: all that it promises, or one sentence why not. */
final class FuzzedFile {
  private static final int MAX_READ = 1 << 20;
  private static final Path FILE = Path.of("fuzzed.bin");

  private FuzzedFile() {}

  /** A file in memory: a fuzzer has no time for disks. */
  @SuppressWarnings("ArrayRecordComponent") // Compared by nobody.
  private record Held(Path file, byte[] bytes) implements FileSource {
    @Override
    public long size() {
      return bytes.length;
    }

    @Override
    public InputStream open(long from) {
      return new ByteArrayInputStream(bytes, (int) from, bytes.length - (int) from);
    }
  }

  /** Whether the bytes were read; anything but a refusal is thrown on. */
  static boolean read(byte[] bytes) {
    try {
      Checkpoint checkpoint =
          Formats.read(new Held(FILE, bytes), Optional.empty(), new Budget(FILE.toString()));
      for (Tensor tensor : checkpoint.tensors().values()) {
        if (tensor.elements() <= MAX_READ) {
          tensor.reals();
        }
      }
      return true;
    } catch (CheckpointException e) {
      if (e.getMessage() == null || !e.getMessage().startsWith(FILE.toString())) {
        throw new AssertionError("a refusal that names no file: " + e.getMessage(), e);
      }
      return false;
    }
  }
}
