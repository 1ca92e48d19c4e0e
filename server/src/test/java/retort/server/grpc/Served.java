package retort.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.ServerBuilder;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.assertj.core.api.Assertions;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import retort.server.generator.Device;
import retort.server.generator.Network;
import retort.server.generator.OnnxFile;
import retort.server.repository.ModelFile;
import retort.server.repository.ModelFolder;
import retort.server.repository.ModelRepository;
import retort.server.schedule.Time;
import retort.v1.RetortGrpc;

/** A server within this process and a client's channel to it. */
final class Served implements AutoCloseable {
  final RetortServer server;
  final ManagedChannel channel;

  /** Whether a thread of the server has broken, upon which the process would end. */
  final CompletableFuture<Boolean> broken = new CompletableFuture<>();

  private Served(
      ServerBuilder<?> transport,
      Function<RetortServer, ManagedChannelBuilder<?>> client,
      ModelRepository models,
      boolean modelControl,
      RetortServer.Size size) {
    try {
      server =
          RetortServer.start(
              transport, models, modelControl, size, Time.ofMachine(), () -> broken.complete(true));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    channel = client.apply(server).build();
  }

  static Served inProcess(ModelRepository models, RetortServer.Size size) {
    return inProcess(models, true, size);
  }

  private static Served inProcess(
      ModelRepository models, boolean modelControl, RetortServer.Size size) {
    String name = InProcessServerBuilder.generateName();
    return new Served(
        InProcessServerBuilder.forName(name),
        server -> InProcessChannelBuilder.forName(name),
        models,
        modelControl,
        size);
  }

  /** One network, one thread, and a real connection. */
  static Served overTheLoopback(Network network, int queue, ServerInterceptor... interceptors) {
    NettyServerBuilder transport =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    List.of(interceptors).forEach(transport::intercept);
    return new Served(
        transport, Served::loopback, fake(network), false, new RetortServer.Size(1, queue, 256));
  }

  private static ManagedChannelBuilder<?> loopback(RetortServer server) {
    String host = InetAddress.getLoopbackAddress().getHostAddress();
    return NettyChannelBuilder.forAddress(host, server.port())
        .flowControlWindow(65535)
        .usePlaintext();
  }

  /** A connection of its own to a server on the loopback. */
  ManagedChannel anotherConnection() {
    return loopback(server).build();
  }

  /** The models of a folder. */
  static Served folder(Path folder, int maxBatch) {
    return inProcess(repository(folder, maxBatch), new RetortServer.Size(2, 256, 256));
  }

  /** The models of a folder, which no client may change. */
  static Served folderAsItIs(Path folder) {
    return inProcess(repository(folder, 1), false, new RetortServer.Size(1, 256, 256));
  }

  /** The models of a folder, loaded. */
  static ModelRepository repository(Path folder, int maxBatch) {
    ModelRepository models =
        new ModelRepository(
            new ModelFolder(folder),
            (file, before) -> new OnnxFile(file, Device.CPU, 1, maxBatch).open(before),
            1);
    models.loadAll();
    return models;
  }

  /** A model of the name {@code fake}. */
  private static ModelRepository fake(Network network) {
    ModelRepository models =
        new ModelRepository(
            () -> List.of(ModelFile.of("fake", 1, Path.of("fake"))), (file, before) -> network, 1);
    models.loadAll();
    return models;
  }

  /** One network, one thread. */
  static Served one(Network network, int queue) {
    return one(network, queue, 256);
  }

  /** One network, one thread. */
  static Served one(Network network, int queue, int streams) {
    return inProcess(fake(network), new RetortServer.Size(1, queue, streams));
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
