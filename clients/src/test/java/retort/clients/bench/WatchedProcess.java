package retort.clients.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** Another process, seen through {@code /proc}. */
record WatchedProcess(long pid) {
  double residentMib() throws IOException {
    return number("VmRSS:") / 1024.0;
  }

  int threads() throws IOException {
    return (int) number("Threads:");
  }

  /** Open files and sockets. */
  long files() throws IOException {
    try (Stream<Path> files = Files.list(Path.of("/proc/" + pid + "/fd"))) {
      return files.count();
    }
  }

  private long number(String key) throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/status"))) {
      if (line.startsWith(key)) {
        return Long.parseLong(line.replaceAll("\\D", ""));
      }
    }
    throw new IOException("process " + pid + " has no " + key);
  }
}
