package retort;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** The model is plain Java: whoever runs a network depends on it, never the other way round. */
class ArchitectureTest {

  private static final JavaClasses MODEL =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("retort");

  @Test
  void modelKnowsNoEngine() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("ai.djl..", "ai.onnxruntime..")
        .because("the network is described once and run by whoever needs it")
        .allowEmptyShould(true)
        .check(MODEL);
  }

  @Test
  void modelKnowsNoOtherModule() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "retort.trainer..", "retort.exporter..", "retort.server..", "retort.clients..")
        .because("every other module is built on the model")
        .allowEmptyShould(true)
        .check(MODEL);
  }
}
