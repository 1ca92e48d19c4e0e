package retort;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** The server runs files; what made them is none of its business. */
class ArchitectureTest {

  private static final JavaClasses RETORT =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("retort");

  @Test
  void onlyGeneratorsKnowTheRuntime() {
    noClasses()
        .that()
        .resideOutsideOfPackage("retort.server.generator..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("ai.onnxruntime..")
        .because("when images are made does not depend on what makes them")
        .check(RETORT);
  }

  @Test
  void serverKnowsNeitherTrainerNorExporterNorClients() {
    noClasses()
        .that()
        .resideInAPackage("retort.server..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("retort.trainer..", "retort.exporter..", "retort.clients..")
        .because("stages meet in files")
        .check(RETORT);
  }

  @Test
  void schedulingKnowsNeitherTheWireNorTheTransport() {
    noClasses()
        .that()
        .resideInAnyPackage(
            "retort.server.schedule..", "retort.server.generator..", "retort.server.image..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "retort.v1..",
            "retort.inference..",
            "retort.server.grpc..",
            "retort.server.oip..",
            "io.grpc..")
        .because("another transport must not have to undo the first")
        .check(RETORT);
  }

  @Test
  void theClassPathHoldsNoTrainingEngine() {
    assertThatThrownBy(() -> Class.forName("ai.djl.engine.Engine"))
        .isInstanceOf(ClassNotFoundException.class);
  }
}
