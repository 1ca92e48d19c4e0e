package retort.exporter.checkpoint;

import java.nio.file.Path;

/** The bytes of a whole file, which has a name. */
interface FileSource extends ByteSource {
  Path file();

  @Override
  default String place(long position) {
    return file() + ": byte " + position;
  }
}
