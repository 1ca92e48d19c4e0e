package retort.exporter;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import retort.file.FileDigest;

/** A file's size and digest; the digest is computed aside while its owner reads the file. */
final class FileIdentity {
  private final long bytes;
  private final CompletableFuture<String> sha256;

  private FileIdentity(long bytes, CompletableFuture<String> sha256) {
    this.bytes = bytes;
    this.sha256 = sha256;
  }

  /** Begins to compute the digest. */
  static FileIdentity of(Path file) {
    try {
      return new FileIdentity(
          Files.size(file), CompletableFuture.supplyAsync(() -> FileDigest.of(file)));
    } catch (IOException e) {
      throw new UncheckedIOException(file + ": cannot be read (" + e + ")", e);
    }
  }

  long bytes() {
    return bytes;
  }

  /** Waits for the digest. */
  String sha256() {
    try {
      return sha256.join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof RuntimeException cause ? cause : e;
    }
  }
}
