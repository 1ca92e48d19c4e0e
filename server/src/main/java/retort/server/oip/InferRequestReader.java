package retort.server.oip;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.ExtensionRegistryLite;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.WireFormat;
import io.grpc.MethodDescriptor.Marshaller;
import io.grpc.Status;
import io.grpc.protobuf.ProtoUtils;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import retort.inference.InferTensorContents;
import retort.inference.ModelInferRequest;
import retort.inference.ModelInferRequest.InferInputTensor;

/**
 * Reads requests with tensors. Raw tensors stay where the message has them, which is copied once;
 * and a message whose parts would take many times its size in memory, as those of millions of empty
 * inputs or parameters do, or of small numbers in a list, is refused before any of it is unpacked.
 */
final class InferRequestReader implements Marshaller<ModelInferRequest> {
  /** Inputs, outputs, parameters and what is in them: far more than a network has. */
  static final int MAX_FIELDS = 1 << 14;

  /** Of the dimensions of an input, ten bytes each at most. */
  private static final int MAX_SHAPE_BYTES = 10 * InputTensors.MAX_DIMS;

  private static final Marshaller<ModelInferRequest> USUAL =
      ProtoUtils.marshaller(ModelInferRequest.getDefaultInstance());

  /** Of names, ids, parameters and shapes. */
  private static final int MAX_SMALL_BYTES = 1 << 20;

  /** Of the contents of inputs that are not raw, unpacked, more than of the message. */
  private static final int MAX_ADDED_BYTES = 2 << 20;

  /** The same for messages that are small themselves. */
  private static final int MAX_ADDED_TO_SMALL_BYTES = 64 << 10;

  /** An object and a place in a list. */
  private static final int TEXT_BYTES = 36;

  /** Messages of more bytes are unpacked one after another: each needs memory for a while. */
  private static final int LARGE_BYTES = 1 << 20;

  private static final Object LARGE = new Object();

  private byte[] message = new byte[0];
  private int fields;
  private long smallBytes;
  private long contentsBytes;

  @Override
  public InputStream stream(ModelInferRequest request) {
    return USUAL.stream(request);
  }

