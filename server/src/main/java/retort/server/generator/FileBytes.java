package retort.server.generator;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * A model's file, opened once: what is loaded is what the digest names, though the file be replaced
 * meanwhile. It is mapped, so that a large one needs no heap.
 *
 * @param bytes in direct memory, read-only
 * @param digest SHA-256 of them, lower-case hexadecimal
 */
record FileBytes(ByteBuffer bytes, String digest) {
  /**
   * Opens a file.
   *
   * @throws GeneratorException when it cannot be read, or is larger than ONNX files can be
   */
  static FileBytes of(Path file) {
    try (FileChannel channel = FileChannel.open(file)) {
      if (channel.size() > Integer.MAX_VALUE) {
        throw new GeneratorException(
            "it has " + channel.size() + " bytes, but an ONNX file is smaller than 2 GiB");
      }
      ByteBuffer bytes = channel.map(MapMode.READ_ONLY, 0, channel.size());
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(bytes.duplicate());
      return new FileBytes(bytes, HexFormat.of().formatHex(digest.digest()));
    } catch (IOException e) {
      throw new GeneratorException("it cannot be read (" + e + ")", e);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
