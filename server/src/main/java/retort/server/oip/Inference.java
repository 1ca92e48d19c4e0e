package retort.server.oip;

import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import retort.inference.ModelInferRequest;
import retort.inference.ModelInferResponse;
import retort.server.generator.Generator;
import retort.server.generator.Network;
import retort.server.oip.ByteBudget.Part;
import retort.server.schedule.RenderQueue;
import retort.server.schedule.TensorRun;
import retort.server.schedule.TensorRuns;
import retort.server.schedule.Time;
import retort.server.tensor.TensorValue;

/** Runs models on the tensors of requests. Safe for any number of threads. */
final class Inference implements AutoCloseable {
  /** Who waits for an answer. Told one thing, once, by any thread. */
  interface Client {
    /**
     * Receives the answer.
     *
     * @param held what the answer takes of the server's memory; the client clears it
     */
    void answered(ModelInferResponse.Builder answer, Part held);

    void failed(StatusRuntimeException reason);
  }

  /** What a text takes beside its characters. */
  private static final int TEXT_BYTES = 64;

  private final TensorRuns runs;
  private final ByteBudget budget;
  private final Tallies tallies;
  private final Time time;
  private final ScheduledThreadPoolExecutor timeouts =
      new ScheduledThreadPoolExecutor(
          1,
          work -> {
            Thread thread = new Thread(work, "retort-timeouts");
            thread.setDaemon(true);
            return thread;
          });

  Inference(TensorRuns runs, ByteBudget budget, Tallies tallies, Time time) {
    this.runs = runs;
    this.budget = budget;
    this.tallies = tallies;
    this.time = time;
    timeouts.setRemoveOnCancelPolicy(true);
  }

  /**
   * Starts a run, on the thread of gRPC that received the request.
   *
   * @param model closed by this, when it is no longer needed
   * @return to be cancelled when the client is gone
   * @throws RuntimeException when the request cannot be served; then the client is told nothing
   */
  Run start(ModelInferRequest request, ServedModel model, Client client) {
    long since = time.nanos();
    Part part = budget.part();
    try {
      RequestParameters parameters = RequestParameters.of(request);
      WantedOutputs wanted = new WantedOutputs(request, model);
      part.add(request.getSerializedSize());
      Map<String, TensorValue> inputs = InputTensors.of(request, model);
      part.add(unpacked(inputs, request.getRawInputContentsCount() > 0));
      Run run = new Run(model, wanted, inputs, part, client, since);
      parameters.timeoutMicros().ifPresent(run::expireAfter);
      // Where it has ended its time was up already, and the client was told.
      if (!run.offer() && run.end()) {
        throw noRoom(model);
      }
      return run;
    } catch (RuntimeException e) {
      tallies.of(model).failed(time.nanos() - since);
      part.clear();
      model.close();
      throw e;
    }
  }

  private static StatusRuntimeException noRoom(ServedModel model) {
    return Refusals.unavailable(
        "Exceeds maximum queue size: model '" + model.name() + "' has to wait; ask later");
  }

  /** Rows of one run: of a generator, whose rows are images, as many as frames can wait for. */
  private static int rowsAtOnce(Network network) {
    return network instanceof Generator
        ? network.costs().within(RenderQueue.LONGEST_RUN_NANOS)
        : Integer.MAX_VALUE;
  }

  /** What inputs take beside the message: numbers that came raw lie in it. */
  private static int unpacked(Map<String, TensorValue> inputs, boolean raw) {
    long bytes = 0;
    for (TensorValue input : inputs.values()) {
      bytes += (long) TEXT_BYTES * input.texts().size();
      bytes += raw ? 0 : input.bytes().remaining();
    }
    return Math.toIntExact(bytes);
  }

  /** One request on its way through a model. */
  final class Run implements TensorRun.Client {
    private final ServedModel model;
    private final WantedOutputs wanted;
    private final Part part;
    private final Client client;
    private final Optional<Deadline> deadline;
    private final int batch;
    private final long since;
    private final long inputNanos;

    // Touched by one run after the other.
    private final Rows rows;
    private long queueNanos;
    private long runNanos;

    // Guarded by this.
    private boolean begun;
    private @Nullable Future<?> expiry;

