package retort;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** The exporter emits files; only its last step, the replay, runs them. */
class ArchitectureTest {

  private static final JavaClasses RETORT =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("retort");

  @Test
  void onlyVerificationRunsFiles() {
    noClasses()
        .that()
        .resideOutsideOfPackage("retort.exporter.verify..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("ai.onnxruntime..")
        .because("writing a file needs no runtime")
        .allowEmptyShould(true)
        .check(RETORT);
  }

  @Test
  void exporterKnowsNeitherTrainerNorServerNorClients() {
    noClasses()
        .that()
        .resideInAPackage("retort.exporter..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("retort.trainer..", "retort.server..", "retort.clients..", "ai.djl..")
        .because("stages meet in files")
        .allowEmptyShould(true)
        .check(RETORT);
  }
}
