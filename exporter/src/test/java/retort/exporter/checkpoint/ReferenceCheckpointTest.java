package retort.exporter.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import retort.graph.Tensor;
import retort.reference.ReferenceCase;
import retort.reference.ReferenceCases;

/** Files of the published code, in every form in which a case has them. */
class ReferenceCheckpointTest {
  private static final Set<String> KINDS = Set.of("edm", "edm2", "sid");

  @TestFactory
  Stream<DynamicTest> pickleHasTheNamesAndShapesOfTheStateDictionary() {
    return ReferenceCases.tests(
        KINDS,
        reference -> {
          JsonObject expected = reference.json("state_dict_keys.json");

          Map<String, Tensor> tensors = read(reference, "network-snapshot.pkl");

          assertThat(new ArrayList<>(tensors.keySet()))
              .containsExactlyElementsOf(expected.keySet());
          tensors.forEach((name, t) -> assertThat(t.shape()).isEqualTo(shape(expected, name)));
        });
  }

  @TestFactory
  Stream<DynamicTest> everyFormOfACaseHoldsTheSameTensors() {
    return ReferenceCases.tests(
        KINDS,
        reference -> {
          Map<String, Tensor> pickle = read(reference, "network-snapshot.pkl");
          for (String file : List.of("state_dict.pt", "state_dict.legacy.pt", "state_dict.npz")) {
            if (reference.has(file)) {
              Map<String, Tensor> other = read(reference, file);
              assertThat(other.keySet()).as(file).isEqualTo(pickle.keySet());
              pickle.forEach(
                  (name, tensor) ->
                      assertThat(Objects.requireNonNull(other.get(name)).sameAs(tensor))
                          .as(file + " " + name)
                          .isTrue());
            }
          }
        });
  }

  @TestFactory
  Stream<DynamicTest> pickleSaysWithWhichArgumentsItWasMade() {
    return ReferenceCases.tests(
        KINDS,
        reference -> {
          Checkpoint checkpoint =
              Checkpoint.read(reference.folder().resolve("network-snapshot.pkl"));

          assertThat(checkpoint.configuration().orElseThrow().arguments().keySet())
              .containsExactlyInAnyOrderElementsOf(
                  reference.meta().getAsJsonObject("kwargs").keySet());
        });
  }

  @TestFactory
  Stream<DynamicTest> diffusersFolderHasTheNamesOfItsNetwork() {
    return ReferenceCases.tests(
        Set.of("diffusers"),
        reference -> {
          Checkpoint checkpoint = Checkpoint.read(reference.folder());

          assertThat(checkpoint.tensors().keySet())
              .containsExactlyInAnyOrderElementsOf(
                  reference.meta().getAsJsonObject("keys").keySet());
          assertThat(checkpoint.notes()).containsKey("scheduler");
        });
  }

  /** Old files of PyTorch lie in {@code weights} beside the reference cases. */
  @Test
  void publishedFilesOfPython2AndOldPyTorchAreRead() throws IOException {
    Path weights =
        Path.of(System.getProperty("retort.reference", "../../shared/reference"))
            .resolveSibling("weights");
    Assumptions.assumeTrue(Files.isDirectory(weights), weights + " is absent");

    try (Stream<Path> files = Files.walk(weights)) {
      List<Path> old = files.filter(file -> file.toString().matches(".*\\.(th|pth)")).toList();
      assertThat(old).isNotEmpty();
      for (Path file : old) {
        Checkpoint checkpoint = Checkpoint.read(file);
        assertThat(checkpoint.format()).isEqualTo("PyTorch file from before 1.6");
        checkpoint
            .tensors()
            .forEach((name, tensor) -> assertThat(tensor.reals()).doesNotContain(Double.NaN));
      }
    }
  }

  private static Map<String, Tensor> read(ReferenceCase reference, String file) {
    return Checkpoint.read(reference.folder().resolve(file)).tensors();
  }

  private static int[] shape(JsonObject shapes, String name) {
    JsonArray array = shapes.getAsJsonArray(name);
    int[] shape = new int[array.size()];
    for (int i = 0; i < shape.length; i++) {
      shape[i] = array.get(i).getAsInt();
    }
    return shape;
  }
}
