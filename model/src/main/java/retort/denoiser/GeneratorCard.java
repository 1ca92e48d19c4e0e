package retort.denoiser;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import retort.onnx.OnnxException;

/**
 * What the file of a deployable generator says of itself, in its metadata.
 *
 * <p>The network in the file takes {@code noise} float32 [N, C, H, W], the same of {@code noise_1},
 * {@code noise_2}, ... where later steps add noise, and, where there are labels, {@code label}
 * float32 [N, K] (one-hot, any mix; zeros mean unconditional); it gives {@code image}: uint8 [N, H,
 * W, C], or float32 [N, C, H, W] in [-1, 1].
 *
 * @param labelNames a name for each of the K labels; empty for an unconditional generator
 * @param referenceSamples images it makes, before they are rounded to grey levels
 * @param properties everything else, by full key; see {@link MetadataKeys}
 */
public record GeneratorCard(
    List<String> labelNames,
    Optional<ReferenceSamples> referenceSamples,
    Map<String, String> properties) {
  public GeneratorCard {
    labelNames = List.copyOf(labelNames);
    properties = Map.copyOf(properties);
  }

  /** How many labels the generator is conditioned on; 0 for an unconditional one. */
  public int labels() {
    return labelNames.size();
  }

  /** A property, where the file has it. */
  public Optional<String> property(String key) {
    return Optional.ofNullable(properties.get(key));
  }

  /** Whether metadata is that of a deployable generator. */
  public static boolean describes(Map<String, String> metadata) {
    return MetadataKeys.GENERATOR.equals(metadata.get(MetadataKeys.KIND));
  }

  /**
   * Reads metadata.
   *
   * @param shape of the images, as the file's input {@code noise} says
   * @throws OnnxException when it is not that of a deployable generator, or damaged
   */
  public static GeneratorCard of(Map<String, String> metadata, ImageShape shape) {
    SortedMap<String, String> left = new TreeMap<>(metadata);
    if (!describes(metadata)) {
      throw new OnnxException(
          "not a deployable generator: metadata "
              + MetadataKeys.KIND
              + " is '"
              + metadata.getOrDefault(MetadataKeys.KIND, "")
              + "' but '"
              + MetadataKeys.GENERATOR
              + "' is expected; 'retort export' makes one from what 'retort distill' wrote");
    }
    left.remove(MetadataKeys.KIND);
    String names = left.remove(MetadataKeys.LABEL_NAMES);
    String samples = left.remove(MetadataKeys.REFERENCE_SAMPLES);
    return new GeneratorCard(
        names == null || names.isEmpty() ? List.of() : Arrays.asList(names.split("\n", -1)),
        Optional.ofNullable(samples).map(text -> ReferenceSamples.decode(text, shape)),
        left);
  }

  /** The metadata that {@link #of} reads. */
  public SortedMap<String, String> metadata() {
    SortedMap<String, String> metadata = new TreeMap<>(properties);
    metadata.put(MetadataKeys.KIND, MetadataKeys.GENERATOR);
    if (!labelNames.isEmpty()) {
      metadata.put(MetadataKeys.LABEL_NAMES, String.join("\n", labelNames));
    }
    referenceSamples.ifPresent(
        samples -> metadata.put(MetadataKeys.REFERENCE_SAMPLES, samples.encode()));
    return metadata;
  }
}
