package retort.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import retort.server.TinyGenerator;
import retort.v1.Encoding;
import retort.v1.Frame;
import retort.v1.Origin;
import retort.v1.RejectedUpdate;
import retort.v1.ReplayRequest;
import retort.v1.SlowClient;
import retort.v1.StreamRequest;
import retort.v1.StreamUpdate;

/** Streams and calls go on while their model changes. */
class HotSwapTest extends ServedFolder {
  @Test
  void streamMovesToANewVersionBetweenTwoFramesAndSaysSo() {
    String first = digest();
    Iterator<Frame> frames = stream();
    assertThat(frames.next().getModelDigest()).isEqualTo(first);
    assertThat(frames.next().getModelDigest()).isEmpty();
    write(TinyGenerator.USUAL, 2);

    models.load("tiny");

    String second = digest();
    assertThat(second).isNotEqualTo(first);
    long index = 1;
    String told = "";
    while (told.isEmpty()) {
      Frame frame = frames.next();
      assertThat(frame.getIndex()).isEqualTo(++index);
      assertThat(frame.getDropped()).isZero();
      told = frame.getModelDigest();
    }
    assertThat(told).isEqualTo(second);
    assertThat(frames.next().getModelDigest()).isEmpty();
    assertThat(served.ask().generate(image()).getModelDigest()).isEqualTo(second);
  }

  @Test
  void streamStaysWithItsVersionWhereTheNewOneMakesOtherImages() {
    Iterator<Frame> frames = stream();
    frames.next();
    write(new TinyGenerator(3, 3, true), 2);

    models.load("tiny");

    assertThat(listed().getVersion()).isEqualTo(2);
    for (int i = 0; i < 20; i++) {
      Frame frame = frames.next();
      assertThat(frame.getModelDigest()).isEmpty();
      assertThat(frame.getImage().getChannels()).isEqualTo(1);
    }
    assertThat(served.ask().generate(image()).getImages(0).getImage().getChannels()).isEqualTo(3);
  }

  @Test
  void resumeTokenNamesTheVersionThatMadeItsFrame() {
    Iterator<Frame> frames = stream();
    frames.next();
    write(TinyGenerator.USUAL, 2);
    models.load("tiny");
    Frame frame = frames.next();
    while (frame.getModelDigest().isEmpty()) {
      frame = frames.next();
    }

    Frame next =
        served.ask().stream(
                StreamRequest.newBuilder().setResumeToken(frame.getResumeToken()).build())
            .next();

    assertThat(next.getIndex()).isEqualTo(frame.getIndex() + 1);
    assertThat(next.getModelDigest()).isEqualTo(frame.getModelDigest());
  }

  @Test
  void noCallFailsAndNoFrameIsLostOverManySwaps() throws Exception {
    Iterator<Frame> frames = stream();
    CompletableFuture<Integer> asked = new CompletableFuture<>();
    CompletableFuture<Void> enough = new CompletableFuture<>();
    Thread asking =
        new Thread(
            () -> {
              try {
                int answers = 0;
                while (!enough.isDone()) {
                  answers += served.ask().generate(image()).getImagesCount();
                }
                asked.complete(answers);
              } catch (RuntimeException e) {
                asked.completeExceptionally(e);
              }
            });
    asking.start();

    long index = -1;
    for (int version = 2; version <= 20; version++) {
      write(TinyGenerator.USUAL, version);
      models.load("tiny");
      Frame frame = frames.next();
      while (!frame.getModelDigest().equals(digest())) {
        assertThat(frame.getIndex()).isEqualTo(++index);
        frame = frames.next();
      }
      assertThat(frame.getIndex()).isEqualTo(++index);
    }
    enough.complete(null);

    assertThat(asked.get()).isPositive();
    asking.join();
  }

  @Test
  void steeredStreamMovesAndIsStillSteered() throws Exception {
    Steered client =
        new Steered(served)
            .start(
                StreamRequest.newBuilder()
                    .setFps(200)
                    .setEncoding(Encoding.ENCODING_RAW)
                    .setSlowClient(SlowClient.SLOW_CLIENT_BLOCK)
                    .build());
    assertThat(client.next().getModelDigest()).isEqualTo(digest());
    write(TinyGenerator.USUAL, 2);

    models.load("tiny");
    client.update(StreamUpdate.newBuilder().setUpdateId(1).setLabel(3));
    client.update(StreamUpdate.newBuilder().setUpdateId(2).setLabel(2));

    String told = "";
    long applied = 0;
    List<RejectedUpdate> rejected = new ArrayList<>();
    while (told.isEmpty() || applied < 2) {
      Frame frame = client.next();
      told = frame.getModelDigest().isEmpty() ? told : frame.getModelDigest();
      applied = Math.max(applied, frame.getAppliedUpdate());
      rejected.addAll(frame.getRejectedUpdatesList());
    }
    assertThat(told).isEqualTo(digest());
    assertThat(rejected).extracting(RejectedUpdate::getUpdateId).containsExactly(1L);
    client.requests.onError(Status.CANCELLED.asRuntimeException());
  }

  @Test
  void replayKeepsItsVersionToTheEnd() {
    String first = digest();
    Iterator<Frame> frames =
        served
            .ask()
            .replay(
                ReplayRequest.newBuilder()
                    .setStart(
                        StreamRequest.newBuilder()
                            .setModel("tiny")
                            .setFps(20)
                            .setStart(Origin.newBuilder().setSeed(5).setLabel(1)))
                    .setCount(40)
                    .build());
    assertThat(frames.next().getModelDigest()).isEqualTo(first);
    write(TinyGenerator.USUAL, 2);
    models.load("tiny");

    int more = 0;
    while (frames.hasNext()) {
      assertThat(frames.next().getModelDigest()).isEmpty();
      more++;
    }
    assertThat(more).isEqualTo(39);
  }
}
