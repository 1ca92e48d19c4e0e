package retort.exporter.checkpoint;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A whole file. No handle stays open between readings.
 *
 * @param file where it is
 * @param size its length when it was first looked at; a file that has changed since is refused
 */
record FileBytes(Path file, long size) implements FileSource {
  static FileBytes of(Path file) {
    try {
      return new FileBytes(file, Files.size(file));
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  static CheckpointException unreadable(Path file, IOException cause) {
    return new CheckpointException(
        file + ": cannot be read (" + cause + "); check that the file is there and may be read",
        cause);
  }

  @Override
  public InputStream open(long from) throws IOException {
    FileChannel channel = FileChannel.open(file);
    try {
      if (channel.size() != size) {
        throw new CheckpointException(
            file + ": has changed while it was read; wait until it is written, then start again");
      }
      return Channels.newInputStream(channel.position(from));
    } catch (IOException | CheckpointException e) {
      channel.close();
      throw e;
    }
  }
}
