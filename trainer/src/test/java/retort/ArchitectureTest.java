package retort;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** The trainer is the one module with DJL, and meets the other modules in files only. */
class ArchitectureTest {

  private static final JavaClasses RETORT =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("retort");

  @Test
  void onlyTheTrainerKnowsDjl() {
    noClasses()
        .that()
        .resideOutsideOfPackage("retort.trainer..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("ai.djl..")
        .because("a second engine must not have to undo the first")
        .allowEmptyShould(true)
        .check(RETORT);
  }

  @Test
  void trainerKnowsNeitherExporterNorServerNorClients() {
    noClasses()
        .that()
        .resideInAPackage("retort.trainer..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "retort.exporter..", "retort.server..", "retort.clients..", "ai.onnxruntime..")
        .because("stages meet in files")
        .allowEmptyShould(true)
        .check(RETORT);
  }
}
