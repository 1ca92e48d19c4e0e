package retort.denoiser;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.InflaterInputStream;
import retort.graph.DataType;
import retort.graph.GraphException;
import retort.graph.HalfPrecision;
import retort.graph.Tensor;
import retort.onnx.OnnxException;

/**
 * Images that a generator is known to make, kept in its file as evidence: whoever runs the file
 * makes them again from the seeds and labels and compares.
 *
 * <p>In metadata they are one text: the seeds, the labels and the images, each on a line; images
 * are float16, deflated, in base64.
 *
 * @param seeds seed of each image's noise, see {@link retort.noise.GaussianNoise}
 * @param labels label of each image; empty for a generator without labels
 * @param images float32 [n, C, H, W] in [-1, 1]
 */
public record ReferenceSamples(List<Long> seeds, List<Integer> labels, Tensor images) {
  private static final int MAX_SAMPLES = 16;
  private static final int MAX_BYTES = 2 << 20;

  public ReferenceSamples {
    seeds = List.copyOf(seeds);
    labels = List.copyOf(labels);
    boolean labelled = labels.isEmpty() || labels.size() == seeds.size();
    if (!labelled || images.rank() != 4 || images.dim(0) != seeds.size()) {
      throw new IllegalArgumentException(
          seeds.size()
              + " seeds, "
              + labels.size()
              + " labels and images "
              + images
              + " do not belong together");
    }
  }

  /** How many samples of a shape are kept: 16, fewer when these would not stay under 2 MiB. */
  public static int count(ImageShape shape) {
    long encoded = shape.elements() * 2L * 4 / 3 + 64;
    return (int) Math.max(1, Math.min(MAX_SAMPLES, MAX_BYTES / encoded));
  }

  /** The text for the metadata. */
  public String encode() {
    ByteBuffer halves = ByteBuffer.allocate(images.elements() * 2).order(ByteOrder.LITTLE_ENDIAN);
    for (float value : images.floats()) {
      halves.putShort(HalfPrecision.toFloat16(value));
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DeflaterOutputStream deflater = new DeflaterOutputStream(bytes)) {
      deflater.write(halves.array());
    } catch (IOException e) {
      throw new IllegalStateException("memory cannot be written", e);
    }
    return join(seeds)
        + "\n"
        + join(labels)
        + "\n"
        + Base64.getEncoder().encodeToString(bytes.toByteArray());
  }

  private static String join(List<?> numbers) {
    return numbers.stream().map(Object::toString).collect(Collectors.joining(","));
  }

  /**
   * Reads the text of {@link #encode}. No text, however made, takes more memory than the samples
   * that are kept of the shape.
   *
   * @throws OnnxException when it is malformed
   */
  public static ReferenceSamples decode(String text, ImageShape shape) {
    String[] lines = text.split("\n", -1);
    if (lines.length != 3) {
      throw new OnnxException(
          "metadata "
              + MetadataKeys.REFERENCE_SAMPLES
              + " has "
              + lines.length
              + " lines instead of 3");
    }
    try {
      List<Long> seeds = split(lines[0]).map(Long::parseLong).toList();
      if (seeds.isEmpty() || seeds.size() > count(shape)) {
        throw new IllegalArgumentException(
            "it has " + seeds.size() + " samples instead of 1 to " + count(shape));
      }
      float[] images = images(lines[2], seeds.size() * shape.elements());
      return new ReferenceSamples(
          seeds,
          split(lines[1]).map(Integer::parseInt).toList(),
          Tensor.floats(
              new int[] {seeds.size(), shape.channels(), shape.height(), shape.width()}, images));
    } catch (IllegalArgumentException | GraphException e) {
      throw new OnnxException(
          "metadata " + MetadataKeys.REFERENCE_SAMPLES + " is damaged: " + e.getMessage(), e);
    }
  }

  private static float[] images(String text, int values) {
    byte[] bytes = inflate(Base64.getDecoder().decode(text), 2 * values);
    ByteBuffer halves = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    float[] images = new float[values];
    for (int i = 0; i < values; i++) {
      images[i] = (float) HalfPrecision.toDouble(DataType.FLOAT16, halves.getShort());
      if (!Float.isFinite(images[i])) {
        throw new IllegalArgumentException("value " + i + " of its images is " + images[i]);
      }
    }
    return images;
  }

  /** Exactly so many bytes: a few may inflate to more than memory holds. */
  private static byte[] inflate(byte[] deflated, int size) {
    try (InflaterInputStream inflater =
        new InflaterInputStream(new ByteArrayInputStream(deflated))) {
      byte[] bytes = inflater.readNBytes(size);
      if (bytes.length < size || inflater.read() >= 0) {
        throw new IllegalArgumentException(
            "its images do not inflate to the " + size + " bytes expected");
      }
      return bytes;
    } catch (IOException e) {
      throw new IllegalArgumentException("its images do not inflate: " + e.getMessage(), e);
    }
  }

  private static Stream<String> split(String numbers) {
    return numbers.isEmpty() ? Stream.empty() : Arrays.stream(numbers.split(","));
  }
}
