package retort.server;

import io.grpc.ServerBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import java.io.IOException;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import retort.server.generator.Device;
import retort.server.generator.OnnxFile;
import retort.server.generator.WarmUp;
import retort.server.grpc.RetortServer;
import retort.server.repository.FolderWatch;
import retort.server.repository.Model;
import retort.server.repository.ModelFolder;
import retort.server.repository.ModelRepository;
import retort.server.schedule.Time;

/** {@code serve}: a folder of models over gRPC. */
@Command(
    name = "serve",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Serves the generators of a folder over gRPC: images on request, and streams of frames on the"
          + " server's clock. Prints one line when it is ready, then runs until it is told to stop"
          + " (Ctrl-C, SIGTERM)."
    },
    footer = {
      "",
      "Example, then in another terminal what it holds:",
      "  retort serve models",
      "  grpcurl -plaintext 127.0.0.1:8001 retort.v1.Retort/ListModels"
    })
final class ServeCommand implements Callable<Integer> {
  private static final Logger LOG = LoggerFactory.getLogger(ServeCommand.class);

  /** Of connections without traffic, so that one whose client is gone without a word is closed. */
  private static final int KEEP_ALIVE_SECONDS = 30;

  /** Clients that ask more often whether the connection lives are cut off. */
  private static final int LEAST_KEEP_ALIVE_SECONDS = 10;

  /** Calls that a connection may give up: opening and cancelling costs a client nothing. */
  private static final int MAX_RESETS = 200;

  private static final int RESETS_SECONDS = 30;

  /** A thread of the server has broken. */
  private static final int EXIT_BROKEN = 3;

  @Parameters(
      paramLabel = "FOLDER",
      description =
          "Folder with deployable generators, NAME.onnx or NAME/VERSION/model.onnx, or one such"
              + " file. Other ONNX files are held as plain tensors.")
  private Path folder = Path.of(".");

  @Option(
      names = "--host",
      paramLabel = "ADDRESS",
      description =
          "Address to listen on. 0.0.0.0 serves other machines too; there is no authentication yet."
              + " Default: ${DEFAULT-VALUE}.")
  private String host = "127.0.0.1";

