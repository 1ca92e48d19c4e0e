package retort.server.oip;

import com.google.protobuf.ByteString;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Texts as they travel raw: each with its length in front, four bytes, little-endian. */
final class RawTexts {
  /** Of one tensor: an empty one takes four bytes in a message, and ten times that here. */
  static final int MAX_TEXTS = 1 << 18;

  private RawTexts() {}

  /**
   * Reads them.
   *
   * @param input how a message calls it
   * @throws io.grpc.StatusRuntimeException when they are cut off, are not as many as expected, or
   *     no text
   */
  static List<String> read(ByteString raw, long expected, String input) {
    requireCount(expected, input);
    List<String> texts = new ArrayList<>();
    int at = 0;
    ByteBuffer bytes = raw.asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    while (at < raw.size()) {
      long length = raw.size() - at < Integer.BYTES ? -1 : Integer.toUnsignedLong(bytes.getInt(at));
      at += Integer.BYTES;
      if (length < 0 || length > raw.size() - at) {
        throw Refusals.invalid(
            "incomplete string data for inference input "
                + input
                + ": element "
                + texts.size()
                + " is cut off");
      }
      texts.add(text(raw.substring(at, at + (int) length), input));
      at += (int) length;
      if (texts.size() > expected) {
        break;
      }
    }
    if (texts.size() != expected) {
      throw Refusals.invalid(
          "unexpected number of string elements "
              + (texts.size() > expected ? "above " + expected : texts.size())
              + " for inference input "
              + input
              + ", expecting "
              + expected);
    }
    return texts;
  }

  static void requireCount(long count, String input) {
    if (count > MAX_TEXTS) {
      throw Refusals.invalid(
          "input " + input + " has " + count + " texts, but at most " + MAX_TEXTS + " are taken");
    }
  }

  static String text(ByteString bytes, String input) {
    if (!bytes.isValidUtf8()) {
      throw Refusals.invalid(
          "input " + input + " has an element that is no UTF-8, but only texts are taken");
    }
    return bytes.toStringUtf8();
  }

  static ByteString write(List<String> texts) {
    ByteArrayOutputStream raw = new ByteArrayOutputStream();
    for (String text : texts) {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      ByteBuffer length = ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
      raw.writeBytes(length.putInt(bytes.length).array());
      raw.writeBytes(bytes);
    }
    return ByteString.copyFrom(raw.toByteArray());
  }
}
