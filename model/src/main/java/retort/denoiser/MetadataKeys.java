package retort.denoiser;

/** What Retort's files say of themselves: the keys of their metadata. */
public final class MetadataKeys {
  /** What the file is: {@link #DENOISER}, {@link #GENERATOR} or one of those below. */
  public static final String KIND = "retort.kind";

  /** Kind of a teacher, or of a generator that still takes sigma. */
  public static final String DENOISER = "denoiser";

  /** Kind of a deployable generator: noise in, image out. */
  public static final String GENERATOR = "generator";

  /** Kind of a feature network: image in, features out. */
  public static final String FEATURES = "features";

  /** Kind of a perceptual distance: two images in, their distance out. */
  public static final String DISTANCE = "distance";

  /** Standard deviation of the images a denoiser was trained on. */
  public static final String SIGMA_DATA = "retort.sigma_data";

  /** The lowest noise level that a denoiser was made for; without it, any. */
  public static final String SIGMA_MIN = "retort.sigma_min";

  /** The highest noise level that a denoiser was made for; without it, any. */
  public static final String SIGMA_MAX = "retort.sigma_max";

  /** The noise level at which a generator starts; its presence makes a denoiser a generator. */
  public static final String SIGMA_INIT = "retort.sigma_init";

  /** The noise levels of a generator of several steps, the first included; see GeneratorSteps. */
  public static final String SIGMAS = "retort.sigmas";

  /** How a generator of several steps goes from one to the next: {@code euler}, {@code renoise}. */
  public static final String STEP_KIND = "retort.step_kind";

  /** The names of the labels in the order of their numbers, one a line. */
  public static final String LABEL_NAMES = "retort.label_names";

  /** How the weights were made: {@code edm}, {@code sid}. */
  public static final String METHOD = "retort.method";

  /** SHA-256 of the teacher's file. */
  public static final String TEACHER_DIGEST = "retort.teacher_sha256";

  /** SHA-256 of the generator's file that a deployable was exported from. */
  public static final String GENERATOR_DIGEST = "retort.generator_sha256";

  /** Images that training showed the network. */
  public static final String IMAGES_SEEN = "retort.images_seen";

  /** What the network measured when it was kept as the best so far, a JSON object of numbers. */
  public static final String MEASURED = "retort.measured";

  /** Probability of each augmentation in training, which distillation repeats. */
  public static final String AUGMENT_PROBABILITY = "retort.augment_probability";

  /** How seeds become noise. */
  public static final String SEED_ALGORITHM = "retort.seed_algorithm";

  /** See {@link ReferenceSamples}. */
  public static final String REFERENCE_SAMPLES = "retort.reference_samples";

  /** What the weights may be used for, in words. */
  public static final String LICENCE = "retort.licence";

  private MetadataKeys() {}
}
