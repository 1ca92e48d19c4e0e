package retort.reference;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.function.ThrowingConsumer;

/**
 * The folder of tensors that the published code of the papers computed: every folder in it with a
 * {@code meta.json} is a case.
 *
 * <p>It is named by the property {@code retort.reference}. Without it, and for cases that cannot be
 * run yet, tests are skipped with the reason.
 */
public final class ReferenceCases {
  /** Kinds of cases that hold a network and its results. */
  public static final Set<String> NETWORKS = Set.of("edm", "sid", "edm2", "diffusers");

  private static final Path FOLDER =
      Path.of(System.getProperty("retort.reference", "../../shared/reference"));

  private ReferenceCases() {}

  /** All cases, in the order of their names. */
  public static List<ReferenceCase> all() {
    if (!Files.isDirectory(FOLDER)) {
      return List.of();
    }
    try (Stream<Path> files = Files.walk(FOLDER)) {
      return files
          .filter(folder -> Files.exists(folder.resolve(ReferenceCase.META)))
          .map(folder -> ReferenceCase.read(FOLDER, folder))
          .sorted((a, b) -> a.name().compareTo(b.name()))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A test for each case of some kinds, under the case's name. */
  public static Stream<DynamicTest> tests(Set<String> kinds, ThrowingConsumer<ReferenceCase> test) {
    List<ReferenceCase> cases = all().stream().filter(c -> kinds.contains(c.kind())).toList();
    return cases.isEmpty()
        ? Stream.of(DynamicTest.dynamicTest("no cases", () -> none(kinds)))
        : DynamicTest.stream(cases.stream(), ReferenceCase::name, test);
  }

  /** Skips the running test. */
  private static void none(Set<String> kinds) {
    Assumptions.abort(
        FOLDER
            + (Files.isDirectory(FOLDER) ? " has no case of kind " + kinds : " is absent")
            + ": give another folder with -Dretort.reference=DIR");
  }
}
