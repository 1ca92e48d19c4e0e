package retort.trainer.report;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The lines of a text file, each cut at a length that no line of a run has. */
final class BoundedLines implements AutoCloseable {
  /** Letters that are kept of a line. */
  static final int MOST = 1 << 20;

  private final BufferedReader reader;

  private BoundedLines(BufferedReader reader) {
    this.reader = reader;
  }

  /** Opens a file; bytes that are no text are replaced, where a decoder of Files would give up. */
  static BoundedLines of(Path file) throws IOException {
    return new BoundedLines(
        new BufferedReader(
            new InputStreamReader(Files.newInputStream(file), StandardCharsets.UTF_8)));
  }

  /** The next line, or null after the last. */
  @Nullable String next() throws IOException {
    int c = reader.read();
    if (c < 0) {
      return null;
    }
    StringBuilder line = new StringBuilder();
    for (; c >= 0 && c != '\n'; c = reader.read()) {
      if (line.length() < MOST && c != '\r') {
        line.append((char) c);
      }
    }
    return line.toString();
  }

  @Override
  public void close() throws IOException {
    reader.close();
  }
}
