package retort.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import retort.file.FileDigest;
import retort.server.TinyGenerator;
import retort.v1.Encoding;
import retort.v1.Frame;
import retort.v1.GenerateRequest;
import retort.v1.SlowClient;
import retort.v1.StreamRequest;
import retort.v1.Walk;

class StreamTest {
  @TempDir private Path folder;

  @BeforeEach
  void write() {
    TinyGenerator.USUAL.write(folder.resolve("tiny.onnx"));
  }

  /** Twelve frames of a walk through labels, none of them dropped. */
  private static StreamRequest walk() {
    return StreamRequest.newBuilder()
        .setStart(retort.v1.Origin.newBuilder().setSeed(-3))
        .setFps(100)
        .setFrameCount(12)
        .setEncoding(Encoding.ENCODING_RAW)
        .setWalk(Walk.newBuilder().setSpeed(30).addLabels(2).addLabels(0).addLabels(1))
        .setSlowClient(SlowClient.SLOW_CLIENT_BLOCK)
        .build();
  }

  private static List<Frame> frames(Iterator<Frame> stream) {
    List<Frame> frames = new ArrayList<>();
    stream.forEachRemaining(frames::add);
    return frames;
  }

  @Test
  void frameIsWhatGenerateMakesOfItsOrigin() {
    try (Served served = Served.folder(folder, 1)) {
      List<Frame> frames = frames(served.ask().stream(walk()));

      assertThat(frames)
          .extracting(Frame::getIndex)
          .containsExactly(0L, 1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L, 10L, 11L);
      for (Frame frame : frames) {
        GenerateRequest again =
            GenerateRequest.newBuilder()
                .addOrigins(frame.getOrigin())
                .setEncoding(Encoding.ENCODING_RAW)
                .build();
        assertThat(frame.getImage())
            .isEqualTo(served.ask().generate(again).getImages(0).getImage());
        assertThat(frame.getPosition()).isEqualTo(frame.getIndex() * (30.0 / 100));
      }
      assertThat(frames.get(4).getOrigin().getSeed()).isEqualTo(-2);
      assertThat(frames.get(4).getOrigin().getLabel()).isZero();
      assertThat(frames.get(4).getOrigin().getNextLabel()).isEqualTo(1);
      assertThat(frames.get(0).getOrigin().hasNextLabel()).isFalse();
    }
  }

  @Test
  void firstFrameTellsTheDigest() {
    try (Served served = Served.folder(folder, 1)) {
      List<Frame> frames = frames(served.ask().stream(walk()));

      assertThat(frames.get(0).getModelDigest())
          .isEqualTo(FileDigest.of(folder.resolve("tiny.onnx")));
      assertThat(frames.get(1).getModelDigest()).isEmpty();
    }
  }

  @Test
  void streamResumedOnAnotherServerGoesOnByteForByte() {
    try (Served first = Served.folder(folder, 1);
        Served second = Served.folder(folder, 1)) {
      List<Frame> whole = frames(first.ask().stream(walk()));

      List<Frame> rest =
          frames(
              second.ask().stream(
                  StreamRequest.newBuilder()
                      .setResumeToken(whole.get(4).getResumeToken())
                      .build()));

      assertThat(rest).hasSize(7);
      for (int i = 0; i < rest.size(); i++) {
        Frame expected = whole.get(5 + i);
        assertThat(rest.get(i).getIndex()).isEqualTo(expected.getIndex());
        assertThat(rest.get(i).getImage()).isEqualTo(expected.getImage());
        assertThat(rest.get(i).getOrigin()).isEqualTo(expected.getOrigin());
        assertThat(rest.get(i).getResumeToken()).isEqualTo(expected.getResumeToken());
      }
      assertThat(rest.get(0).getDue().getSeconds()).isZero();
    }
  }

  @Test
  void framesKeepTheirFormAcrossAResumption() {
    try (Served served = Served.folder(folder, 1)) {
      StreamRequest request =
          walk().toBuilder()
              .setEncoding(Encoding.ENCODING_WEBP)
              .setWidth(12)
              .setHeight(6)
              .setQuality(100)
              .build();
      List<Frame> whole = frames(served.ask().stream(request));

      List<Frame> rest =
          frames(
              served.ask().stream(
                  StreamRequest.newBuilder()
                      .setResumeToken(whole.get(4).getResumeToken())
                      .build()));

      assertThat(whole.get(5).getImage().getEncoding()).isEqualTo(Encoding.ENCODING_WEBP);
      assertThat(whole.get(5).getImage().getWidth()).isEqualTo(12);
      assertThat(whole.get(5).getImage().getHeight()).isEqualTo(6);
      assertThat(rest.get(0).getImage()).isEqualTo(whole.get(5).getImage());
    }
  }

  @Test
  void resumedStreamMayEndElsewhere() {
    try (Served served = Served.folder(folder, 1)) {
      ByteString token = frames(served.ask().stream(walk())).get(9).getResumeToken();

      List<Frame> rest =
          frames(
              served.ask().stream(
                  StreamRequest.newBuilder().setResumeToken(token).setFrameCount(15).build()));

      assertThat(rest).extracting(Frame::getIndex).containsExactly(10L, 11L, 12L, 13L, 14L);
    }
  }
}
