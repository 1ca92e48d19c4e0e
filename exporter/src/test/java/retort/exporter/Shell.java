package retort.exporter;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine;

/**
 * Runs commands as a shell would, in a folder: a word that begins with % names a file of it.
 *
 * @param folder where files are
 */
record Shell(Path folder) {
  record Outcome(int code, String out, String err) {}

  Outcome run(String line) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine command = Main.commandLine();
    command.setOut(new PrintWriter(out));
    command.setErr(new PrintWriter(err));
    String[] words =
        Arrays.stream(line.strip().split(" +"))
            .map(word -> word.startsWith("%") ? file(word.substring(1)).toString() : word)
            .toArray(String[]::new);
    int code = command.execute(words);
    return new Outcome(code, out.toString(), err.toString());
  }

  Path file(String name) {
    return folder.resolve(name);
  }

  /** The names of all files and folders in the folder. */
  Set<String> names() {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .map(file -> String.valueOf(file.getFileName()))
          .collect(Collectors.toCollection(TreeSet::new));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** All files with their content's digest, which tells whether any came, went or changed. */
  Set<String> content() {
    try (Stream<Path> files = Files.walk(folder)) {
      return files
          .filter(file -> !file.equals(folder))
          .map(file -> folder.relativize(file) + " " + digest(file))
          .collect(Collectors.toCollection(TreeSet::new));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static int digest(Path file) {
    try {
      return Files.isDirectory(file) ? 0 : Arrays.hashCode(Files.readAllBytes(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
