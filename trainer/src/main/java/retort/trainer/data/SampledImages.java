package retort.trainer.data;

import com.google.gson.Gson;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import retort.denoiser.ImageShape;
import retort.statistics.NpyArray;
import retort.statistics.NpyType;
import retort.statistics.NpzFile;

/**
 * Images that a network made, each with the seed that decides its noise, and how they were made: an
 * .npz file of {@code images} float32 [N, C, H, W], {@code labels} int32 [N], or [0] without,
 * {@code seeds} int64 [N], and {@code origin}, a JSON object as UTF-8 in uint8.
 *
 * <p>Treat the arrays as read-only; then it is safe to share between threads.
 */
public final class SampledImages {
  /** Keys of the origin: the model's digest, and what made images of it. */
  public static final String MODEL_DIGEST = "model_sha256";

  public static final String SEED_ALGORITHM = "seed_algorithm";
  public static final String SAMPLER = "sampler";
  public static final String STEPS = "steps";
  public static final String LEVELS = "levels";
  public static final String SIGMA_MIN = "sigma_min";
  public static final String SIGMA_MAX = "sigma_max";
  public static final String RHO = "rho";
  public static final String CHURN = "churn";
  public static final String CHURN_RANGE = "churn_range";
  public static final String CHURN_NOISE = "churn_noise";

  private static final String IMAGES = "images";
  private static final String LABELS = "labels";
  private static final String SEEDS = "seeds";
  private static final String ORIGIN = "origin";

  private final ImageShape shape;
  private final float[] images;
  private final int[] labels;
  private final long[] seeds;
  private final Map<String, String> origin;

  /**
   * Takes the arrays over.
   *
   * @param images [N, C, H, W]
   * @param labels [N], or empty for none
   * @param seeds [N]
   * @param origin how the images were made, by the keys above
   */
  public SampledImages(
      ImageShape shape, float[] images, int[] labels, long[] seeds, Map<String, String> origin) {
    boolean labelled = labels.length == 0 || labels.length == seeds.length;
    if (images.length != (long) seeds.length * shape.elements() || !labelled) {
      throw new IllegalArgumentException(
          "%d seeds and %d labels do not fit %d values of images %s"
              .formatted(seeds.length, labels.length, images.length, shape));
    }
    this.shape = shape;
    this.images = images;
    this.labels = labels;
    this.seeds = seeds;
    this.origin = Map.copyOf(origin);
  }

  /**
   * Reads a file.
   *
   * @throws DataException when the file has not the arrays above
   * @throws retort.statistics.NpyException when it cannot be read
   */
  public static SampledImages read(Path file) {
    requireMemory(file);
    Map<String, NpyArray> arrays = NpzFile.read(file);
    NpyArray images = array(file, arrays, IMAGES);
    NpyArray labels = array(file, arrays, LABELS);
    NpyArray seeds = array(file, arrays, SEEDS);
    int[] dims = images.shape();
    boolean whole = labels.type() == NpyType.INT32 && seeds.type() == NpyType.INT64;
    if (dims.length != 4 || images.type() != NpyType.FLOAT32 || !whole) {
      throw new DataException(
          "%s: has images %s, labels %s and seeds %s, but '<f4' of 4 dimensions, '<i4' and '<i8' are expected; draw them anew with 'retort sample'"
              .formatted(file, images, labels, seeds));
    }
    int[] numbers = Arrays.stream(labels.longs()).mapToInt(Math::toIntExact).toArray();
    try {
      return new SampledImages(
          new ImageShape(dims[1], dims[2], dims[3]),
          images.floats(),
          numbers,
          seeds.longs(),
          origin(file, array(file, arrays, ORIGIN)));
    } catch (IllegalArgumentException e) {
      throw new DataException(
          file + ": " + e.getMessage() + "; draw them anew with 'retort sample'", e);
    }
  }

  private static void requireMemory(Path file) {
    long most = Runtime.getRuntime().maxMemory();
    long size = file.toFile().length();
    if (size > most) {
      throw new DataException(
          "%s: its %d MiB are held in memory, but Java may use %d; set JAVA_OPTS=-Xmx%dm"
              .formatted(file, size >> 20, most >> 20, (2 * size) >> 20));
    }
  }

  private static NpyArray array(Path file, Map<String, NpyArray> arrays, String name) {
    return Optional.ofNullable(arrays.get(name))
        .orElseThrow(
            () ->
                new DataException(
                    file
                        + ": has no array "
                        + name
                        + " but "
                        + arrays.keySet()
                        + "; it should be what 'retort sample' wrote with --out FILE.npz"));
  }

  private static Map<String, String> origin(Path file, NpyArray text) {
    try {
      JsonElement json = JsonParser.parseString(new String(text.bytes(), StandardCharsets.UTF_8));
      Map<String, String> origin = new LinkedHashMap<>();
      json.getAsJsonObject().asMap().forEach((key, value) -> origin.put(key, value.getAsString()));
      return origin;
    } catch (JsonParseException | IllegalStateException | UnsupportedOperationException e) {
      throw new DataException(
          file + ": its origin is no JSON object of texts; draw the images anew", e);
    }
  }

  /**
   * Writes a file, over any of that name.
   *
   * @throws retort.statistics.NpyException when it cannot be written
   */
  public void write(Path file) {
    JsonObject json = new JsonObject();
    origin.entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .forEach(entry -> json.addProperty(entry.getKey(), entry.getValue()));
    byte[] text = new Gson().toJson(json).getBytes(StandardCharsets.UTF_8);
    Map<String, NpyArray> arrays = new LinkedHashMap<>();
    arrays.put(
        IMAGES, NpyArray.of(images, seeds.length, shape.channels(), shape.height(), shape.width()));
    arrays.put(LABELS, NpyArray.of(labels, labels.length));
    arrays.put(SEEDS, NpyArray.of(seeds, seeds.length));
    arrays.put(ORIGIN, NpyArray.ofUnsignedBytes(text, text.length));
    NpzFile.write(file, arrays);
  }

  /** Shape of the images. */
  public ImageShape shape() {
    return shape;
  }

  /** How many there are. */
  public int count() {
    return seeds.length;
  }

  /** The images [N, C, H, W], not copied. */
  public float[] images() {
    return images;
  }

  /** Whether they have labels. */
  public boolean labelled() {
    return labels.length > 0;
  }

  /** The label of an image. */
  public int label(int index) {
    return labels[index];
  }

  /** The seed of an image's noise. */
  public long seed(int index) {
    return seeds[index];
  }

  /** Copies an image to a place of an array. */
  public void copy(int index, float[] into, int offset) {
    System.arraycopy(images, index * shape.elements(), into, offset, shape.elements());
  }

  /** How the images were made, by the keys above. */
  public Map<String, String> origin() {
    return origin;
  }

  /** How the images were made; empty where the file does not say. */
  public String origin(String key) {
    return origin.getOrDefault(key, "");
  }
}