    /** Whether nobody waits any more, having been told or having gone. Written under the lock. */
    private volatile boolean over;

    Run(
        ServedModel model,
        WantedOutputs wanted,
        Map<String, TensorValue> inputs,
        Part part,
        Client client,
        long since) {
      this.model = model;
      this.wanted = wanted;
      this.part = part;
      this.client = client;
      this.since = since;
      deadline = Optional.ofNullable(Context.current().getDeadline());
      batch =
          model.maxBatch() == 0
              ? 1
              : Math.toIntExact(inputs.values().iterator().next().shape().get(0));
      rows = new Rows(inputs, batch, rowsAtOnce(model.hold().network()));
      inputNanos = time.nanos() - since;
    }

    /** Has the rows made that come next; whether there was room. */
    private boolean offer() {
      return runs.offer(
          new TensorRun(
              model.hold().network(),
              model.hold().tensors(),
              rows.next(),
              wanted.names(),
              time.nanos(),
              time,
              this));
    }

    private synchronized void expireAfter(long micros) {
      expiry = timeouts.schedule(this::expire, micros, TimeUnit.MICROSECONDS);
    }

    @Override
    public boolean gone() {
      return over || deadline.map(Deadline::isExpired).orElse(false);
    }

    @Override
    public synchronized boolean begins() {
      begun = !over;
      return begun;
    }

    @Override
    public void ran(Map<String, TensorValue> outputs, long waitedNanos, long ranNanos) {
      try {
        rows.add(outputs, part);
      } catch (RuntimeException e) {
        failed(e);
        return;
      }
      queueNanos += waitedNanos;
      runNanos += ranNanos;
      if (rows.complete()) {
        answer();
      } else {
        goOn();
      }
    }

    private void goOn() {
      boolean gone;
      synchronized (this) {
        // From now on who leaves lets go.
        begun = false;
        gone = over;
      }
      if (gone) {
        release();
      } else if (!offer()) {
        fail(noRoom(model));
        release();
      }
    }

    private void answer() {
      long ran = time.nanos();
      try {
        if (!over) {
          ModelInferResponse.Builder answer = wanted.answer(rows.outputs());
          part.clear();
          part.add(bytes(answer));
          long end = time.nanos();
          Tally.Times times =
              new Tally.Times(queueNanos, inputNanos, runNanos, end - ran, end - since);
          if (end()) {
            tallies.of(model).succeeded(times, batch);
            client.answered(answer, part);
            return;
          }
        }
        part.clear();
      } catch (RuntimeException e) {
        fail(e);
      } finally {
        model.close();
      }
    }

    private int bytes(ModelInferResponse.Builder answer) {
      long bytes = 0;
      for (int i = 0; i < answer.getRawOutputContentsCount(); i++) {
        bytes += answer.getRawOutputContents(i).size();
      }
      return Math.toIntExact(Math.min(bytes, Integer.MAX_VALUE));
    }

    @Override
    public void failed(RuntimeException reason) {
      fail(reason);
      model.close();
    }

    private void fail(RuntimeException reason) {
      part.clear();
      if (end()) {
        tallies.of(model).failed(time.nanos() - since);
        client.failed(Refusals.of(reason));
      }
    }

    /** Ends the waiting, and the run if it has begun. */
    private void expire() {
      boolean first = leave();
      if (first) {
        tallies.of(model).failed(time.nanos() - since);
        client.failed(
            Status.DEADLINE_EXCEEDED
                .withDescription("Request timeout expired")
                .asRuntimeException());
      }
    }

    /** Forgets the request: its client is gone. */
    void cancel() {
      leave();
    }

    private boolean leave() {
      boolean first = end();
      release();
      if (first) {
        runs.stopGone();
      }
      return first;
    }

    /** Ends the waiting; false where it had ended already. */
    private synchronized boolean end() {
      boolean first = !over;
      over = true;
      if (expiry != null) {
        expiry.cancel(false);
      }
      return first;
    }

    /** Lets go of what a run that has not begun needs no more; one that has lets go at its end. */
    private void release() {
      synchronized (this) {
        if (begun) {
          return;
        }
      }
      part.clear();
      model.close();
    }
  }

  @Override
  public void close() {
    timeouts.shutdownNow();
  }
}
