package retort.trainer.tensorboard;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/**
 * One event, as the Protocol Buffers message that TensorBoard reads. Of the messages {@code Event},
 * {@code Summary}, {@code Image} and {@code TensorProto} only the fields needed here are written;
 * their numbers stand beside.
 */
final class Event {
  private static final int STRING = 7;

  /** Writes the fields of a message. */
  private interface Fields {
    void write(CodedOutputStream out) throws IOException;
  }

  private final double wallTime;
  private final long step;
  private final List<ByteString> values = new ArrayList<>();

  /**
   * An event without values.
   *
   * @param wallTime seconds since 1970
   * @param step the images shown
   */
  Event(double wallTime, long step) {
    this.wallTime = wallTime;
    this.step = step;
  }

  /** The event that begins a file. */
  static byte[] version(double wallTime) {
    return message(
            out -> {
              out.writeDouble(1, wallTime);
              out.writeString(3, "brain.Event:2");
            })
        .toByteArray();
  }

  Event scalar(String tag, double value) {
    return value(tag, out -> out.writeFloat(2, (float) value));
  }

  /** A PNG file. */
  Event image(String tag, BufferedImage picture, byte[] png) {
    ByteString image =
        message(
            out -> {
              out.writeInt32(1, picture.getHeight());
              out.writeInt32(2, picture.getWidth());
              out.writeInt32(3, picture.getRaster().getNumBands());
              out.writeByteArray(4, png);
            });
    return value(tag, out -> out.writeBytes(4, image));
  }

  /** A text in Markdown. */
  Event text(String tag, String markdown) {
    ByteString tensor =
        message(
            out -> {
              out.writeInt32(1, STRING);
              out.writeBytes(2, ByteString.EMPTY); // The shape of a scalar.
              out.writeBytes(8, ByteString.copyFromUtf8(markdown));
            });
    ByteString plugin = message(out -> out.writeString(1, "text"));
    ByteString metadata = message(out -> out.writeBytes(1, plugin));
    return value(
        tag,
        out -> {
          out.writeBytes(8, tensor);
          out.writeBytes(9, metadata);
        });
  }

  private Event value(String tag, Fields fields) {
    values.add(
        message(
            out -> {
              out.writeString(1, tag);
              fields.write(out);
            }));
    return this;
  }

  byte[] bytes() {
    ByteString summary =
        message(
            out -> {
              for (ByteString value : values) {
                out.writeBytes(1, value);
              }
            });
    return message(
            out -> {
              out.writeDouble(1, wallTime);
              out.writeInt64(2, step);
              out.writeBytes(5, summary);
            })
        .toByteArray();
  }

  private static ByteString message(Fields fields) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    try {
      fields.write(out);
      out.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return ByteString.copyFrom(bytes.toByteArray());
  }
}
