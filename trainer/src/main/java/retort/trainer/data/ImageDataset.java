package retort.trainer.data;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import retort.denoiser.ImageShape;
import retort.file.FileDigest;
import retort.noise.UniformDraws;

/**
 * Training images of one shape, with a label each or without labels.
 *
 * <p>Pixels are held in memory as they are in files, one byte a value; they become float32 in [-1,
 * 1] when a batch is taken. Immutable and safe to share between threads.
 */
public final class ImageDataset {

  private static final float HALF_RANGE = 127.5f;

  private final ImageShape shape;
  private final byte[][] pixels; // [N][C * H * W]
  private final int[] labels; // [N], or empty
  private final List<String> labelNames; // [K]; empty without labels
  private final int lossy;

  /** Takes the arrays over: the readers of this package check what they pass. */
  ImageDataset(ImageShape shape, byte[][] pixels, int[] labels, List<String> labelNames) {
    this(shape, pixels, labels, labelNames, 0);
  }

  /** The same, of which {@code lossy} images come from JPEG files. */
  ImageDataset(
      ImageShape shape, byte[][] pixels, int[] labels, List<String> labelNames, int lossy) {
    this.shape = shape;
    this.pixels = pixels;
    this.labels = labels;
    this.labelNames = List.copyOf(labelNames);
    this.lossy = lossy;
  }

  /** The training half of what {@link #open(Path, Split)} reads. */
  public static ImageDataset open(Path source) {
    return open(source, Split.TRAIN);
  }

  /**
   * Reads images and labels. The source is one of:
   *
   * <ul>
   *   <li>a folder with {@code train-images-idx3-ubyte} and {@code train-labels-idx1-ubyte}, or
   *       those of {@code t10k}, each with or without {@code .gz}; the split says which pair;
   *   <li>a file {@code *images*idx3*}, with or without {@code .gz}; labels come from {@code
   *       *labels*idx1*} beside it, where that exists;
   *   <li>a folder with CIFAR-10 or CIFAR-100 in its binary version, {@code data_batch_1.bin} or
   *       {@code train.bin} and so on, or the folder around it; the split says which files. Labels
   *       are the fine ones, with their names where the file of names lies beside them;
   *   <li>one of these files, named as it was published;
   *   <li>a folder of PNG and JPEG files, or a zip of such a folder. Labels come from its {@code
   *       dataset.json}, {@code {"labels": [["a/b.png", 3], ...]}} or {@code {"labels": null}}.
   *       Without that file the labels are the sub-folders, sorted by name; images that share one
   *       folder have none. The split plays no part.
   * </ul>
   *
   * <p>Grey images have 1 channel, all others 3; transparent pixels are laid over black, and 16
   * bits become 8. Colour profiles are ignored. Images of a folder or zip are sorted by path.
   *
   * @throws DataException when the source does not exist, cannot be read, or is inconsistent
   */
  public static ImageDataset open(Path source, Split split) {
    if (Files.isDirectory(source)) {
      return IdxPair.isIn(source)
          ? IdxPair.in(source, split).read()
          : CifarFiles.in(source, split)
              .map(CifarFiles::read)
              .orElseGet(() -> ImageFiles.readFolder(source));
    }
    if (!Files.exists(source)) {
      throw new DataException(
          source
              + ": does not exist. Give a folder or zip of PNG or JPEG images, a folder of IDX files"
              + " as MNIST has them or of CIFAR's binary files, or one such file of images");
    }
    if (source.toString().matches(".*\\.(tar|tar\\.gz|tgz)")) {
      throw new DataException(
          source + ": is an archive, which is not read: unpack it with tar and give its folder");
    }
    return isZip(source)
        ? ImageFiles.readZip(source)
        : CifarFiles.of(source).map(CifarFiles::read).orElseGet(() -> IdxPair.of(source).read());
  }

