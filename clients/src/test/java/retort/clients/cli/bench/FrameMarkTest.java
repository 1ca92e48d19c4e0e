package retort.clients.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.google.protobuf.ByteString;
import com.google.protobuf.Duration;
import io.grpc.StatusRuntimeException;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import org.junit.jupiter.api.Test;
import retort.inference.InferParameter;
import retort.inference.ModelInferResponse;
import retort.inference.ModelInferResponse.InferOutputTensor;
import retort.inference.ModelStreamInferResponse;
import retort.v1.Encoding;
import retort.v1.Frame;
import retort.v1.Image;
import retort.v1.Timings;

class FrameMarkTest {
  private static final Frame FRAME =
      Frame.newBuilder()
          .setIndex(1L << 40)
          .setDue(Duration.newBuilder().setSeconds(3).setNanos(250))
          .setImage(
              Image.newBuilder()
                  .setEncoding(Encoding.ENCODING_RAW)
                  .setData(ByteString.copyFrom(new byte[1 << 20])))
          .setTimings(Timings.newBuilder().setRun(Duration.newBuilder().setNanos(5)))
          .setAppliedUpdate(7)
          .setResumeToken(ByteString.copyFromUtf8("token"))
          .build();

  /** Counts the bytes that were copied out of it. */
  private static final class Counted extends ByteArrayInputStream {
    private int read;

    Counted(byte[] bytes) {
      super(bytes);
    }

    @Override
    public synchronized int read(byte[] into, int offset, int length) {
      int count = super.read(into, offset, length);
      read += Math.max(0, count);
      return count;
    }
  }

  private static FrameMark parse(InputStream stream) {
    return new FrameMark.Reader().parse(stream);
  }

  @Test
  void whatIsMeasuredIsRead() {
    assertThat(parse(FRAME.toByteString().newInput()))
        .isEqualTo(new FrameMark(1L << 40, 3_000_000_250L, 7, false, false, null));
  }

  @Test
  void theImageIsNotCopied() {
    Counted bytes = new Counted(FRAME.toByteArray());

    parse(bytes);

    assertThat(bytes.read).isLessThan(1024);
  }

  @Test
  void whatIsNoFrameIsTold() {
    assertThatExceptionOfType(StatusRuntimeException.class)
        .isThrownBy(() -> parse(FRAME.toByteString().substring(0, 100).newInput()))
        .withMessageContaining("what came is no frame");
  }

  private static ModelInferResponse.Builder response(boolean last) {
    return ModelInferResponse.newBuilder()
        .putParameters(
            "triton_final_response", InferParameter.newBuilder().setBoolParam(last).build());
  }

  private static FrameMark mark(ModelInferResponse.Builder response) {
    return InferMarks.mark(
        ModelStreamInferResponse.newBuilder().setInferResponse(response).build());
  }

  @Test
  void aResponseThatSaysWhichFrameItIsIsBelieved() {
    ModelInferResponse.Builder response =
        response(false)
            .addOutputs(InferOutputTensor.newBuilder().setName("image"))
            .addOutputs(InferOutputTensor.newBuilder().setName("index"))
            .addOutputs(InferOutputTensor.newBuilder().setName("due"))
            .addRawOutputContents(ByteString.copyFrom(new byte[] {1, 2, 3}))
            .addRawOutputContents(ByteString.copyFrom(new byte[] {5, 0, 0, 0, 0, 0, 0, 0}))
            .addRawOutputContents(ByteString.copyFrom(new byte[] {0, 1, 0, 0, 0, 0, 0, 0}));

    assertThat(mark(response)).isEqualTo(new FrameMark(5, 256, 0, false, false, null));
  }

  @Test
  void otherResponsesAreCounted() {
    ModelInferResponse.Builder response =
        response(false).addOutputs(InferOutputTensor.newBuilder().setName("text"));

    assertThat(mark(response)).isEqualTo(FrameMark.counted(false, false));
  }

  @Test
  void theEndOfAnAnswerIsNoFrame() {
    assertThat(mark(response(true))).isEqualTo(FrameMark.counted(true, true));
  }

  @Test
  void anErrorIsTold() {
    FrameMark mark =
        InferMarks.mark(ModelStreamInferResponse.newBuilder().setErrorMessage("no such").build());

    assertThat(mark).isEqualTo(FrameMark.failed("no such"));
  }
}
