package retort.server.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import retort.server.RecordingGenerator;
import retort.server.TinyGenerator;
import retort.server.generator.Device;
import retort.server.generator.Generator;
import retort.server.generator.OnnxGenerator;
import retort.server.generator.Origin;
import retort.server.image.Encoding;
import retort.server.image.ImageFormat;

/** What a client that goes away costs, and that it costs nobody else anything. */
class CancellationTest {
  private static final int ROUNDS = 3_000;

  @TempDir private Path folder;

  private static final class Asker implements Render.Client {
    final CompletableFuture<Rendered> image = new CompletableFuture<>();
    volatile boolean gone;

    @Override
    public boolean gone() {
      return gone;
    }

    @Override
    public void rendered(Rendered made) {
      image.complete(made.kept());
    }

    @Override
    public void failed(RuntimeException reason) {
      image.completeExceptionally(reason);
    }
  }

  private static Asker ask(RenderQueue queue, Generator generator, long seed) {
    Asker asker = new Asker();
    Origin origin = Origin.of(seed, Origin.NO_LABEL);
    assertThat(
            queue.offer(
                List.of(Render.request(generator, origin, ImageFormat.of(Encoding.RAW), 0, asker))))
        .isTrue();
    return asker;
  }

  @Test
  void runInTheWorksEndsWhenItsClientIsGone() throws Exception {
    RecordingGenerator generator = RecordingGenerator.shut(1);
    RenderQueue queue = new RenderQueue(8, 1);
    RenderThreads threads = new RenderThreads(queue, 1, Time.ofMachine(), (thread, failure) -> {});
    Asker leaves = ask(queue, generator, 1);
    Asker stays = ask(queue, generator, 2);
    assertThat(generator.nextRun()).containsExactly(1L);

    // The run ends by being stopped only.
    leaves.gone = true;
    queue.stopGone();

    assertThat(generator.nextRun()).containsExactly(2L);
    assertThat(leaves.image).isCompletedExceptionally();
    generator.open();
    assertThat(stays.image.get(10, TimeUnit.SECONDS)).isNotNull();
    assertThat(threads.stop(Duration.ofSeconds(10))).isTrue();
  }

  /** A client may go at any moment: before its run, in it, after it, and in the next one's. */
  @Test
  void stopNeverReachesTheNextBatch() throws Exception {
    ExecutorService leaving = Executors.newSingleThreadExecutor();
    RenderQueue queue = new RenderQueue(8, 1);
    RenderThreads threads = new RenderThreads(queue, 1, Time.ofMachine(), (thread, failure) -> {});
    try (OnnxGenerator generator =
        OnnxGenerator.open(TinyGenerator.USUAL.write(folder.resolve("tiny.onnx")), Device.CPU, 1)) {
      for (int i = 0; i < ROUNDS; i++) {
        Asker leaves = ask(queue, generator, i);
        CompletableFuture<Void> left =
            CompletableFuture.runAsync(
                () -> {
                  leaves.gone = true;
                  queue.stopGone();
                },
                leaving);
        Asker stays = ask(queue, generator, -1);

        assertThat(stays.image.get(10, TimeUnit.SECONDS).data().toByteArray())
            .isEqualTo(TinyGenerator.USUAL.pixels(-1, Origin.NO_LABEL));
        left.get(10, TimeUnit.SECONDS);
      }
      assertThat(threads.stop(Duration.ofSeconds(10))).isTrue();
    }
    leaving.shutdown();
  }
}
