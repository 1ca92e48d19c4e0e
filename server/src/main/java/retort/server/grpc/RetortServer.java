package retort.server.grpc;

import io.grpc.BindableService;
import io.grpc.Codec;
import io.grpc.DecompressorRegistry;
import io.grpc.Server;
import io.grpc.ServerBuilder;
import io.grpc.ServerServiceDefinition;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.protobuf.services.ProtoReflectionService;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import retort.command.Commands;
import retort.inference.GRPCInferenceServiceGrpc;
import retort.server.oip.InferenceService;
import retort.server.repository.Model;
import retort.server.repository.ModelRepository;
import retort.server.schedule.Capacity;
import retort.server.schedule.FrameClock;
import retort.server.schedule.RenderQueue;
import retort.server.schedule.RenderThreads;
import retort.server.schedule.TensorRuns;
import retort.server.schedule.Time;
import retort.v1.RetortGrpc;

/**
 * Models behind gRPC: {@code retort.v1}, the Open Inference Protocol, health for the server, the
 * services and each model, and reflection. Owns its models: they close with it.
 */
public final class RetortServer {
  /**
   * How much a server does at once.
   *
   * @param threads that make images: one for each core that runs share
   * @param queue images that may wait for requests
   * @param streams that may be open
   * @param load part of the cores that streams are promised at most, above 0 and at most 1
   */
  public record Size(int threads, int queue, int streams, double load) {
    /** As the other, with nine tenths for streams. */
    public Size(int threads, int queue, int streams) {
      this(threads, queue, streams, 0.9);
    }

    public Size {
      if (!(load > 0 && load <= 1)) {
        throw new IllegalArgumentException("load " + load + " should be above 0 and at most 1");
      }
      if (threads < 1 || queue < 1 || streams < 1) {
        throw new IllegalArgumentException(
            "threads "
                + threads
                + ", queue "
                + queue
                + " and streams "
                + streams
                + " should be at least 1");
      }
    }
  }

  private static final Logger LOG = LoggerFactory.getLogger(RetortServer.class);

  /** The largest request there is needs a sixth of it; unpacked, a message takes much more. */
  static final int MAX_REQUEST_BYTES = 64 << 10;

  /** The largest message of tensors that {@link #start}'s transport may be told to take. */
  public static final int MAX_TENSOR_BYTES = 64 << 20;

  /** For answers on their way to reach clients that read; others are cut off. */
  private static final Duration FLUSH = Duration.ofSeconds(1);

  private final ModelRepository models;
  private final Runnable end;
  private final RenderQueue queue;
  private final Admission admission;
  private final FrameClock clock;
  private final RenderThreads threads;
  private final RetortService service;
  private final InferenceService inference;
  private final HealthStatusManager health = new HealthStatusManager();
  private final Server server;

  private RetortServer(
      ServerBuilder<?> transport,
      ModelRepository models,
      boolean modelControl,
      Size size,
      Time time,
      Runnable end) {
    this.end = end;
    this.models = models;
    queue = new RenderQueue(size.queue(), size.threads(), size.load(), time);
    admission = new Admission(size.streams(), new Capacity(size.threads(), size.load()));
    clock = FrameClock.running(time, this::broken);
    threads = new RenderThreads(queue, size.threads(), time, this::broken);
    FrameStreams streams = new FrameStreams(queue, clock, admission, time);
    service = new RetortService(new ModelTable(models), queue, clock, admission, streams, time);
    health.setStatus(HealthStatusManager.SERVICE_NAME_ALL_SERVICES, ServingStatus.SERVING);
    inference =
        new InferenceService(
            new RepositoryModels(models, modelControl),
            TensorRuns.in(queue),
            streams,
            time,
            MAX_TENSOR_BYTES,
            Commands.version());
    health.setStatus(RetortGrpc.SERVICE_NAME, ServingStatus.SERVING);
    health.setStatus(GRPCInferenceServiceGrpc.SERVICE_NAME, ServingStatus.SERVING);
    models.watch(this::tellHealth);
    if (!(transport instanceof NettyServerBuilder)) {
      transport.intercept(new SerializedCalls());
    }
    Intake intake =
        new Intake(
            method -> method.startsWith(GRPCInferenceServiceGrpc.SERVICE_NAME + "/"),
            MAX_REQUEST_BYTES,
            MAX_TENSOR_BYTES);
    server =
        transport
            .addStreamTracerFactory(intake)
            .intercept(intake)
            // No method waits, so none needs a thread of its own.
            .directExecutor()
            // Requests are small; and a packed one's size is known too late.
            .decompressorRegistry(
                DecompressorRegistry.emptyInstance().with(Codec.Identity.NONE, false))
            .addService(small(service))
            .addService(
                CheckedRequests.of(
                    inference.definition(), MAX_TENSOR_BYTES, InferenceService::reader))
            .addService(small(health.getHealthService()))
            .addService(small(ProtoReflectionServiceV1.newInstance()))
            .addService(small(olderReflection()))
            .build();
  }

