package retort;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** A client knows a server by the wire only, and needs no native code. */
class ArchitectureTest {

  private static final JavaClasses CLIENTS =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("retort");

  @Test
  void clientsKnowNoOtherStage() {
    noClasses()
        .that()
        .resideInAPackage("retort.clients..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("retort.trainer..", "retort.exporter..", "retort.server..", "ai.djl..")
        .because("stages meet in files and on the wire")
        .check(CLIENTS);
  }

  @Test
  void clientsLeaveWhatAModelIsToTheServer() {
    noClasses()
        .that()
        .resideInAPackage("retort.clients..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "retort.graph..",
            "retort.onnx..",
            "retort.denoiser..",
            "retort.noise..",
            "ai.onnxruntime..")
        .because("a client needs no native code and reads no model file")
        .check(CLIENTS);
  }

  @Test
  void theLibraryKnowsNeitherCommandsNorPictures() {
    noClasses()
        .that()
        .resideInAPackage("retort.clients")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "retort.clients.cli..",
            "retort.command..",
            "picocli..",
            "java.awt..",
            "javax.imageio..")
        .because("it is published, and gives bytes")
        .check(CLIENTS);
  }
}
