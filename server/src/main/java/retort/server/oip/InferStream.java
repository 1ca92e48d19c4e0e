package retort.server.oip;

import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import retort.inference.ModelInferRequest;
import retort.inference.ModelInferResponse;
import retort.inference.ModelStreamInferResponse;
import retort.server.oip.AnswerSlot.Answer;
import retort.server.oip.ByteBudget.Part;

/**
 * One call of {@code ModelStreamInfer}. Single answers leave in the order of their requests, frames
 * as soon as they are made. A client that does not read is read no further, and its frames are
 * dropped, so that it holds what it was answered last and no more.
 *
 * <p>Safe for any number of threads. Nothing of others is called under its lock, but the call.
 */
final class InferStream implements StreamObserver<ModelInferRequest> {
  /** Requests of a call in the works; more wait in the client. */
  static final int MAX_IN_FLIGHT = 64;

  private final ServerCallStreamObserver<ModelStreamInferResponse> call;
  private final InferStreams host;
  private final boolean endsByError;

  // Guarded by this.
  private final Deque<AnswerSlot> slots = new ArrayDeque<>();
  private final Set<FrameAnswers> playing = new LinkedHashSet<>();
  private final List<Part> unread = new ArrayList<>();
  private boolean asked;
  private boolean halfClosed;
  private boolean draining;

  /** Written under the lock. */
  private volatile boolean over;

  /**
   * A call that begins.
   *
   * @param endsByError whether the first failure ends it with a status
   */
  InferStream(
      ServerCallStreamObserver<ModelStreamInferResponse> call,
      InferStreams host,
      boolean endsByError) {
    this.call = call;
    this.host = host;
    this.endsByError = endsByError;
    call.disableAutoRequest();
    // A client counts as slow while an answer is on its way.
    call.setOnReadyThreshold(1);
    call.setOnReadyHandler(this::wake);
    call.setOnCancelHandler(this::closed);
    call.setOnCloseHandler(this::closed);
  }

  /** Whether the client has read what it was sent. */
  boolean ready() {
    return call.isReady();
  }

  @Override
  public void onNext(ModelInferRequest request) {
    synchronized (this) {
      asked = false;
    }
    AnswerSlot slot = new AnswerSlot(request.getId(), this::flush);
    boolean waits = false;
    try {
      host.requireServing();
      ServedModel model = host.find(request);
      if (model.decoupled()) {
        play(request, model);
      } else {
        add(slot);
        waits = true;
        slot.waitFor(host.start(request, model, slot));
      }
    } catch (RuntimeException e) {
      if (!waits) {
        add(slot);
      }
      slot.failed(Refusals.of(e));
    }
    if (over) {
      slot.cancel();
    }
    askForMore();
  }

  private synchronized void add(AnswerSlot slot) {
    slots.add(slot);
  }

  private void play(ModelInferRequest request, ServedModel model) {
    FrameAnswers answers;
    try {
      answers = host.frames(request, model, this);
    } catch (RuntimeException e) {
      model.close();
      throw e;
    }
    synchronized (this) {
      playing.add(answers);
    }
    try {
      host.play(model, answers);
    } catch (RuntimeException e) {
      answers.fail(e);
    }
    if (over) {
      answers.cancel();
    }
  }

  /** Asks for the next request, if the client keeps up. */
  private void askForMore() {
    synchronized (this) {
      boolean room = slots.size() + playing.size() < MAX_IN_FLIGHT;
      if (asked || over || halfClosed || !room || !call.isReady()) {
        return;
      }
      asked = true;
    }
    call.request(1);
  }

  /** Called when the call begins, and whenever the client has read what it was sent. */
  private void wake() {
    List<FrameAnswers> streams;
    synchronized (this) {
      clearRead();
      streams = List.copyOf(playing);
    }
    streams.forEach(FrameAnswers::wake);
    askForMore();
  }

  private void clearRead() {
    if (call.isReady()) {
      clearUnread();
    }
  }

  private void clearUnread() {
    unread.forEach(Part::clear);
    unread.clear();
  }

  /** Sends an answer out of the order. */
  void send(ModelInferResponse.Builder answer) {
    ModelStreamInferResponse message = AnswerSlot.message(answer);
    synchronized (this) {
      if (!over) {
        call.onNext(message);
      }
    }
  }

  /** Tells of a request for frames that failed. */
  void failed(String id, StatusRuntimeException reason) {
    if (endsByError) {
      end(reason);
      return;
    }
    synchronized (this) {
      if (!over) {
        call.onNext(AnswerSlot.error(id, reason));
      }
    }
  }

  /** Forgets frames that have ended, their end told. */
  void over(FrameAnswers answers) {
    synchronized (this) {
      playing.remove(answers);
    }
    flush();
  }

  /** Sends the answers whose turn it is; ends the call after the last. */
  private void flush() {
    StatusRuntimeException failure = null;
    boolean done;
    synchronized (this) {
      for (Optional<Answer> next = next(); next.isPresent(); next = next()) {
        slots.remove();
        Answer answer = next.get();
        if (answer.held() != null) {
          unread.add(answer.held());
        }
        if (answer.failure() != null && endsByError) {
          failure = answer.failure();
          break;
        }
        call.onNext(answer.message());
      }
      clearRead();
      done = (halfClosed || draining) && slots.isEmpty() && playing.isEmpty();
    }
    if (failure != null || done) {
      end(failure);
    } else {
      askForMore();
    }
  }

  private Optional<Answer> next() {
    return over || slots.isEmpty() ? Optional.empty() : slots.element().answer();
  }

  private void end(@Nullable StatusRuntimeException failure) {
    synchronized (this) {
      if (over) {
        return;
      }
      over = true;
      if (failure != null) {
        call.onError(failure);
      } else if (halfClosed) {
        call.onCompleted();
      } else {
        call.onError(Refusals.draining());
      }
    }
    abandon();
  }

  /** The client sends no more; frames without an end have nobody left to end them. */
  @Override
  public void onCompleted() {
    List<FrameAnswers> endless;
    synchronized (this) {
      halfClosed = true;
      endless = playing.stream().filter(FrameAnswers::endless).toList();
    }
    endless.forEach(FrameAnswers::end);
    flush();
  }

  @Override
  public void onError(Throwable failure) {
    closed();
  }

  /** Ends the call once what was accepted is answered; frames end by themselves. */
  void drain() {
    synchronized (this) {
      draining = true;
    }
    flush();
  }

  /** Lets go of what is in the works: nobody will read it. */
  private void abandon() {
    List<AnswerSlot> waiting;
    List<FrameAnswers> streams;
    synchronized (this) {
      over = true;
      waiting = List.copyOf(slots);
      slots.clear();
      streams = List.copyOf(playing);
    }
    waiting.forEach(AnswerSlot::cancel);
    streams.forEach(FrameAnswers::cancel);
  }

  /** gRPC has let go of the call: all was read, or the client is gone. */
  private void closed() {
    abandon();
    synchronized (this) {
      clearUnread();
    }
    host.closed(this);
  }
}