  private static ServerServiceDefinition small(BindableService service) {
    return CheckedRequests.of(service.bindService(), MAX_REQUEST_BYTES, method -> Optional.empty());
  }

  private void tellHealth(Model model) {
    if (model.versions().isEmpty()) {
      health.clearStatus(model.name());
    } else {
      boolean served = model.serving().isPresent();
      health.setStatus(model.name(), served ? ServingStatus.SERVING : ServingStatus.NOT_SERVING);
    }
  }

  /** The reflection that many tools in use still ask for. */
  @SuppressWarnings("deprecation")
  private static BindableService olderReflection() {
    return ProtoReflectionService.newInstance();
  }

  /**
   * Starts to serve.
   *
   * @param transport where to listen; its limit for messages is that of tensors, {@link
   *     #MAX_TENSOR_BYTES} at most: all other requests are held to 64 KiB
   * @param models what to serve, as it stands and changes; the server's from now on, which closes
   *     it
   * @param modelControl whether clients may have models loaded and taken away
   * @param end what happens when a thread of the server has broken and clients were told: without
   *     it no call would be answered any more, so the process should end
   * @throws IOException when the transport cannot listen there; the models are then closed
   */
  public static RetortServer start(
      ServerBuilder<?> transport,
      ModelRepository models,
      boolean modelControl,
      Size size,
      Time time,
      Runnable end)
      throws IOException {
    RetortServer server = new RetortServer(transport, models, modelControl, size, time, end);
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
   * Stops in order: new calls are refused, health says NOT_SERVING and clients are told to go
   * elsewhere; streams end after the frame in the works, requests that were accepted are answered,
   * then everything closes.
   *
   * @param patience after which the rest is cut off
   */
  public void drain(Duration patience) throws InterruptedException {
    long deadline = System.nanoTime() + patience.toNanos();
    refuse();
    threads.finish(patience);
    Duration left = Duration.ofNanos(Math.max(0, deadline - System.nanoTime()));
    // Not until the transport has ended: who watches health never ends a call.
    Duration flush = left.compareTo(FLUSH) < 0 ? left : FLUSH;
    boolean read = admission.awaitNone(flush);
    if (!inference.awaitNone(flush) || !read) {
      LOG.info("some calls are cut off: they took too long, or their clients do not read");
    }
    close();
  }

  private void refuse() {
    // In this order, so that who sees the health change meets no call that is still accepted.
    service.drain();
    inference.drain();
    health.enterTerminalState();
    server.shutdown();
  }

  /** Tells the clients that the server ends, and ends it. Called by the thread that has broken. */
  private void broken(Thread thread, Throwable failure) {
    try {
      LOG.error("{} has broken, so the server ends", thread.getName(), failure);
      refuse();
      admission.awaitNone(FLUSH);
    } catch (InterruptedException e) {
      thread.interrupt();
    } finally {
      end.run();
    }
  }

  private void close() {
    // Runs whose calls are cut off end, and no other begins.
    threads.takeNoMore();
    server.shutdownNow();
    clock.close();
    inference.close();
    boolean stopped = threads.stop(FLUSH);
    models.close();
    if (!stopped) {
      LOG.warn("an image is still being made; its network is left to the end of the process");
    }
  }
}
