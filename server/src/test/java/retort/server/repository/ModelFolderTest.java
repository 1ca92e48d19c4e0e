package retort.server.repository;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelFolderTest {
  @TempDir private Path folder;

  private Path file(String path) throws IOException {
    Path file = folder.resolve(path);
    Files.createDirectories(file.getParent());
    return Files.write(file, new byte[] {1});
  }

  private List<ModelFile> found() {
    return new ModelFolder(folder).get();
  }

  @Test
  void fileIsVersionOneOfItsName() throws IOException {
    Path path = file("digits.onnx");

    assertThat(found())
        .singleElement()
        .satisfies(
            one -> {
              assertThat(one.model()).isEqualTo("digits");
              assertThat(one.version()).isEqualTo(1);
              assertThat(one.path()).isEqualTo(path);
              assertThat(one.problem()).isEmpty();
            });
  }

  @Test
  void foldersOfVersionsAreAsTritonHasThem() throws IOException {
    file("digits/1/model.onnx");
    file("digits/12/model.onnx");
    file("digits/config.pbtxt");
    file("digits/01/model.onnx");
    file("digits/0/model.onnx");
    file("digits/draft/model.onnx");
    file("digits/.3/model.onnx");

    assertThat(found()).extracting(ModelFile::model).containsOnly("digits");
    assertThat(found()).extracting(ModelFile::version).containsExactlyInAnyOrder(1L, 12L);
  }

  @Test
  void modelOnnxIsPreferredAndASingleFileWillDo() throws IOException {
    Path preferred = file("a/1/model.onnx");
    file("a/1/other.onnx");
    Path single = file("b/1/weights.onnx");
    file("b/1/weights.onnx.data");

    assertThat(found()).extracting(ModelFile::path).containsExactly(preferred, single);
  }

  @Test
  void versionThatIsAmbiguousOrEmptySaysSo() throws IOException {
    file("a/1/x.onnx");
    file("a/1/y.onnx");
    file("b/1/model.plan");

    assertThat(found())
        .extracting(ModelFile::problem)
        .satisfiesExactly(
            several -> assertThat(several).contains("several").contains("model.onnx"),
            none -> assertThat(none).contains("holds no *.onnx"));
  }

  @Test
  void folderWithVersionOneHidesTheFileBesideIt() throws IOException {
    Path inFolder = file("digits/1/model.onnx");
    file("digits.onnx");

    assertThat(found()).extracting(ModelFile::path).containsExactly(inFolder);
  }

  @Test
  void fileJoinsTheLaterVersionsOfAFolder() throws IOException {
    file("digits/2/model.onnx");
    file("digits.onnx");

    assertThat(found()).extracting(ModelFile::version).containsExactlyInAnyOrder(1L, 2L);
  }

  @Test
  void foldersWithoutVersionsAreNoModels() throws IOException {
    file("notes/readme.txt");
    file("runs/latest/generator.onnx");

    assertThat(found()).isEmpty();
  }

  @Test
  void stampChangesWithTheFile() throws IOException {
    Path path = file("digits.onnx");
    ModelFile before = found().get(0);
    assertThat(found()).containsExactly(before);
    assertThat(before.changed()).isFalse();

    Files.write(path, new byte[] {1, 2});

    assertThat(before.changed()).isTrue();
    assertThat(found()).doesNotContain(before);
  }
}
