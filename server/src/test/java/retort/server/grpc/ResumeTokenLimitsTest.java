package retort.server.grpc;

import static io.grpc.Status.Code.INVALID_ARGUMENT;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import java.nio.file.Path;
import java.util.function.Consumer;
import java.util.zip.CRC32;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import retort.internal.ResumeToken;
import retort.internal.SavedStream;
import retort.server.TinyGenerator;
import retort.v1.StreamRequest;

/** Resume tokens that are not what a server gave out, or do not fit: the status, and a sentence. */
class ResumeTokenLimitsTest {
  @TempDir private static Path folder;
  private static Served served;

  @BeforeAll
  static void serve() {
    TinyGenerator.USUAL.write(folder.resolve("tiny.onnx"));
    new TinyGenerator(1, 0, true).write(folder.resolve("plain.onnx"));
    served = Served.folder(folder, 1);
  }

  @AfterAll
  static void close() {
    served.close();
  }

  private static void stream(
      Status.Code code, Consumer<StreamRequest.Builder> change, String... words) {
    StreamRequest.Builder request =
        StreamRequest.newBuilder().setModel("tiny").setFps(100).setFrameCount(1);
    change.accept(request);
    Served.fails(
        code, () -> served.ask().stream(request.build()).forEachRemaining(frame -> {}), words);
  }

  @Test
  void damagedToken() {
    byte[] token = token();
    for (int i = 0; i < token.length; i++) {
      byte[] damaged = token.clone();
      damaged[i] ^= 0x10;
      resume(damaged, "resume_token");
    }
    resume(new byte[] {1, 2, 3}, "resume_token is damaged");
    resume(new byte[1025], "resume_token has 1025 bytes", "at most 1024");
  }

  @ParameterizedTest
  @CsvSource({
    "Infinity, 0, 0, fps is Infinity",
    "NaN, 0, 0, fps is NaN",
    "1e6, 0, 0, fps is 1000000.0",
    "-1, 0, 0, fps is -1.0",
    "1e-12, 0, 0, fps is 1.0E-12",
    "20, Infinity, 0, speed is Infinity",
    "20, NaN, 0, speed is NaN",
    "20, 241, 0, speed is 241.0",
    "0.01, 240, 9007199254740992, its position is"
  })
  void forgedToken(double fps, double speed, long next, String words) throws Exception {
    SavedStream stream =
        SavedStream.parseFrom(ResumeToken.parseFrom(token()).getStream()).toBuilder()
            .setFps(fps)
            .setSpeed(speed)
            .setNextIndex(next)
            .build();
    CRC32 checksum = new CRC32();
    checksum.update(stream.toByteArray());
    ResumeToken forged =
        ResumeToken.newBuilder()
            .setVersion(2)
            .setStream(stream.toByteString())
            .setChecksum((int) checksum.getValue())
            .build();

    resume(forged.toByteArray(), "resume_token is damaged", words);
  }

  @Test
  void tokenOfAnotherModel() {
    stream(
        INVALID_ARGUMENT,
        request ->
            request.setModel("plain").clearFps().setResumeToken(ByteString.copyFrom(token())),
        "resume_token is of the model with digest",
        "begin a new stream");
  }

  @Test
  void tokenBesideWhatItSays() {
    stream(
        INVALID_ARGUMENT,
        request -> request.setResumeToken(ByteString.copyFrom(token())),
        "resume_token is present",
        "fps");
  }

  private static byte[] token() {
    return served.ask().stream(
            StreamRequest.newBuilder().setModel("tiny").setFps(240).setFrameCount(1).build())
        .next()
        .getResumeToken()
        .toByteArray();
  }

  private static void resume(byte[] token, String... words) {
    stream(
        INVALID_ARGUMENT,
        request -> request.clearFps().setResumeToken(ByteString.copyFrom(token)),
        words);
  }
}
