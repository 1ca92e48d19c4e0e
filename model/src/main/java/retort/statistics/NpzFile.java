package retort.statistics;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import retort.file.WholeFile;

/**
 * NumPy's file of several named arrays: a zip of .npy files.
 *
 * <p>Reads stored and deflated entries; writes deflated ones with a fixed date, so that the same
 * arrays give the same bytes. No file is kept open; safe to call from any thread.
 */
public final class NpzFile {

  private static final String SUFFIX = ".npy";
  private static final LocalDateTime FIXED_DATE = LocalDateTime.of(1980, 1, 1, 0, 0);

  private NpzFile() {}

  /**
   * Reads all arrays, by name, in the order of the file.
   *
   * @throws NpyException when the file cannot be read, is no zip, or an array in it is damaged
   */
  public static Map<String, NpyArray> read(Path file) {
    Map<String, NpyArray> arrays = new LinkedHashMap<>();
    try (ZipFile zip = new ZipFile(file.toFile())) {
      for (ZipEntry entry : Collections.list(zip.entries())) {
        if (!entry.getName().endsWith(SUFFIX)) {
          continue;
        }
        String name = entry.getName().substring(0, entry.getName().length() - SUFFIX.length());
        CRC32 checksum = new CRC32();
        try (InputStream in =
            new BufferedInputStream(new CheckedInputStream(zip.getInputStream(entry), checksum))) {
          arrays.put(name, NpyFile.read(in, file + "!" + entry.getName()));
          in.transferTo(OutputStream.nullOutputStream());
        }
        if (checksum.getValue() != entry.getCrc()) {
          throw new NpyException(
              file
                  + "!"
                  + entry.getName()
                  + ": is damaged: its checksum is wrong. Copy or download the file again");
        }
      }
    } catch (NoSuchFileException e) {
      throw new NpyException(file + ": there is no such file", e);
    } catch (IOException e) {
      throw new NpyException(
          file + ": cannot be read as a zip of arrays: " + e + ". Copy or download it again", e);
    }
    return Collections.unmodifiableMap(arrays);
  }

  /**
   * Reads one array. To read several, {@link #read(Path)} goes through the file once.
   *
   * @throws NpyException as above, or when the file has no array of that name
   */
  public static NpyArray read(Path file, String name) {
    Map<String, NpyArray> arrays = read(file);
    NpyArray array = arrays.get(name);
    if (array == null) {
      throw new NpyException(
          file + ": has no array " + name + " but " + arrays.keySet() + ": is it the right file?");
    }
    return array;
  }

  /**
   * Writes arrays by name, in the order of the map, over any file of that name; see {@link
   * WholeFile}.
   *
   * @throws NpyException when the file cannot be written
   */
  public static void write(Path file, Map<String, NpyArray> arrays) {
    try {
      WholeFile.write(file, part -> writeZip(part, arrays));
    } catch (IOException e) {
      throw new NpyException(file + ": cannot be written: " + e, e);
    }
  }

  private static void writeZip(Path file, Map<String, NpyArray> arrays) throws IOException {
    try (ZipOutputStream zip =
        new ZipOutputStream(new BufferedOutputStream(Files.newOutputStream(file)))) {
      zip.setLevel(Deflater.NO_COMPRESSION);
      for (Map.Entry<String, NpyArray> named : arrays.entrySet()) {
        ZipEntry entry = new ZipEntry(named.getKey() + SUFFIX);
        entry.setTimeLocal(FIXED_DATE);
        zip.putNextEntry(entry);
        NpyFile.write(zip, named.getValue());
        zip.closeEntry();
      }
    }
  }
}
