package retort.server.oip;

import java.util.SortedMap;
import java.util.TreeMap;
import retort.inference.InferBatchStatistics;
import retort.inference.InferResponseStatistics;
import retort.inference.InferStatistics;
import retort.inference.ModelStatistics;
import retort.inference.StatisticDuration;

/** What a version of a model has done since the server started. Safe for any number of threads. */
final class Tally {
  /** Of all responses of a decoupled model. */
  private static final String FRAMES = "frames";

  /** How often, and how long in all. Guarded by the tally. */
  private static final class Sum {
    private long count;
    private long nanos;

    void add(long more) {
      count++;
      nanos += Math.max(0, more);
    }

    StatisticDuration message() {
      return StatisticDuration.newBuilder().setCount(count).setNs(nanos).build();
    }
  }

  /** Of all requests, or of those of one batch size. Guarded by the tally. */
  private static final class Runs {
    private final Sum input = new Sum();
    private final Sum infer = new Sum();
    private final Sum output = new Sum();

    void add(Times times) {
      input.add(times.input);
      infer.add(times.infer);
      output.add(times.output);
    }
  }

  /**
   * Where the time of one request went, in nanoseconds.
   *
   * @param queue waiting
   * @param input reading its tensors
   * @param infer in the network
   * @param output writing the answer
   * @param all from its arrival
   */
  record Times(long queue, long input, long infer, long output, long all) {}

  // All guarded by this.
  private final Sum success = new Sum();
  private final Sum failure = new Sum();
  private final Sum queue = new Sum();
  private final Runs runs = new Runs();
  private final SortedMap<Integer, Runs> batches = new TreeMap<>();
  private final Sum frameInfer = new Sum();
  private final Sum frameOutput = new Sum();
  private final Sum frames = new Sum();
  private final Sum frameFailures = new Sum();
  private long inferences;
  private long executions;
  private long newest;

  synchronized void succeeded(Times times, int batch) {
    success.add(times.all);
    queue.add(times.queue);
    runs.add(times);
    batches.computeIfAbsent(batch, size -> new Runs()).add(times);
    inferences += batch;
    executions++;
    newest = System.currentTimeMillis();
  }

  synchronized void failed(long all) {
    failure.add(all);
  }

  /** A frame that was sent. */
  synchronized void frame(long infer, long output) {
    frameInfer.add(infer);
    frameOutput.add(output);
    frames.add(infer + output);
    inferences++;
    executions++;
    newest = System.currentTimeMillis();
  }

  /** A request for frames that ended, and where the time of all its frames went. */
  synchronized void framesEnded(boolean well, Times times) {
    queue.add(times.queue);
    runs.add(times);
    (well ? success : failure).add(times.all);
    if (!well) {
      frameFailures.add(0);
    }
  }

  /** All of it, but for name and version. */
  synchronized ModelStatistics.Builder message() {
    ModelStatistics.Builder message =
        ModelStatistics.newBuilder()
            .setLastInference(newest)
            .setInferenceCount(inferences)
            .setExecutionCount(executions)
            .setInferenceStats(
                InferStatistics.newBuilder()
                    .setSuccess(success.message())
                    .setFail(failure.message())
                    .setQueue(queue.message())
                    .setComputeInput(runs.input.message())
                    .setComputeInfer(runs.infer.message())
                    .setComputeOutput(runs.output.message())
                    .setCacheHit(StatisticDuration.getDefaultInstance())
                    .setCacheMiss(StatisticDuration.getDefaultInstance()));
    batches.forEach(
        (size, sums) ->
            message.addBatchStats(
                InferBatchStatistics.newBuilder()
                    .setBatchSize(size)
                    .setComputeInput(sums.input.message())
                    .setComputeInfer(sums.infer.message())
                    .setComputeOutput(sums.output.message())));
    if (frames.count + frameFailures.count > 0) {
      message.putResponseStats(
          FRAMES,
          InferResponseStatistics.newBuilder()
              .setComputeInfer(frameInfer.message())
              .setComputeOutput(frameOutput.message())
              .setSuccess(frames.message())
              .setFail(frameFailures.message())
              .build());
    }
    return message;
  }
}