  @Override
  public ModelInferRequest parse(InputStream stream) {
    try {
      if (stream.available() <= LARGE_BYTES) {
        return read(stream);
      }
      synchronized (LARGE) {
        return read(stream);
      }
    } catch (InvalidProtocolBufferException e) {
      throw Status.INVALID_ARGUMENT
          .withDescription(e.getMessage())
          .withCause(e)
          .asRuntimeException();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static ModelInferRequest read(InputStream stream) throws IOException {
    // Streams of gRPC know their length.
    byte[] bytes = stream.readNBytes(stream.available());
    InferRequestReader reader = new InferRequestReader();
    reader.message = bytes;
    reader.count(CodedInputStream.newInstance(bytes), 0);
    CodedInputStream in = CodedInputStream.newInstance(bytes);
    // Nobody else has the array.
    in.enableAliasing(true);
    return ModelInferRequest.parseFrom(in, ExtensionRegistryLite.getEmptyRegistry());
  }

  /** Counts the fields of a message, and of the messages in it as deep as unpacking them costs. */
  private void count(CodedInputStream in, int depth) throws IOException {
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      requireNoGroup(tag);
      int field = WireFormat.getTagFieldNumber(tag);
      if (depth == 0 && field == ModelInferRequest.RAW_INPUT_CONTENTS_FIELD_NUMBER) {
        in.skipField(tag);
        take(1);
      } else if (depth == 1 && field == InferInputTensor.CONTENTS_FIELD_NUMBER) {
        countContents(in, tag);
      } else if (depth < 2
          && WireFormat.getTagWireType(tag) == WireFormat.WIRETYPE_LENGTH_DELIMITED) {
        take(1);
        nested(in, depth, field);
      } else {
        in.skipField(tag);
        take(1);
      }
    }
  }

  private void nested(CodedInputStream in, int depth, int field) throws IOException {
    int length = in.readRawVarint32();
    if (depth == 0 && isMessage(field)) {
      int outer = in.pushLimit(length);
      count(in, depth + 1);
      in.checkLastTagWas(0);
      in.popLimit(outer);
      return;
    }
    if (depth == 1 && field == InferInputTensor.SHAPE_FIELD_NUMBER && length > MAX_SHAPE_BYTES) {
      throw Refusals.invalid(
          "an input has more than " + InputTensors.MAX_DIMS + " dimensions, which none takes");
    }
    in.skipRawBytes(length);
    smallBytes += length;
    if (smallBytes > MAX_SMALL_BYTES) {
      throw Refusals.invalid(
          "the request's names, parameters and shapes take more than "
              + MAX_SMALL_BYTES
              + " bytes, more than any network needs");
    }
  }

  private static void requireNoGroup(int tag) {
    if (WireFormat.getTagWireType(tag) == WireFormat.WIRETYPE_START_GROUP) {
      throw Refusals.invalid("the request has a group, which no version of the protocol has");
    }
  }

  private static boolean isMessage(int field) {
    return field == ModelInferRequest.INPUTS_FIELD_NUMBER
        || field == ModelInferRequest.OUTPUTS_FIELD_NUMBER;
  }

  /** Counts what the contents of an input take in memory. */
  private void countContents(CodedInputStream in, int tag) throws IOException {
    if (WireFormat.getTagWireType(tag) != WireFormat.WIRETYPE_LENGTH_DELIMITED) {
      in.skipField(tag);
      take(1);
      return;
    }
    take(1);
    int outer = in.pushLimit(in.readRawVarint32());
    for (int inner = in.readTag(); inner != 0; inner = in.readTag()) {
      requireNoGroup(inner);
      int field = WireFormat.getTagFieldNumber(inner);
      int begin = in.getTotalBytesRead();
      in.skipField(inner);
      int end = in.getTotalBytesRead();
      boolean list = WireFormat.getTagWireType(inner) == WireFormat.WIRETYPE_LENGTH_DELIMITED;
      switch (field) {
        case InferTensorContents.BOOL_CONTENTS_FIELD_NUMBER -> addContents(end - begin);
        case InferTensorContents.INT_CONTENTS_FIELD_NUMBER,
            InferTensorContents.UINT_CONTENTS_FIELD_NUMBER ->
            addContents((long) Integer.BYTES * numbers(list, begin, end));
        case InferTensorContents.INT64_CONTENTS_FIELD_NUMBER,
            InferTensorContents.UINT64_CONTENTS_FIELD_NUMBER ->
            addContents((long) Long.BYTES * numbers(list, begin, end));
        case InferTensorContents.FP32_CONTENTS_FIELD_NUMBER,
            InferTensorContents.FP64_CONTENTS_FIELD_NUMBER ->
            addContents(end - begin);
        case InferTensorContents.BYTES_CONTENTS_FIELD_NUMBER ->
            addContents(end - begin + TEXT_BYTES);
        default -> take(1);
      }
    }
    in.popLimit(outer);
  }

  /** Numbers of variable length in a part of the message: the last byte of each is positive. */
  private long numbers(boolean list, int begin, int end) {
    if (!list) {
      return 1;
    }
    long numbers = 0;
    for (int i = begin; i < end; i++) {
      numbers += message[i] >= 0 ? 1 : 0;
    }
    return numbers;
  }

  private void addContents(long bytes) {
    contentsBytes += bytes;
    long added = Math.min(2L * message.length + MAX_ADDED_TO_SMALL_BYTES, MAX_ADDED_BYTES);
    if (contentsBytes > message.length + added) {
      throw Refusals.invalid(
          "the contents of the request's inputs take much more memory than the message; send them"
              + " as raw_input_contents");
    }
  }

  private void take(int more) {
    fields += more;
    if (fields > MAX_FIELDS) {
      throw Refusals.invalid(
          "the request has more than "
              + MAX_FIELDS
              + " fields beside its tensors' contents, more than any network needs");
    }
  }
}
