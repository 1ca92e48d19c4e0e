package retort.clients;

import com.google.protobuf.Duration;
import com.google.protobuf.InvalidProtocolBufferException;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.List;
import retort.v1.Frame;
import retort.v1.LoggedUpdate;
import retort.v1.Origin;
import retort.v1.RejectedUpdate;
import retort.v1.ReplayRequest;
import retort.v1.SteerRequest;
import retort.v1.StreamRequest;
import retort.v1.StreamUpdate;

/**
 * One stream of the {@link FakeServer}, which sends a frame whenever its client is ready. A frame
 * is made from what the stream began with and the log of its updates alone, and that is what its
 * resume tokens hold. Labels are 0 to 2.
 */
final class FakeStream implements StreamObserver<SteerRequest> {
  private final FakeServer server;
  private final ServerCallStreamObserver<Frame> frames;
  private final List<StreamUpdate> waiting = new ArrayList<>();
  private final List<RejectedUpdate> rejected = new ArrayList<>();
  private ReplayRequest.Builder log = ReplayRequest.newBuilder();
  private long first;
  private long passedBefore;
  private long count;
  private boolean begun;
  private boolean paused;
  private int steps;
  private boolean ended;

  FakeStream(FakeServer server, StreamObserver<Frame> answer) {
    this.server = server;
    frames = (ServerCallStreamObserver<Frame>) answer;
    frames.setOnReadyThreshold(1);
    frames.setOnCancelHandler(server::wasCancelled);
    frames.setOnReadyHandler(this::send);
  }

  synchronized void begin(StreamRequest request) {
    server.began(request);
    try {
      log =
          request.getResumeToken().isEmpty()
              ? ReplayRequest.newBuilder().setStart(request)
              : ReplayRequest.parseFrom(request.getResumeToken()).toBuilder();
    } catch (InvalidProtocolBufferException e) {
      throw new AssertionError(e);
    }
    first = log.getFirstIndex();
    passedBefore = first == 0 ? 0 : server.periodsPassed();
    begun = true;
    send();
  }

  @Override
  public synchronized void onNext(SteerRequest request) {
    if (request.hasStart()) {
      begin(request.getStart());
      return;
    }
    StreamUpdate update = request.getUpdate();
    server.updated(update);
    if (update.getLabel() > 2) {
      rejected.add(
          RejectedUpdate.newBuilder()
              .setUpdateId(update.getUpdateId())
              .setReason("label is " + update.getLabel() + ", but 0 to 2 is expected")
              .build());
    } else {
      waiting.add(update);
      if (update.hasPaused()) {
        paused = update.getPaused();
        steps = 0;
      }
      steps += update.getStep();
    }
    send();
  }

  @Override
  public void onError(Throwable failure) {}

  @Override
  public void onCompleted() {}

  private synchronized void send() {
    while (begun && !ended && frames.isReady() && !frames.isCancelled()) {
      long dropped = server.periodsPassed() - passedBefore;
      long index = first + dropped + count;
      if (server.silentAt(index) || (paused && steps == 0)) {
        return;
      }
      Status failure = server.failureAt(index);
      long all = log.getStart().getFrameCount();
      if (!failure.isOk()) {
        ended = true;
        frames.onError(failure.asRuntimeException());
      } else if (all > 0 && index >= all) {
        ended = true;
        frames.onCompleted();
      } else {
        Frame frame = frame(index).setDropped(dropped).build();
        frames.onNext(frame);
        count++;
        steps = Math.max(0, steps - 1);
        server.left(frame);
      }
    }
  }

  private Frame.Builder frame(long index) {
    long applied = 0;
    for (StreamUpdate update : List.copyOf(waiting)) {
      if (!update.hasFromIndex() || update.getFromIndex() <= index) {
        waiting.remove(update);
        applied = update.getUpdateId();
        log.addUpdates(LoggedUpdate.newBuilder().setIndex(index).setUpdate(update));
      }
    }
    Frame.Builder frame =
        Frame.newBuilder()
            .setIndex(index)
            .setDue(Duration.getDefaultInstance())
            .setOrigin(origin(index))
            .setAppliedUpdate(applied)
            .addAllRejectedUpdates(rejected)
            .setResumeToken(log.setFirstIndex(index + 1).build().toByteString());
    rejected.clear();
    return frame.setImage(server.imageOf(frame.getOrigin()));
  }

  private Origin origin(long index) {
    StreamRequest start = log.getStart();
    int labels = start.getWalk().getLabelsCount();
    Origin.Builder origin =
        start.getStart().toBuilder().setSeed(start.getStart().getSeed() + index);
    if (labels > 0) {
      origin.setLabel(start.getWalk().getLabels((int) (index % labels)));
    }
    for (LoggedUpdate logged : log.getUpdatesList()) {
      StreamUpdate update = logged.getUpdate();
      if (update.hasSeed()) {
        origin.setSeed(update.getSeed() + index - logged.getIndex());
      }
      if (update.hasLabel()) {
        origin.setLabel(update.getLabel());
      }
    }
    return origin.build();
  }
}
