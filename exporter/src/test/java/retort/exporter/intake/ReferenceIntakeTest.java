package retort.exporter.intake;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import retort.exporter.checkpoint.Checkpoint;
import retort.exporter.checkpoint.Configuration;
import retort.graph.Graph;
import retort.graph.Weight;
import retort.onnx.OnnxModel;
import retort.onnx.OnnxWriter;
import retort.reference.ReferenceCase;
import retort.reference.ReferenceCases;
import retort.reference.ReferenceNetwork;

/** What import understands of published files. */
class ReferenceIntakeTest {
  /** Follows from the arguments, and is a number of the formula in our graphs. */
  private static final String DERIVED = "resample_filter";

  private static final Set<String> UNTOLD = Set.of("dropout", "label_dropout");

  private static final Set<String> UNTOLD_OF_EDM2 =
      Set.of(
          "channels_per_head",
          "resample_filter",
          "clip_act",
          "label_balance",
          "concat_balance",
          "res_balance",
          "attn_balance");

  /** Arguments that names and shapes tell of every network. */
  private static final List<String> TOLD_NUMBERS =
      List.of("img_resolution", "label_dim", "model_channels", "num_blocks");

  /** Arguments that they tell of SongUNet. */
  private static final List<String> TOLD_WORDS =
      List.of("model_type", "embedding_type", "encoder_type", "decoder_type");

  private static final Set<String> PICKLED = Set.of("edm", "sid", "edm2");

  @TempDir Path folder;

  @TestFactory
  Stream<DynamicTest> aNetworkHasAsManyParametersAsPublished() {
    return ReferenceCases.tests(
        ReferenceCases.NETWORKS,
        reference -> {
          Graph graph = ReferenceNetwork.of(reference).intake().model().graph();

          long published = reference.meta().get("n_params").getAsLong();
          assertThat(graph.parameterCount()).isEqualTo(published);
        });
  }

  @TestFactory
  Stream<DynamicTest> weightsKeepTheirPublishedNames() {
    return ReferenceCases.tests(
        ReferenceCases.NETWORKS,
        reference -> {
          Graph graph = ReferenceNetwork.of(reference).intake().model().graph();

          Set<String> named = new TreeSet<>(graph.weights().keySet());
          named.removeIf(name -> weight(graph, name).role() == Weight.Role.CONSTANT);
          JsonObject published =
              reference.has("state_dict_keys.json")
                  ? reference.json("state_dict_keys.json")
                  : reference.meta().getAsJsonObject("keys");
          Set<String> expected = new TreeSet<>(published.keySet());
          expected.removeIf(name -> name.endsWith(DERIVED));
          assertThat(named).isEqualTo(expected);
        });
  }

  private static Weight weight(Graph graph, String name) {
    return Objects.requireNonNull(graph.weights().get(name), name);
  }

  @TestFactory
  Stream<DynamicTest> everyFormOfACaseIsTheSameTeacher() {
    return ReferenceCases.tests(
        PICKLED,
        reference -> {
          ReferenceNetwork network = ReferenceNetwork.of(reference);
          Path expected = write("network", network.intake().model().graph());
          Optional<Configuration> said = ReferenceNetwork.configured(reference);
          for (String form : ReferenceNetwork.forms(reference)) {
            Checkpoint checkpoint = Checkpoint.read(reference.folder().resolve(form));

            Intake same = PublishedTeacher.of(checkpoint, said);

            assertThat(write(form, same.model().graph())).hasSameBinaryContentAs(expected);
          }
        });
  }

  /** What names and shapes do not tell has the published default on both sides. */
  @TestFactory
  Stream<DynamicTest> everyFormOfACaseIsRecognised() {
    return ReferenceCases.tests(
        PICKLED,
        reference -> {
          Configuration told = told(ReferenceNetwork.of(reference).configuration());
          for (String form : ReferenceNetwork.forms(reference)) {
            Checkpoint checkpoint = Checkpoint.read(reference.folder().resolve(form));
            Graph expected = PublishedTeacher.of(checkpoint, Optional.of(told)).network();

            Graph network = PublishedTeacher.of(silent(checkpoint), Optional.empty()).network();

            assertThat(write(form, network)).hasSameBinaryContentAs(write("expected", expected));
            assertTold(Recognition.of(silent(checkpoint)), reference);
          }
        });
  }

  private static Configuration told(Configuration said) {
    Map<String, @Nullable Object> arguments = new HashMap<>(said.arguments());
    arguments.keySet().removeAll(UNTOLD);
    if (Edm2Family.has(said.className())) {
      arguments.keySet().removeAll(UNTOLD_OF_EDM2);
    }
    return new Configuration(said.className(), said.innerClassName(), arguments);
  }

  /** The checkpoint as a file that does not say how its network was constructed. */
  private static Checkpoint silent(Checkpoint said) {
    return new Checkpoint(
        said.file(),
        said.format(),
        said.network(),
        said.networks(),
        said.tensors(),
        Optional.empty(),
        said.notes());
  }

  /** Whole numbers and words of meta.json; what a list comes to shows in the network. */
  private static void assertTold(Construction recognised, ReferenceCase reference) {
    JsonObject kwargs = reference.meta().getAsJsonObject("kwargs");
    for (String name : TOLD_NUMBERS) {
      if (kwargs.has(name) && !kwargs.get(name).isJsonNull()) {
        assertThat(recognised.arguments().integer(name))
            .as(name)
            .isEqualTo(kwargs.get(name).getAsInt());
      }
    }
    for (String name : TOLD_WORDS) {
      if (kwargs.has(name) && recognised.arguments().has(name)) {
        assertThat(recognised.arguments().text(name, ""))
            .as(name)
            .isEqualTo(kwargs.get(name).getAsString());
      }
    }
    assertThat(recognised.arguments().integers("channel_mult", List.of()))
        .isEqualTo(
            kwargs.getAsJsonArray("channel_mult").asList().stream()
                .map(JsonElement::getAsInt)
                .toList());
  }

  private Path write(String name, Graph graph) {
    Path file = folder.resolve(name + ".onnx");
    OnnxWriter.write(OnnxModel.of(graph, Map.of()), file);
    return file;
  }
}