  /**
   * A dataset of images that are in memory; the arrays are copied.
   *
   * @param shape {@code [C, H, W]}
   * @param pixels {@code [N, C, H, W]}, each byte unsigned
   * @param labels {@code [N]}, or empty for none
   * @param labelNames a name for each label, or empty for none
   * @throws IllegalArgumentException when sizes disagree or a label has no name
   */
  public static ImageDataset of(
      ImageShape shape, byte[] pixels, int[] labels, List<String> labelNames) {
    int n = pixels.length / shape.elements();
    if (n == 0 || pixels.length % shape.elements() != 0) {
      throw new IllegalArgumentException(
          pixels.length + " bytes are not one or more whole images " + shape);
    }
    if (labels.length != (labelNames.isEmpty() ? 0 : n)) {
      throw new IllegalArgumentException(
          "%d labels and %d label names are given for %d images: one label an image and one name a label, or none of both"
              .formatted(labels.length, labelNames.size(), n));
    }
    for (int label : labels) {
      if (label < 0 || label >= labelNames.size()) {
        throw new IllegalArgumentException(
            "label " + label + " has no name: there are " + labelNames.size() + ", from 0 on");
      }
    }
    byte[][] images = new byte[n][];
    for (int i = 0; i < n; i++) {
      images[i] = Arrays.copyOfRange(pixels, i * shape.elements(), (i + 1) * shape.elements());
    }
    return new ImageDataset(shape, images, labels.clone(), labelNames);
  }

  private static boolean isZip(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      return Arrays.equals(in.readNBytes(2), new byte[] {'P', 'K'});
    } catch (IOException e) {
      throw new DataException(file + ": cannot be read: " + e, e);
    }
  }

  /** The same images without their labels. */
  public ImageDataset withoutLabels() {
    return new ImageDataset(shape, pixels, new int[0], List.of(), lossy);
  }

  /** The number of images, N; at least 1. */
  public int size() {
    return pixels.length;
  }

  /** The shape of every image. */
  public ImageShape shape() {
    return shape;
  }

  /** A name for each of the K labels; empty for a dataset without labels. */
  public List<String> labelNames() {
    return labelNames;
  }

  /** Whether images have labels. */
  public boolean isLabelled() {
    return !labelNames.isEmpty();
  }

  /** How many images come from files of a lossy format, whose pixels are not those saved. */
  public int lossy() {
    return lossy;
  }

  /** Images as float32 {@code [n, C, H, W]}: {@code byte / 127.5 - 1}, in the order asked for. */
  public float[] images(int[] indices) {
    float[] images = new float[Math.multiplyExact(indices.length, shape.elements())];
    int at = 0;
    for (int index : indices) {
      for (byte value : pixels[index]) {
        images[at++] = Byte.toUnsignedInt(value) / HALF_RANGE - 1f;
      }
    }
    return images;
  }

  /** Labels of images, one-hot {@code [n, K]}; an empty array without labels. */
  public float[] oneHot(int[] indices) {
    int k = labelNames.size();
    float[] oneHot = new float[indices.length * k];
    for (int i = 0; i < indices.length && k > 0; i++) {
      oneHot[i * k + labels[indices[i]]] = 1f;
    }
    return oneHot;
  }

  /**
   * The label of an image, from 0 on.
   *
   * @throws IllegalStateException when the dataset has no labels
   */
  public int label(int index) {
    if (!isLabelled()) {
      throw new IllegalStateException("this dataset has no labels: ask isLabelled() first");
    }
    return labels[index];
  }

  /**
   * A label drawn with the frequency that it has among the images: that of an image drawn
   * uniformly.
   *
   * @param draw index of the draw that decides
   * @throws IllegalStateException when the dataset has no labels
   */
  public int drawLabel(UniformDraws draws, long draw) {
    return label((int) draws.below(size(), draw));
  }

  /** How many images have each label, {@code [K]}; an empty array without labels. */
  public int[] labelHistogram() {
    int[] counts = new int[labelNames.size()];
    for (int label : labels) {
      counts[label]++;
    }
    return counts;
  }

  /** SHA-256 of shape, pixels and labels, in lower-case hexadecimal. */
  public String digest() {
    MessageDigest digest = FileDigest.algorithm();
    String head = shape + " " + size() + " " + labelNames.size() + "\n";
    digest.update(head.getBytes(StandardCharsets.UTF_8));
    for (byte[] image : pixels) {
      digest.update(image);
    }
    ByteBuffer numbers = ByteBuffer.allocate(Integer.BYTES * labels.length);
    numbers.asIntBuffer().put(labels);
    digest.update(numbers);
    return HexFormat.of().formatHex(digest.digest());
  }

  /** For logs: how many images, of which shape, with how many labels. */
  @Override
  public String toString() {
    String labelled = isLabelled() ? labelNames.size() + " labels" : "no labels";
    return size() + " images " + shape + ", " + labelled;
  }
}
