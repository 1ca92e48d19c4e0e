package retort.exporter.checkpoint;

import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import retort.graph.Tensor;

/**
 * A network as somebody published it: tensors by name, and how it was constructed where the file
 * says so.
 *
 * <p>The values of tensors stay in the file, and are read each time they are asked for; keep it
 * where it is until they are. No handle stays open. Safe to share between threads.
 *
 * @param file a file, or the folder of a diffusers model
 * @param format of the file, in words
 * @param network which of the file's networks this is, such as {@code ema}; empty where the file is
 *     one network
 * @param networks all that the file has, for {@link #read(Path, String)}
 * @param tensors in the order of the file, under the names of the network's state dictionary
 * @param configuration how the network was constructed
 * @param notes what the file says beside the network: {@code dataset_kwargs}, {@code augment_pipe},
 *     {@code loss_fn} and {@code encoder} of EDM's files, {@code scheduler} of a diffusers folder,
 *     {@code metadata} of safetensors; values as in {@link Configuration#arguments}
 */
public record Checkpoint(
    Path file,
    String format,
    String network,
    List<String> networks,
    Map<String, Tensor> tensors,
    Optional<Configuration> configuration,
    Map<String, Map<String, @Nullable Object>> notes) {
  public Checkpoint {
    networks = List.copyOf(networks);
    for (String name : tensors.keySet()) {
      if (!Words.plain(name, name.length()).equals(name)) {
        throw new CheckpointException(
            file
                + ": tensor "
                + Words.quoted(name)
                + " has a name with control characters; the file is damaged, get it again");
      }
    }
    tensors = Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
    notes = Collections.unmodifiableMap(new LinkedHashMap<>(notes));
  }

  /** A file that is one network and does not say how it was constructed. */
  static Checkpoint of(
      Path file,
      String format,
      Map<String, Tensor> tensors,
      Map<String, Map<String, @Nullable Object>> notes) {
    return new Checkpoint(file, format, "", List.of(""), tensors, Optional.empty(), notes);
  }

  /**
   * Reads names, shapes and configuration. Of several networks in a file it takes the averaged one:
   * {@code ema}, else {@code G_ema}, {@code net}, {@code model} and what else is usual.
   *
   * @param file a pickle of EDM, EDM2, SiD or SiDA, a file of PyTorch, a safetensors file or the
   *     index of several, an archive of NumPy, or a diffusers folder; recognised by its content
   * @throws CheckpointException when it is none of these, damaged, or holds several networks and
   *     none of a usual name
   */
  public static Checkpoint read(Path file) {
    return Formats.read(file, Optional.empty());
  }

  /**
   * Reads another of the networks in a file.
   *
   * @param network one of {@link #networks}
   * @throws CheckpointException as {@link #read(Path)} does, or when the file has no such network
   */
  public static Checkpoint read(Path file, String network) {
    return Formats.read(file, Optional.of(network));
  }

  /** The same tensors as part of another file, which says how the network was constructed. */
  Checkpoint describedBy(
      Path folder,
      String words,
      Configuration how,
      Map<String, Map<String, @Nullable Object>> more) {
    return new Checkpoint(folder, words, network, networks, tensors, Optional.of(how), more);
  }
}
