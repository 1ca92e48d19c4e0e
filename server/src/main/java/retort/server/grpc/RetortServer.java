package retort.server.grpc;

import io.grpc.BindableService;
import io.grpc.Server;
import io.grpc.ServerBuilder;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.protobuf.services.ProtoReflectionService;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import retort.server.generator.Generator;
import retort.server.generator.Model;
import retort.server.schedule.FrameClock;
import retort.server.schedule.RenderQueue;
import retort.server.schedule.RenderThreads;
import retort.server.schedule.Time;
import retort.v1.RetortGrpc;

/**
 * Models behind gRPC: {@code retort.v1}, health for the server, the service and each model, and
 * reflection. Owns the generators of its models: they close with it.
 */
public final class RetortServer {
  /** What a server's queue and threads look like. */
  public record Size(int threads, int queue) {
    public Size {
      if (threads < 1 || queue < 1) {
        throw new IllegalArgumentException(
            "threads " + threads + " and queue " + queue + " should be at least 1");
      }
    }
  }

  /** For answers on their way to reach clients that read; others are cut off. */
  private static final Duration FLUSH = Duration.ofSeconds(1);

  private final List<Generator> generators;
  private final RenderQueue queue;
  private final FrameClock clock;
  private final RenderThreads threads;
  private final RetortService service;
  private final HealthStatusManager health = new HealthStatusManager();
  private final Server server;

  private RetortServer(ServerBuilder<?> transport, List<Model> models, Size size, Time time) {
    generators = models.stream().flatMap(model -> model.generator().stream()).toList();
    queue = new RenderQueue(size.queue(), size.threads());
    clock = FrameClock.running(time);
    threads = new RenderThreads(queue, generators, size.threads(), time);
    service = new RetortService(new ModelTable(models), queue, clock, time);
    health.setStatus(HealthStatusManager.SERVICE_NAME_ALL_SERVICES, ServingStatus.SERVING);
    health.setStatus(RetortGrpc.SERVICE_NAME, ServingStatus.SERVING);
    for (Model model : models) {
      boolean served = model.generator().isPresent();
      health.setStatus(model.name(), served ? ServingStatus.SERVING : ServingStatus.NOT_SERVING);
    }
    server =
        transport
            // No method waits, so none needs a thread of its own.
            .directExecutor()
            .addService(service)
            .addService(health.getHealthService())
            .addService(ProtoReflectionServiceV1.newInstance())
            .addService(olderReflection())
            .build();
  }

  /** The reflection that many tools in use still ask for. */
  @SuppressWarnings("deprecation")
  private static BindableService olderReflection() {
    return ProtoReflectionService.newInstance();
  }

  /**
   * Starts to serve.
   *
   * @param transport where to listen
   * @param models what to serve, ready or failed
   * @throws IOException when the transport cannot listen there; the generators are then closed
   */
  public static RetortServer start(
      ServerBuilder<?> transport, List<Model> models, Size size, Time time) throws IOException {
    RetortServer server = new RetortServer(transport, models, size, time);
    try {
      server.server.start();
      return server;
    } catch (IOException e) {
      server.close();
      throw e;
    }
  }

  /** The port it listens on; -1 where the transport has none. */
  public int port() {
    return server.getPort();
  }

  /** Waits until somebody has drained the server. */
  public void await() throws InterruptedException {
    server.awaitTermination();
  }

  /**
   * Stops in order: new calls are refused and health says NOT_SERVING, streams end after the frame
   * in the works, requests that were accepted are answered, then everything closes.
   *
   * @param patience after which the rest is cut off
   */
  public void drain(Duration patience) throws InterruptedException {
    long end = System.nanoTime() + patience.toNanos();
    // In this order, so that who sees the health change meets no call that is still accepted.
    service.drain();
    health.enterTerminalState();
    threads.finish(patience);
    server.shutdown();
    long left = Math.max(0, end - System.nanoTime());
    server.awaitTermination(Math.min(left, FLUSH.toNanos()), TimeUnit.NANOSECONDS);
    close();
  }

  private void close() {
    server.shutdownNow();
    clock.close();
    threads.close();
    generators.forEach(Generator::close);
  }
}
