package retort.reference;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonObject;
import com.google.gson.ToNumberPolicy;
import com.google.gson.reflect.TypeToken;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;
import retort.denoiser.DenoiserModel;
import retort.exporter.checkpoint.Checkpoint;
import retort.exporter.checkpoint.CheckpointException;
import retort.exporter.checkpoint.Configuration;
import retort.exporter.intake.Intake;
import retort.exporter.intake.PublishedTeacher;
import retort.graph.DropoutRemoval;
import retort.graph.Graph;

/**
 * The network of a case as {@code import} makes it of the case's own files.
 *
 * @param configuration how it was constructed, as its file says or else {@code meta.json}
 * @param intake what was made of it, with its dropout
 */
public record ReferenceNetwork(Configuration configuration, Intake intake) {
  /** Files that hold weights, best first: only the first says how the network was constructed. */
  private static final List<String> FILES =
      List.of("network-snapshot.pkl", "state_dict.pt", "state_dict.legacy.pt", "state_dict.npz");

  private static final Gson GSON =
      new GsonBuilder()
          .serializeNulls()
          .setObjectToNumberStrategy(ToNumberPolicy.LONG_OR_DOUBLE)
          .create();

  /**
   * The network of a case; skips the running test, with the reason, where the case has none, or its
   * arguments are refused as of a network that we do not build. What fails otherwise, such as
   * tensors that disagree with the arguments, fails the test.
   */
  public static ReferenceNetwork of(ReferenceCase reference) {
    Optional<Path> file = file(reference);
    Assumptions.assumeTrue(
        file.isPresent(),
        () -> reference.name() + ": has no diffusers folder and none of " + FILES);
    Checkpoint checkpoint = Checkpoint.read(file.get());
    Optional<Configuration> said = checkpoint.configuration().or(() -> configured(reference));
    Assumptions.assumeTrue(
        said.isPresent(), () -> reference.name() + ": its meta.json says no kwargs");
    try {
      return new ReferenceNetwork(said.get(), PublishedTeacher.of(checkpoint, said));
    } catch (CheckpointException e) {
      boolean refused = e.getCause() instanceof IllegalArgumentException;
      Assumptions.assumeFalse(refused, () -> reference.name() + ": " + e.getMessage());
      throw e;
    }
  }

  private static Optional<Path> file(ReferenceCase reference) {
    return reference.has("unet") || reference.has("config.json")
        ? Optional.of(reference.folder())
        : forms(reference).stream().findFirst().map(reference.folder()::resolve);
  }

  /** The files of a case that hold its weights, each in another form. */
  public static List<String> forms(ReferenceCase reference) {
    return FILES.stream().filter(reference::has).toList();
  }

  /** How {@code meta.json} says that the network was constructed. */
  public static Optional<Configuration> configured(ReferenceCase reference) {
    JsonObject kwargs = reference.meta().getAsJsonObject("kwargs");
    return Optional.ofNullable(kwargs)
        .map(
            object ->
                new Configuration(
                    ReferenceCase.text(reference.meta(), "precond", "Precond"),
                    Optional.empty(),
                    GSON.fromJson(object, new TypeToken<Map<String, @Nullable Object>>() {})));
  }

  /** Another network that was constructed alike, such as a generator, from a file of weights. */
  public DenoiserModel like(Path weights) {
    return awake(PublishedTeacher.of(Checkpoint.read(weights), Optional.of(configuration)).model());
  }

  /** The denoiser without dropout. */
  public DenoiserModel denoiser() {
    return awake(intake.model());
  }

  /** The network without preconditioning and dropout. */
  public Graph inner() {
    return DropoutRemoval.remove(intake.network());
  }

  /** The same denoiser without dropout. */
  public static DenoiserModel awake(DenoiserModel model) {
    return new DenoiserModel(
        DropoutRemoval.remove(model.graph()),
        model.sigmaData(),
        model.labelNames(),
        model.properties());
  }

  /** What the published code answered as a denoiser. */
  public Stream<Recorded> denoised(ReferenceCase reference) {
    return reference.has("eps.npy")
        ? new DiffusersRecord(reference, conditions()).denoised()
        : new EdmRecord(reference, conditions()).denoised();
  }

  /** What the published code answered as a network without preconditioning. */
  public Recorded answered(ReferenceCase reference) {
    return reference.has("eps.npy")
        ? new DiffusersRecord(reference, conditions()).answered()
        : new EdmRecord(reference, conditions()).answered();
  }

  /** What the denoiser is told besides image and noise level. */
  public ReferenceConditions conditions() {
    return ReferenceConditions.of(intake.model());
  }
}
