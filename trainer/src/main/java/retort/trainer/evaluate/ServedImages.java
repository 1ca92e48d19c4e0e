package retort.trainer.evaluate;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import retort.command.LauncherException;
import retort.denoiser.ImageShape;
import retort.noise.GaussianNoise;
import retort.trainer.data.SampledImages;

/**
 * The images of a running server, asked for by {@code retort generate} in a process of its own: the
 * trainer knows nothing of the wire. Image k has the seed {@code firstSeed + k} and the label
 * {@code k mod K}.
 *
 * <p>That process lives as long as a call, and no longer than this one; when this one is told to
 * end, {@link #read} returns early.
 */
public final class ServedImages implements ImageSet {
  private static final int PART = 250;
  private static final float HALF_RANGE = 127.5f;

  /** For one answer: a large generator on a slow machine. */
  private static final int PATIENCE_SECONDS = 300;

  private final Path script;
  private final List<String> server;
  private final long firstSeed;
  private final int count;
  private final RawHeader header;

  /**
   * Asks the server which model it has.
   *
   * @param script the launcher, which runs every command
   * @param address {@code HOST:PORT}
   * @param model its name, or empty for the server's only one
   * @param firstSeed of the first image
   * @param count how many images to ask for
   * @throws LauncherException when there is no such server or model, with the sentence of
   *     'generate'
   */
  public ServedImages(Path script, String address, String model, long firstSeed, int count) {
    GeneratedImages.seeds(firstSeed, count); // Refuses what no server can be asked for.
    this.script = script;
    this.server =
        model.isEmpty()
            ? List.of("--server", address)
            : List.of("--server", address, "--model", model);
    this.firstSeed = firstSeed;
    this.count = count;
    try (GeneratingProcess process = new GeneratingProcess(script, flags(0, 0))) {
      this.header = process.header();
    }
  }

  private List<String> flags(int first, int images) {
    List<String> flags = new ArrayList<>(server);
    flags.addAll(List.of("--timeout", Integer.toString(PATIENCE_SECONDS)));
    flags.addAll(List.of("--seed", Long.toString(firstSeed)));
    flags.addAll(List.of("--first", Integer.toString(first)));
    flags.addAll(List.of("--images", Integer.toString(images)));
    return flags;
  }

  @Override
  public ImageShape shape() {
    return header.shape();
  }

  @Override
  public int count() {
    return count;
  }

  @Override
  public Map<String, String> origin() {
    Map<String, String> origin = new LinkedHashMap<>();
    origin.put(SampledImages.MODEL_DIGEST, header.digest());
    origin.put("served_model", header.model());
    origin.put(SampledImages.SEED_ALGORITHM, GaussianNoise.ALGORITHM);
    origin.put(SampledImages.SAMPLER, "server");
    origin.put("seeds", GeneratedImages.seeds(firstSeed, count));
    return origin;
  }

  @Override
  public void read(int first, Sink sink) {
    try (GeneratingProcess process = new GeneratingProcess(script, flags(first, count - first))) {
      try {
        hand(process, first, sink);
      } catch (LauncherException e) {
        // Ending it makes it fail, which is no news then.
        if (!process.interrupted()) {
          throw e;
        }
      }
    }
  }

  private void hand(GeneratingProcess process, int first, Sink sink) {
    RawHeader now = process.header();
    boolean same =
        now.digest().equals(header.digest())
            && now.shape().equals(header.shape())
            && now.labels().equals(header.labels());
    if (!same) {
      throw new LauncherException(
          "the server's model %s has changed since it was first asked (SHA-256 %s, before %s); evaluate it again"
              .formatted(now.model(), now.digest(), header.digest()));
    }
    if (now.first() != first || now.count() != count - first || now.seed() != firstSeed) {
      throw new LauncherException(
          "'retort generate' sends %d images from image %d of seed %d on, but was asked for %d from image %d of seed %d; build Retort again, all of one version"
              .formatted(now.count(), now.first(), now.seed(), count - first, first, firstSeed));
    }
    int size = shape().elements();
    boolean wanted = true;
    for (int from = first; from < count && wanted; from += PART) {
      int n = Math.min(PART, count - from);
      int[] labels = new int[header.labels().isEmpty() ? 0 : n];
      for (int i = 0; i < labels.length; i++) {
        labels[i] = header.label(from + i);
      }
      float[] images = images(process.read(n * size), n);
      if (from + n == count) {
        process.requireEnd();
      }
      wanted = sink.accept(images, labels);
    }
  }

  /** From bytes [n, H, W, C] to [n, C, H, W] in [-1, 1]. */
  private float[] images(byte[] pixels, int n) {
    int channels = shape().channels();
    int plane = shape().height() * shape().width();
    float[] images = new float[pixels.length];
    for (int i = 0; i < n * plane; i++) {
      int image = i / plane;
      for (int c = 0; c < channels; c++) {
        int level = Byte.toUnsignedInt(pixels[i * channels + c]);
        images[(image * channels + c) * plane + i % plane] = level / HALF_RANGE - 1;
      }
    }
    return images;
  }
}
