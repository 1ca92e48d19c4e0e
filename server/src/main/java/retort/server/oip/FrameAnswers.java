package retort.server.oip;

import io.grpc.StatusRuntimeException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import retort.inference.InferParameter;
import retort.inference.ModelInferRequest;
import retort.inference.ModelInferResponse;
import retort.server.oip.Frames.Playing;
import retort.server.schedule.FrameSink;
import retort.server.schedule.Rendered;
import retort.server.schedule.StreamFrame;
import retort.server.tensor.ElementType;
import retort.server.tensor.TensorValue;

/**
 * The frames that one request of a stream asked for, as its answers. Holds the model and the
 * stream's place until it is over.
 */
final class FrameAnswers implements FrameSink {
  static final String FINAL = "triton_final_response";

  private final InferStream stream;
  private final String id;
  private final ServedModel model;
  private final WantedOutputs wanted;
  private final Frames.Wanted what;
  private final boolean emptyFinal;
  private final Tally tally;
  private final long begun = System.nanoTime();

  // Guarded by this.
  private @Nullable Playing playing;
  private boolean over;
  private long queueNanos;
  private long runNanos;
  private long encodeNanos;

  FrameAnswers(
      InferStream stream,
      ModelInferRequest request,
      ServedModel model,
      WantedOutputs wanted,
      Frames.Wanted what,
      boolean emptyFinal,
      Tally tally) {
    this.stream = stream;
    this.id = request.getId();
    this.model = model;
    this.wanted = wanted;
    this.what = what;
    this.emptyFinal = emptyFinal;
    this.tally = tally;
  }

  Frames.Wanted what() {
    return what;
  }

  /** Whether only the client ends it. */
  boolean endless() {
    return what.count() == 0;
  }

  /** Remembers the stream that gives the frames, which may have ended meanwhile. */
  void from(Playing source) {
    synchronized (this) {
      playing = source;
      if (!over) {
        return;
      }
    }
    source.close();
  }

  void wake() {
    Playing source;
    synchronized (this) {
      source = playing;
    }
    if (source != null) {
      source.wake();
    }
  }

  @Override
  public boolean ready() {
    return stream.ready();
  }

  @Override
  public void send(StreamFrame frame) {
    Map<String, TensorValue> values = new HashMap<>();
    values.put(
        FramesModel.IMAGE,
        TensorValue.of(
            ElementType.UINT8,
            model.outputs().get(0).shape(),
            frame.image().data().asReadOnlyByteBuffer()));
    values.put(FramesModel.INDEX, FramesModel.one(frame.index()));
    values.put(FramesModel.DUE, FramesModel.one(frame.dueNanos()));
    values.put(FramesModel.DROPPED, FramesModel.one(frame.after().dropped()));
    count(frame.image());
    answer(wanted.answer(values), false);
  }

  private synchronized void count(Rendered image) {
    queueNanos += image.queueNanos();
    runNanos += image.runNanos();
    encodeNanos += image.encodeNanos();
    tally.frame(image.runNanos(), image.encodeNanos());
  }

  private synchronized void answer(ModelInferResponse.Builder answer, boolean last) {
    if (!over) {
      stream.send(answer.putParameters(FINAL, bool(last)));
    }
  }

  static InferParameter bool(boolean value) {
    return InferParameter.newBuilder().setBoolParam(value).build();
  }

  /** The request is answered in full. */
  @Override
  public void end() {
    if (emptyFinal) {
      answer(
          ModelInferResponse.newBuilder()
              .setModelName(model.name())
              .setModelVersion(model.version())
              .setId(id),
          true);
    }
    cancel();
  }

  @Override
  public void fail(RuntimeException reason) {
    StatusRuntimeException status = Refusals.of(reason);
    if (close(false)) {
      // First, for the call may end when it is over.
      stream.failed(id, status);
      stream.over(this);
    }
  }

  /** Ends it without a word. */
  void cancel() {
    if (close(true)) {
      stream.over(this);
    }
  }

  private boolean close(boolean well) {
    Playing source;
    Tally.Times times;
    synchronized (this) {
      if (over) {
        return false;
      }
      over = true;
      source = playing;
      times = new Tally.Times(queueNanos, 0, runNanos, encodeNanos, System.nanoTime() - begun);
    }
    if (source != null) {
      source.close();
    }
    tally.framesEnded(well, times);
    model.close();
    return true;
  }
}
