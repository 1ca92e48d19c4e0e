package retort.exporter.checkpoint;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** Tells a file's format from its content. */
final class Formats {
  private static final int START = 64;
  private static final int PROTOCOL = 0x80;

  private Formats() {}

  /** Reads a file or folder of any format; see {@link Checkpoint#read(Path)}. */
  static Checkpoint read(Path file, Optional<String> network) {
    Budget budget = new Budget(file.toString());
    if (Files.isDirectory(file)) {
      return DiffusersFolder.read(file, budget);
    }
    if (!Files.exists(file)) {
      throw new CheckpointException(file + ": there is no such file; check the path");
    }
    return read(FileBytes.of(file), network, budget);
  }

  /** Reads the bytes of a file of any format. */
  static Checkpoint read(FileSource bytes, Optional<String> network, Budget budget) {
    byte[] start = start(bytes);
    if (start.length > 0 && start[0] == '{' && new String(start, ISO_8859_1).indexOf(':') > 0) {
      return ShardIndex.read(bytes, network, budget);
    }
    return weights(bytes, network, budget);
  }

  /** Reads a file that holds tensors itself. */
  static Checkpoint weights(FileSource file, Optional<String> network, Budget budget) {
    byte[] start = start(file);
    String text = new String(start, ISO_8859_1);
    if (text.startsWith("PK\3\4")) {
      return archive(file, network, budget);
    }
    if (Safetensors.begins(start)) {
      return Safetensors.read(file, budget);
    }
    if (start.length > 1 && ((start[0] & 0xff) == PROTOCOL || oldPickle(text))) {
      return pickle(file, network, budget);
    }
    if (text.startsWith("version https://git-lfs")) {
      throw new CheckpointException(
          file.file() + ": is a pointer of Git LFS, not the file; fetch it with git lfs pull");
    }
    throw new CheckpointException(
        file.file()
            + ": is none of the files that Retort reads, which are pickles of EDM, EDM2, SiD and"
            + " SiDA (.pkl), files of PyTorch (.pt, .pth, .bin), safetensors and their index,"
            + " archives of NumPy (.npz), diffusers folders and ONNX models (.onnx); check that the"
            + " download is whole");
  }

  /** Protocols 0 and 1 begin with a mark, an empty container or the name of a class. */
  private static boolean oldPickle(String start) {
    return start.matches("(?s)[(\\]})].*|c[A-Za-z_][A-Za-z0-9_.]*\n.*");
  }

  private static Checkpoint archive(FileSource file, Optional<String> network, Budget budget) {
    Map<String, ZipItem> items = ZipDirectory.read(file, budget);
    Optional<ZipItem> pickle = TorchZip.pickle(items);
    if (pickle.isPresent()) {
      Object root = TorchZip.load(items, pickle.get(), budget);
      return new Networks(file.file(), root, budget).checkpoint("PyTorch archive", network);
    }
    if (NumpyArchive.is(items)) {
      return Checkpoint.of(
          file.file(), "NumPy archive", NumpyArchive.read(items, budget), Map.of());
    }
    throw new CheckpointException(
        file.file()
            + ": is a zip archive of neither PyTorch (data.pkl) nor NumPy (.npy) but of "
            + Words.list(items.keySet())
            + "; unpack it, and give the file or folder within");
  }

  private static Checkpoint pickle(FileSource file, Optional<String> network, Budget budget) {
    try (ByteCursor in = new ByteCursor(file, 0)) {
      Object first = new PickleMachine(in, PersistentIds.NONE, budget, 0).load();
      return LegacyTorch.begins(first)
          ? new Networks(file.file(), LegacyTorch.rest(in, budget), budget)
              .checkpoint("PyTorch file from before 1.6", network)
          : new Networks(file.file(), first, budget).checkpoint("pickle", network);
    }
  }

  private static byte[] start(FileSource file) {
    try (ByteCursor in = new ByteCursor(file, 0)) {
      return in.bytes((int) Math.min(START, file.size()));
    }
  }
}
