package retort.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.assertj.core.api.Assertions;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import retort.server.generator.Device;
import retort.server.generator.Generator;
import retort.server.generator.Model;
import retort.server.generator.ModelFolder;
import retort.server.schedule.Time;
import retort.v1.RetortGrpc;

/** A server within this process and a client's channel to it. */
final class Served implements AutoCloseable {
  final RetortServer server;
  final ManagedChannel channel;

  private Served(List<Model> models, int threads, int queue) {
    String name = InProcessServerBuilder.generateName();
    try {
      server =
          RetortServer.start(
              InProcessServerBuilder.forName(name),
              models,
              new RetortServer.Size(threads, queue),
              Time.ofMachine());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    channel = InProcessChannelBuilder.forName(name).build();
  }

  /** The generators of a folder. */
  static Served folder(Path folder, int maxBatch) {
    return new Served(ModelFolder.load(folder, Device.CPU, maxBatch), 2, 256);
  }

  /** One generator, one thread. */
  static Served one(Generator generator, int queue) {
    return new Served(List.of(new Model("fake", Optional.of(generator), "")), 1, queue);
  }

  RetortGrpc.RetortBlockingStub ask() {
    return RetortGrpc.newBlockingStub(channel);
  }

  /** Checks how a call fails: its code, and what its message holds. */
  static void fails(Status.Code code, ThrowingCallable call, String... words) {
    Throwable failure = Assertions.catchThrowable(call);
    assertThat(failure).isInstanceOf(StatusRuntimeException.class);
    Status status = Status.fromThrowable(failure);
    assertThat(status.getCode()).as(failure.toString()).isEqualTo(code);
    for (String word : words) {
      assertThat(status.getDescription()).contains(word);
    }
  }

  void drain(Duration patience) {
    try {
      server.drain(patience);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    channel.shutdownNow();
    drain(Duration.ofSeconds(10));
  }
}