  @Option(
      names = "--port",
      paramLabel = "N",
      description = "Port to listen on; 0 picks a free one. Default: ${DEFAULT-VALUE}.")
  private int port = 8001;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description =
          "Cores that make images, each with a thread; how many a model takes at once is measured"
              + " when it is loaded. Default: all.")
  private int threads = Runtime.getRuntime().availableProcessors();

  @Option(
      names = "--max-batch",
      paramLabel = "N",
      description =
          "Images made at once, at most. 1 is used where a batch would change an image's bytes."
              + " Default: 1 on a CPU, where batches gain little and hold others up, else 16.")
  private @Nullable Integer maxBatch;

  @Option(
      names = "--load",
      paramLabel = "PART",
      description =
          "Part of the cores that streams are promised at most, above 0 and at most 1; a stream that"
              + " needs more is refused. Default: ${DEFAULT-VALUE}.")
  private double load = 0.9;

  @Option(
      names = "--queue",
      paramLabel = "N",
      description =
          "Images that may wait for requests; more are refused. Default: ${DEFAULT-VALUE}.")
  private int queue = 256;

  @Option(
      names = "--max-streams",
      paramLabel = "N",
      description = "Streams open at once; more are refused. Default: ${DEFAULT-VALUE}.")
  private int maxStreams = 256;

  @Option(
      names = "--calls-per-connection",
      paramLabel = "N",
      description =
          "Calls at once on one connection, streams included; more wait in the client."
              + " Default: ${DEFAULT-VALUE}.")
  private int callsPerConnection = 256;

  @Option(
      names = "--versions",
      paramLabel = "N",
      description =
          "Versions of each model that are kept ready: the latest. Requests and streams go to the"
              + " latest of all. Default: ${DEFAULT-VALUE}.")
  private int versions = 1;

  @Option(
      names = "--poll",
      paramLabel = "SECONDS",
      description =
          "Look into the folder so often, and serve what is new or changed there without a pause;"
              + " 0 never does. Default: ${DEFAULT-VALUE}.")
  private int poll;

  @Option(
      names = "--max-message",
      paramLabel = "MIB",
      description =
          "Largest request message of tensors, in MiB; larger ones are refused."
              + " Default: ${DEFAULT-VALUE}.")
  private int maxMessage = 16;

  @Option(
      names = "--model-control",
      description =
          "Let clients load and unload models; else they are refused. Default: ${DEFAULT-VALUE}.")
  private boolean modelControl;

  @Option(
      names = "--provider",
      paramLabel = "NAME[,NAME...]",
      split = ",",
      description =
          "What runs the networks: cpu, cuda or tensorrt. Of several the first that can be had, with"
              + " a line on each that cannot. Default: cpu.")
  private List<Device.Provider> providers = List.of(Device.Provider.CPU);

  @Option(
      names = "--device",
      paramLabel = "N",
      description = "Number of the CUDA or TensorRT device. Default: ${DEFAULT-VALUE}.")
  private int device;

  @Option(
      names = "--drain-seconds",
      paramLabel = "SECONDS",
      description =
          "When told to stop: time for requests and frames in the works to finish."
              + " Default: ${DEFAULT-VALUE}.")
  private int drainSeconds = 10;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() throws InterruptedException {
    requireRanges();
    ModelRepository models = open(device());
    RetortServer server = start(models);
    FolderWatch watch = poll > 0 ? new FolderWatch(models, Duration.ofSeconds(poll)) : null;
    Thread drain = new Thread(() -> drain(server), "retort-drain");
    Runtime.getRuntime().addShutdownHook(drain);
    announce(server, models);
    server.await();
    if (watch != null) {
      watch.close();
    }
    return 0;
  }

  private Device device() {
    return Device.firstOf(
        providers.stream()
            .map(
                provider -> new Device(provider, provider == Device.Provider.CPU ? 0 : this.device))
            .toList(),
        (why, next) -> {
          PrintWriter err = Objects.requireNonNull(spec).commandLine().getErr();
          String name = next.provider().name().toLowerCase(Locale.ROOT);
          err.println("retort: " + why.getMessage() + "; trying " + name);
          err.flush();
        });
  }

  private ModelRepository open(Device place) {
    int batch = maxBatch != null ? maxBatch : place.provider() == Device.Provider.CPU ? 1 : 16;
    ModelRepository models =
        new ModelRepository(
            new ModelFolder(folder),
            (file, before) ->
                WarmUp.run(new OnnxFile(file, place, threads, batch).open(before), threads),
            versions);
    models.loadAll();
    if (poll == 0) {
      models.requireOne();
    }
    LOG.info("models run on {}", place);
    return models;
  }

  private void requireRanges() {
    requireRange("--port", port, 0, 65535);
    requireRange("--threads", threads, 1, 1024);
    if (!(load > 0 && load <= 1)) {
      throw new IllegalArgumentException(
          "--load is " + load + " but should be above 0 and at most 1");
    }
    requireRange("--max-batch", maxBatch == null ? 1 : maxBatch, 1, 1024);
    requireRange("--queue", queue, 1, 1 << 20);
    requireRange("--max-streams", maxStreams, 1, 1 << 20);
    requireRange("--calls-per-connection", callsPerConnection, 1, Integer.MAX_VALUE);
    requireRange("--versions", versions, 1, 1024);
    requireRange("--poll", poll, 0, 86400);
    requireRange("--max-message", maxMessage, 1, RetortServer.MAX_TENSOR_BYTES >> 20);
    requireRange("--device", device, 0, 1024);
    requireRange("--drain-seconds", drainSeconds, 0, 3600);
  }

  private static void requireRange(String option, int value, int least, int most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(
          option + " is " + value + " but should be from " + least + " to " + most);
    }
  }

  private RetortServer start(ModelRepository models) {
    InetSocketAddress address = new InetSocketAddress(host, port);
    if (address.isUnresolved()) {
      throw new IllegalArgumentException(
          "--host is " + host + ", which is no address of this machine; pass one, or 0.0.0.0");
    }
    ServerBuilder<?> transport =
        NettyServerBuilder.forAddress(address)
            .keepAliveTime(KEEP_ALIVE_SECONDS, TimeUnit.SECONDS)
            .permitKeepAliveTime(LEAST_KEEP_ALIVE_SECONDS, TimeUnit.SECONDS)
            .permitKeepAliveWithoutCalls(true)
            .maxRstFramesPerWindow(MAX_RESETS, RESETS_SECONDS)
            .maxConcurrentCallsPerConnection(callsPerConnection)
            .maxInboundMessageSize(maxMessage << 20);
    try {
      return RetortServer.start(
          transport,
          models,
          modelControl,
          new RetortServer.Size(threads, queue, maxStreams, load),
          Time.ofMachine(),
          // Not exit, whose hooks would drain a server that answers nobody.
          () -> Runtime.getRuntime().halt(EXIT_BROKEN));
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "cannot listen on "
              + host
              + ":"
              + port
              + " ("
              + Objects.requireNonNullElse(e.getCause(), e).getMessage()
              + "); pass another --port, 0 for any free one, or another --host",
          e);
    }
  }

  private void announce(RetortServer server, ModelRepository models) {
    String served =
        models.models().values().stream()
            .filter(model -> model.serving().isPresent())
            .map(Model::name)
            .collect(Collectors.joining(", "));
    PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
    out.println("ready on " + host + ":" + server.port() + ": " + served);
    out.flush();
    long started = ManagementFactory.getRuntimeMXBean().getStartTime();
    LOG.info(
        "ready {} ms after the start of the JVM, on {}:{}, {} threads",
        System.currentTimeMillis() - started,
        host,
        server.port(),
        threads);
  }

  private void drain(RetortServer server) {
    LOG.info("draining, for {} s at most", drainSeconds);
    try {
      server.drain(Duration.ofSeconds(drainSeconds));
      LOG.info("stopped");
    } catch (InterruptedException e) {
      LOG.warn("stopped before all was answered");
    }
  }
}
