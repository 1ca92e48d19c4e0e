package retort.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import retort.denoiser.ImageShape;
import retort.server.FakeGenerator;
import retort.server.generator.Generator;
import retort.server.generator.Origin;
import retort.server.image.Encoding;
import retort.server.image.ImageFormat;
import retort.server.schedule.StreamPlan;
import retort.server.schedule.StreamState;
import retort.server.schedule.Transition;
import retort.v1.StreamRequest;

class ResumeTokensTest {
  private static final int MOST_LABELS = 1 << 16;

  private static StreamState read(ByteString token, int labels) {
    return ResumeTokens.read(
        StreamRequest.newBuilder().setResumeToken(token).build(), labelled(labels));
  }

  @Test
  void tokenOfTheLargestStateStaysUnderOneKibibyte() {
    List<Integer> labels = IntStream.range(0, 256).map(i -> 65_535 - i).boxed().toList();
    ImageFormat format = new ImageFormat(Encoding.RAW, 4096, 1000, 100);
    StreamPlan plan = new StreamPlan(-1, 65_535, labels, 239.9, 239.9, -1, format, true);
    Origin from = new Origin(-1, 65_535, 0.1, 65_534);
    for (int i = 1; i < Origin.MAX_FROM; i++) {
      from = new Origin(-1, 65_535, 0.1, 65_534).movingFrom(from, 0.1);
    }
    long index = (1L << 53) - 10;
    StreamState state =
        new StreamState(
            "ab".repeat(32),
            plan,
            new StreamState.Base(index, index - 0.5),
            new Transition(from, index, Transition.MAX_FRAMES),
            index + 1,
            index);

    ByteString token = ResumeTokens.write(state);

    assertThat(token.size()).isBetween(900, 1024);
    assertThat(read(token, MOST_LABELS)).isEqualTo(state);
  }

  @Test
  void tokenHoldsTheWholeState() {
    ImageFormat format = new ImageFormat(Encoding.PNG, 0, 7, 0);
    StreamPlan plan = new StreamPlan(-1, Origin.NO_LABEL, List.of(1, 2), 0.5, 20, 7, format, false);
    Origin from = new Origin(4, 1, 0.5, 2).movingFrom(Origin.of(3, Origin.NO_LABEL), 0.25);
    StreamState state =
        new StreamState(
            "ab".repeat(32),
            plan,
            new StreamState.Base(3, 1.25),
            new Transition(from, 4, 10),
            5,
            2);

    assertThat(read(ResumeTokens.write(state), 3)).isEqualTo(state);
  }

  @Test
  void transitionThatIsOverIsNotKept() {
    StreamPlan plan =
        new StreamPlan(1, 0, List.of(), 1, 20, 0, ImageFormat.of(Encoding.PNG), false);
    Transition over = new Transition(Origin.of(9, 0), 2, 3);
    StreamState state = new StreamState("ab".repeat(32), plan, StreamState.Base.START, over, 4, 0);

    StreamState read = read(ResumeTokens.write(state), 3);

    assertThat(read.transition()).isNull();
    assertThat(read.origin(4)).isEqualTo(state.origin(4));
  }

  /** Only what a token is checked against. */
  private static Generator labelled(int labels) {
    return new FakeGenerator(
        "ab".repeat(32),
        new ImageShape(1, 1, 1),
        IntStream.range(0, labels).mapToObj(String::valueOf).toList());
  }
}
