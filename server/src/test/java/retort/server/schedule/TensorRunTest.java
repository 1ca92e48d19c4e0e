package retort.server.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import retort.server.HeldNetwork;
import retort.server.TinyGenerator;
import retort.server.generator.Device;
import retort.server.generator.Network;
import retort.server.generator.OnnxGenerator;
import retort.server.tensor.ElementType;
import retort.server.tensor.TensorModel;
import retort.server.tensor.TensorValue;

/** Runs on tensors in the queue of the images, and what stops them. */
class TensorRunTest {
  private static final int ROUNDS = 3_000;

  @TempDir private Path folder;

  private final HeldNetwork network = new HeldNetwork();
  private final RenderQueue queue = new RenderQueue(8, 1);
  private final TensorRuns runs = TensorRuns.in(queue);
  private final RenderThreads threads =
      new RenderThreads(queue, 1, Time.ofMachine(), (thread, failure) -> {});

  @AfterEach
  void stop() {
    assertThat(threads.stop(Duration.ofSeconds(10))).isTrue();
  }

  private static final class Asker implements TensorRun.Client {
    final CompletableFuture<Map<String, TensorValue>> outputs = new CompletableFuture<>();
    volatile boolean gone;

    @Override
    public boolean gone() {
      return gone;
    }

    @Override
    public boolean begins() {
      return !gone;
    }

    @Override
    public void ran(Map<String, TensorValue> made, long queueNanos, long runNanos) {
      outputs.complete(made);
    }

    @Override
    public void failed(RuntimeException reason) {
      outputs.completeExceptionally(reason);
    }
  }

  private <N extends Network & TensorModel> Asker ask(N of, Map<String, TensorValue> inputs) {
    Asker asker = new Asker();
    Time time = Time.ofMachine();
    TensorRun run = new TensorRun(of, of, inputs, Set.of(), time.nanos(), time, asker);
    assertThat(runs.offer(run)).isTrue();
    return asker;
  }

  private Asker ask(int x) {
    ByteBuffer bytes = ByteBuffer.wrap(new byte[] {(byte) x});
    return ask(network, Map.of("x", TensorValue.of(ElementType.UINT8, List.of(1L), bytes)));
  }

  @Test
  void runInTheWorksEndsWhenItsClientIsGone() throws Exception {
    Asker leaves = ask(1);
    Asker stays = ask(2);
    network.awaitRun();

    leaves.gone = true;
    runs.stopGone();

    network.awaitStop();
    assertThat(stays.outputs.get(10, TimeUnit.SECONDS)).containsKey("y");
    assertThat(leaves.outputs).isCompletedExceptionally();
  }

  @Test
  void runThatWaitsForNobodyIsNeverBegun() throws Exception {
    Asker first = ask(1);
    network.awaitRun();
    Asker waits = ask(1);
    Asker last = ask(2);

    waits.gone = true;
    first.gone = true;
    runs.stopGone();

    assertThat(last.outputs.get(10, TimeUnit.SECONDS)).containsKey("y");
    assertThat(network.runs()).isZero();
    assertThat(waits.outputs).isNotDone();
  }

  @Test
  void failureIsToldAndTheNextRunIsMade() {
    Asker fails = ask(network, Map.of());
    Asker next = ask(2);

    assertThat(fails.outputs).failsWithin(Duration.ofSeconds(10));
    assertThat(next.outputs).succeedsWithin(Duration.ofSeconds(10));
  }

  /** A client may go at any moment: before its run, in it, after it, and in the next one's. */
  @Test
  void stopNeverReachesTheNextRun() throws Exception {
    ExecutorService leaving = Executors.newSingleThreadExecutor();
    try (OnnxGenerator tiny =
        OnnxGenerator.open(TinyGenerator.USUAL.write(folder.resolve("tiny.onnx")), Device.CPU, 1)) {
      Map<String, TensorValue> inputs =
          Map.of("noise", zeros(1, 1, 8, 8), "label", zeros(1, TinyGenerator.USUAL.labels()));
      for (int i = 0; i < ROUNDS; i++) {
        Asker leaves = ask(tiny, inputs);
        CompletableFuture<Void> left =
            CompletableFuture.runAsync(
                () -> {
                  leaves.gone = true;
                  runs.stopGone();
                },
                leaving);
        Asker stays = ask(tiny, inputs);

        assertThat(stays.outputs.get(10, TimeUnit.SECONDS)).containsKey("image");
        left.get(10, TimeUnit.SECONDS);
      }
      assertThat(threads.stop(Duration.ofSeconds(10))).isTrue();
    }
    leaving.shutdown();
  }

  private static TensorValue zeros(long... shape) {
    List<Long> dims = Arrays.stream(shape).boxed().toList();
    int elements = Math.toIntExact(dims.stream().reduce(1L, Math::multiplyExact));
    return TensorValue.of(ElementType.FP32, dims, ByteBuffer.allocate(Float.BYTES * elements));
  }
}
