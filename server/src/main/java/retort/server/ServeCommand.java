package retort.server;

import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
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

  /** A thread of the server has broken. */
  private static final int EXIT_BROKEN = 3;

  @Parameters(
      paramLabel = "FOLDER",
      description =
          "Folder with deployable generators, NAME.onnx or NAME/VERSION/model.onnx, or one such"
              + " file. Other ONNX files are held as plain tensors.")
  private Path folder = Path.of(".");

  @Mixin private ListenOptions listen = new ListenOptions();

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
      names = "--model-control",
      description =
          "Let clients load and unload models; else they are refused. Default: ${DEFAULT-VALUE}.")
  private boolean modelControl;

  @Mixin private DeviceOptions devices = new DeviceOptions();

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
    PrintWriter err = Objects.requireNonNull(spec).commandLine().getErr();
    ModelRepository models = open(devices.first(err));
    RetortServer server =
        listen.start(
            transport ->
                RetortServer.start(
                    transport,
                    models,
                    modelControl,
                    new RetortServer.Size(threads, queue, maxStreams, load),
                    Time.ofMachine(),
                    // Not exit, whose hooks would drain a server that answers nobody.
                    () -> Runtime.getRuntime().halt(EXIT_BROKEN)));
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
    listen.check();
    devices.check();
    Ranges.require("--threads", threads, 1, 1024);
    if (!(load > 0 && load <= 1)) {
      throw new IllegalArgumentException(
          "--load is " + load + " but should be above 0 and at most 1");
    }
    Ranges.require("--max-batch", maxBatch == null ? 1 : maxBatch, 1, 1024);
    Ranges.require("--queue", queue, 1, 1 << 20);
    Ranges.require("--max-streams", maxStreams, 1, 1 << 20);
    Ranges.require("--versions", versions, 1, 1024);
    Ranges.require("--poll", poll, 0, 86400);
    Ranges.require("--drain-seconds", drainSeconds, 0, 3600);
  }

  private void announce(RetortServer server, ModelRepository models) {
    String served =
        models.models().values().stream()
            .filter(model -> model.serving().isPresent())
            .map(Model::name)
            .collect(Collectors.joining(", "));
    PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
    out.println("ready on " + listen.host() + ":" + server.port() + ": " + served);
    out.flush();
    long started = ManagementFactory.getRuntimeMXBean().getStartTime();
    LOG.info(
        "ready {} ms after the start of the JVM, on {}:{}, {} threads",
        System.currentTimeMillis() - started,
        listen.host(),
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
