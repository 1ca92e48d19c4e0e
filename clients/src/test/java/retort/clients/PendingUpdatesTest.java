package retort.clients;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import retort.v1.Frame;
import retort.v1.RejectedUpdate;
import retort.v1.StreamUpdate;

class PendingUpdatesTest {
  private final PendingUpdates updates = new PendingUpdates();

  private CompletableFuture<Frame> add(StreamUpdate.Builder update) {
    CompletableFuture<Frame> shown = new CompletableFuture<>();
    updates.add(update.build(), shown);
    return shown;
  }

  private void put(StreamUpdate.Builder update) {
    assertThat(add(update)).isNotDone();
  }

  private List<StreamUpdate> send() {
    List<StreamUpdate> sent = new ArrayList<>();
    for (Optional<StreamUpdate> next = updates.next(); next.isPresent(); next = updates.next()) {
      sent.add(next.get());
    }
    return sent;
  }

  private static StreamUpdate.Builder update() {
    return StreamUpdate.newBuilder();
  }

  private static Frame frame(long index, long applied) {
    return Frame.newBuilder().setIndex(index).setAppliedUpdate(applied).build();
  }

  @Test
  void ofAThousandUpdatesThatWaitTheNewestIsSentAndAllAreShown() {
    List<CompletableFuture<Frame>> shown = new ArrayList<>();
    for (int i = 1; i <= 1000; i++) {
      shown.add(add(update().setSpeed(i)));
    }

    assertThat(send()).containsExactly(update().setUpdateId(1).setSpeed(1000).build());
    updates.arrived(frame(5, 1));

    assertThat(shown).allMatch(one -> one.isDone() && one.join().getIndex() == 5);
  }

  @Test
  void anUpdateKeepsTheFieldsThatNoNewerOneSets() {
    put(update().setSeed(1).setLabel(2));
    put(update().setSeed(3));

    assertThat(send())
        .containsExactly(
            update().setUpdateId(1).setLabel(2).build(),
            update().setUpdateId(2).setSeed(3).build());
  }

  @Test
  void updatesThatNameAFrameAreSentAsTheyAre() {
    put(update().setFromIndex(7).setLabel(1));
    put(update().setLabel(2));
    put(update().setFromIndex(9).setLabel(0));

    assertThat(send()).extracting(StreamUpdate::getLabel).containsExactly(1, 2, 0);
  }

  @Test
  void tooManyThatNameAFrameAreRefused() {
    for (int i = 0; i < PendingUpdates.MAX_SCHEDULED; i++) {
      put(update().setFromIndex(7));
    }

    assertThat(add(update().setFromIndex(7))).isCompletedExceptionally();
    assertThat(send()).hasSize(PendingUpdates.MAX_SCHEDULED);
  }

  @Test
  void stepsAddUpUnlessAPauseComesBetween() {
    put(update().setStep(2));
    put(update().setStep(3));
    assertThat(send()).containsExactly(update().setUpdateId(1).setStep(5).build());

    put(update().setStep(2));
    put(update().setPaused(true));
    put(update().setStep(3));
    assertThat(send())
        .containsExactly(
            update().setUpdateId(2).setPaused(true).build(),
            update().setUpdateId(3).setStep(3).build());
  }

  @Test
  void anUpdateIsShownByTheFrameThatNamesItOrANewerOne() {
    CompletableFuture<Frame> first = add(update().setLabel(1));
    send();
    CompletableFuture<Frame> second = add(update().setLabel(2));
    send();

    updates.arrived(frame(1, 0));
    assertThat(first).isNotDone();
    updates.arrived(frame(2, 2));

    assertThat(first).isDone();
    assertThat(second).isDone();
  }

  @Test
  void oneThatNamesAFrameIsShownFromItOnOrLate() {
    CompletableFuture<Frame> named = add(update().setFromIndex(10).setLabel(1));
    CompletableFuture<Frame> late = add(update().setFromIndex(3).setLabel(2));
    put(update().setLabel(0));
    send();

    updates.arrived(frame(5, 3).toBuilder().addLateUpdates(2).build());
    assertThat(late).isDone();
    assertThat(named).isNotDone();
    updates.arrived(frame(11, 1));

    assertThat(named.join().getIndex()).isEqualTo(11);
  }

  @Test
  void oneThatIsNotTakenFailsWithTheServersSentence() {
    CompletableFuture<Frame> wrong = add(update().setLabel(99));
    send();

    updates.arrived(
        Frame.newBuilder()
            .addRejectedUpdates(RejectedUpdate.newBuilder().setUpdateId(1).setReason("label is 99"))
            .build());

    assertThat(wrong.handle((frame, failure) -> failure.getMessage()))
        .isCompletedWithValue("label is 99");
  }

  @Test
  void whatNoFrameHasShownIsSentAgainOnANewCall() {
    put(update().setLabel(1));
    send();
    updates.arrived(frame(1, 1));
    CompletableFuture<Frame> first = add(update().setLabel(2));
    put(update().setFromIndex(50).setSeed(4));
    send();
    CompletableFuture<Frame> second = add(update().setLabel(0));

    updates.lost();

    assertThat(send())
        .containsExactly(
            update().setUpdateId(4).setFromIndex(50).setSeed(4).build(),
            update().setUpdateId(5).setLabel(0).build());
    updates.arrived(frame(2, 5));
    assertThat(first).isDone();
    assertThat(second).isDone();
  }

  @Test
  void aPauseIsKeptOnANewCallWithTheStepsThatAreLeft() {
    put(update().setPaused(true));
    put(update().setStep(3));
    send();
    updates.arrived(frame(1, 2));
    assertThat(updates.standing()).isFalse();

    updates.lost();

    assertThat(send()).containsExactly(update().setUpdateId(3).setPaused(true).setStep(2).build());
  }

  @Test
  void aStreamThatWasPausedMayBeSilent() {
    assertThat(updates.standing()).isFalse();
    put(update().setPaused(true));
    send();
    assertThat(updates.standing()).isTrue();
    put(update().setStep(1));
    send();
    assertThat(updates.standing()).isFalse();
    updates.arrived(frame(1, 2));
    assertThat(updates.standing()).isTrue();
    put(update().setPaused(false));
    send();
    assertThat(updates.standing()).isFalse();
  }

  @Test
  void anEndFailsWhatIsLeft() {
    CompletableFuture<Frame> sent = add(update().setLabel(1));
    send();
    CompletableFuture<Frame> waiting = add(update().setLabel(2));

    updates.end(RetortException.ofEnd());

    assertThat(sent).isCompletedExceptionally();
    assertThat(waiting).isCompletedExceptionally();
  }
}
