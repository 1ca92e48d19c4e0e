package retort.clients.cli.bench;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import io.grpc.MethodDescriptor.Marshaller;
import io.grpc.Status;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import retort.v1.Frame;

/**
 * What is measured of a frame that came.
 *
 * @param index as the frame says; negative where it does not: then frames are counted
 * @param dueNanos after the server's start of the stream, as the frame says
 * @param applied the newest update that it is the first to show; else 0
 * @param last whether the request is answered with it; more come for another request
 * @param empty whether it is only the end of an answer, and no frame
 * @param failure in place of a frame; null for none
 */
record FrameMark(
    long index,
    long dueNanos,
    long applied,
    boolean last,
    boolean empty,
    @Nullable String failure) {

  /** Of a frame that does not say when it was due. */
  static FrameMark counted(boolean last, boolean empty) {
    return new FrameMark(-1, 0, 0, last, empty, null);
  }

  /** Of an answer that says what went wrong. */
  static FrameMark failed(String why) {
    return new FrameMark(-1, 0, 0, true, true, why);
  }

  /**
   * Reads frames of our own service from the connection's buffers. Images are skipped where they
   * lie, so that a large frame costs the client no more than a small one.
   */
  static final class Reader implements Marshaller<FrameMark> {
    /** What stands before the image; what is read of the image with it is all that is copied. */
    private static final int BUFFER_BYTES = 128;

    @Override
    public InputStream stream(FrameMark mark) {
      throw new UnsupportedOperationException("frames are only read");
    }

    @Override
    public FrameMark parse(InputStream stream) {
      try {
        return read(CodedInputStream.newInstance(stream, BUFFER_BYTES));
      } catch (IOException e) {
        throw Status.INTERNAL
            .withDescription("what came is no frame")
            .withCause(e)
            .asRuntimeException();
      }
    }

    private static FrameMark read(CodedInputStream in) throws IOException {
      long index = 0;
      long due = 0;
      long applied = 0;
      for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
        switch (WireFormat.getTagFieldNumber(tag)) {
          case Frame.INDEX_FIELD_NUMBER -> index = in.readUInt64();
          case Frame.DUE_FIELD_NUMBER -> due = duration(in);
          case Frame.APPLIED_UPDATE_FIELD_NUMBER -> applied = in.readUInt64();
          default -> in.skipField(tag);
        }
      }
      return new FrameMark(index, due, applied, false, false, null);
    }

    private static long duration(CodedInputStream in) throws IOException {
      int outer = in.pushLimit(in.readRawVarint32());
      long nanos = 0;
      for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
        switch (WireFormat.getTagFieldNumber(tag)) {
          case com.google.protobuf.Duration.SECONDS_FIELD_NUMBER ->
              nanos += TimeUnit.SECONDS.toNanos(in.readInt64());
          case com.google.protobuf.Duration.NANOS_FIELD_NUMBER -> nanos += in.readInt32();
          default -> in.skipField(tag);
        }
      }
      in.popLimit(outer);
      return nanos;
    }
  }
}
