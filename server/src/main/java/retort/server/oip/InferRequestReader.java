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
 * inputs or parameters do, is refused before any of it is unpacked.
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

  private int fields;
  private long smallBytes;

  @Override
  public InputStream stream(ModelInferRequest request) {
    return USUAL.stream(request);
  }

  @Override
  public ModelInferRequest parse(InputStream stream) {
    try {
      byte[] bytes = stream.readAllBytes();
      new InferRequestReader().count(CodedInputStream.newInstance(bytes), 0);
      CodedInputStream in = CodedInputStream.newInstance(bytes);
      // Nobody else has the array.
      in.enableAliasing(true);
      return ModelInferRequest.parseFrom(in, ExtensionRegistryLite.getEmptyRegistry());
    } catch (InvalidProtocolBufferException e) {
      throw Status.INVALID_ARGUMENT
          .withDescription(e.getMessage())
          .withCause(e)
          .asRuntimeException();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
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

  /** Lists of numbers take little more memory than their bytes, but for what is none of theirs. */
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
      in.skipField(inner);
      if (WireFormat.getTagFieldNumber(inner) > InferTensorContents.BYTES_CONTENTS_FIELD_NUMBER) {
        take(1);
      }
    }
    in.popLimit(outer);
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
