package retort.exporter.checkpoint;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The entries of a zip archive, by name, in the order of its directory; stored ones are parts of
 * the file, so that nothing is copied. Knows the 64-bit form. Entries that overlap, repeat a name
 * or promise more than they can hold are refused.
 *
 * <p>Format: PKWARE, <em>APPNOTE.TXT</em>, sections 4.3.7 to 4.3.16 and 4.5.3.
 */
final class ZipDirectory {
  private static final int END_BYTES = 22;
  private static final int MAX_COMMENT = 0xffff;
  private static final int LOCATOR_64 = 0x07064b50;
  private static final int LOCATOR_64_BYTES = 20;
  private static final int END_64 = 0x06064b50;
  private static final int ENTRY = 0x02014b50;
  private static final int LOCAL = 0x04034b50;
  private static final int SIZES_64 = 1;
  private static final long UNKNOWN = 0xffffffffL;
  private static final int STORED = 0;
  private static final int DEFLATED = 8;

  private final FileSource file;
  private final Budget budget;

  /** What the directory says of an entry. */
  private record Entry(String name, int method, long packed, long size, long header) {}

  private ZipDirectory(FileSource file, Budget budget) {
    this.file = file;
    this.budget = budget;
  }

  /** Reads the directory at the end of an archive. */
  static Map<String, ZipItem> read(FileSource file, Budget budget) {
    ZipDirectory directory = new ZipDirectory(file, budget);
    return directory.items(directory.entries());
  }

  private Region directory() {
    long end = endRecord();
    try (ByteCursor in = new ByteCursor(file, end + 12)) {
      long size = in.u32();
      long start = in.u32();
      if (start == UNKNOWN || size == UNKNOWN) {
        return directory64(end);
      }
      return region(start, size, end);
    }
  }

  private Region directory64(long end) {
    try (ByteCursor locator = new ByteCursor(file, Math.max(0, end - LOCATOR_64_BYTES))) {
      if (locator.i32() != LOCATOR_64) {
        throw damaged(end, "has no 64-bit directory where one should be");
      }
      locator.skip(4);
      try (ByteCursor in = new ByteCursor(file, locator.i64())) {
        if (in.i32() != END_64) {
          throw damaged(in.position(), "has no 64-bit directory where one should be");
        }
        in.skip(36);
        long size = in.i64();
        return region(in.i64(), size, end);
      }
    }
  }

  private Region region(long start, long size, long end) {
    if (start < 0 || size < 0 || start > end - size) {
      throw damaged(end, "places its directory outside of the file");
    }
    return new Region(file, start, size);
  }

  /** The end record is the last thing in the file, but for a comment. */
  private long endRecord() {
    int length = (int) Math.min(file.size(), END_BYTES + MAX_COMMENT);
    long start = file.size() - length;
    try (ByteCursor in = new ByteCursor(file, start)) {
      byte[] tail = in.bytes(length);
      for (int at = length - END_BYTES; at >= 0; at--) {
        if (tail[at] == 'P' && tail[at + 1] == 'K' && tail[at + 2] == 5 && tail[at + 3] == 6) {
          return start + at;
        }
      }
    }
    throw file.cutOff(file.size(), "the zip archive, whose directory is at its end,");
  }

  private List<Entry> entries() {
    List<Entry> entries = new ArrayList<>();
    try (ByteCursor in = new ByteCursor(directory(), 0)) {
      while (in.remaining() > 0) {
        entries.add(entry(in));
        budget.objects(8);
      }
    }
    return entries;
  }

  private Entry entry(ByteCursor in) {
    long at = in.position();
    if (in.i32() != ENTRY) {
      throw in.source().refusal(at, "no entry of a zip directory; the archive is damaged");
    }
    in.skip(4);
    boolean encrypted = (in.u16() & 1) != 0;
    int method = in.u16();
    in.skip(8);
    long packed = in.u32();
    long size = in.u32();
    int nameLength = in.u16();
    int extraLength = in.u16();
    int commentLength = in.u16();
    in.skip(8);
    long header = in.u32();
    budget.bytes(2L * nameLength);
    String name = new String(in.bytes(nameLength), UTF_8);
    try (ByteCursor extra = new ByteCursor(in.region(extraLength), 0)) {
      boolean found = false;
      while (!found && extra.remaining() >= 4) {
        found = extra.u16() == SIZES_64;
        int length = extra.u16();
        if (found) {
          size = size == UNKNOWN ? extra.i64() : size;
          packed = packed == UNKNOWN ? extra.i64() : packed;
          header = header == UNKNOWN ? extra.i64() : header;
        } else {
          extra.skip(Math.min(length, extra.remaining()));
        }
      }
    }
    in.skip(commentLength);
    if (encrypted || (method != STORED && method != DEFLATED)) {
      throw in.source()
          .refusal(
              at,
              "entry "
                  + Words.quoted(name)
                  + " is encrypted or packed in an unusual way; save the file again with"
                  + " torch.save or numpy.savez");
    }
    return new Entry(name, method, packed, size, header);
  }

  private Map<String, ZipItem> items(List<Entry> entries) {
    Map<String, ZipItem> items = new LinkedHashMap<>();
    List<Region> parts = new ArrayList<>();
    for (Entry entry : entries) {
      Region packed = packed(entry);
      parts.add(packed);
      String place = file.file() + "!" + Words.plain(entry.name);
      ZipItem item = new ZipItem(entry.name, content(entry, packed), place);
      if (items.put(entry.name, item) != null) {
        throw damaged(entry.header, "has two entries " + Words.quoted(entry.name));
      }
    }
    parts.sort((a, b) -> Long.compare(a.start(), b.start()));
    for (int i = 1; i < parts.size(); i++) {
      if (parts.get(i - 1).start() + parts.get(i - 1).size() > parts.get(i).start()) {
        throw damaged(parts.get(i).start(), "has entries that overlap");
      }
    }
    return items;
  }

  private Region packed(Entry entry) {
    try (ByteCursor in = new ByteCursor(file, entry.header)) {
      if (in.i32() != LOCAL) {
        throw damaged(entry.header, "has no entry " + Words.quoted(entry.name) + " here");
      }
      in.skip(22);
      long names = (long) in.u16() + in.u16();
      in.skip(names);
      return in.region(entry.packed);
    }
  }

  private ByteSource content(Entry entry, Region packed) {
    if (entry.method == DEFLATED) {
      return new InflatedBytes(packed, entry.size);
    }
    if (entry.size != entry.packed) {
      throw damaged(entry.header, "stores " + entry.packed + " bytes but says " + entry.size);
    }
    return packed;
  }

  private CheckpointException damaged(long position, String what) {
    return file.refusal(
        position, "the zip archive " + what + "; it is damaged, copy or download it again");
  }
}
