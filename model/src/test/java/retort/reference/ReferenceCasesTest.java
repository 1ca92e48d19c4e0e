package retort.reference;

import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Says which cases of the reference folder no test looks at. */
class ReferenceCasesTest {
  /** Each is walked by a parity test of its own, here or in another module. */
  private static final Set<String> TESTED =
      Set.of(
          "edm",
          "sid",
          "edm2",
          "networks.UNetBlock",
          "edm_loss",
          "sid_loss",
          "sida_loss",
          "dmd2_loss",
          "edm_sampler",
          "frechet",
          "diffusers");

  @TestFactory
  Stream<DynamicTest> everyCaseHasATest() {
    List<ReferenceCase> cases = ReferenceCases.all();
    if (cases.isEmpty()) {
      return ReferenceCases.tests(TESTED, reference -> {});
    }
    return DynamicTest.stream(
        cases.stream(),
        ReferenceCase::name,
        reference ->
            Assumptions.assumeTrue(
                TESTED.contains(reference.kind()),
                () -> reference.name() + ": no test knows cases of kind " + reference.kind()));
  }
}
