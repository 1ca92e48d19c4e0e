package retort.clients.cli;

import com.google.gson.GsonBuilder;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import retort.clients.FrameStream;
import retort.clients.RetortClient;
import retort.clients.RetortException;
import retort.clients.cli.StreamSummary.Ending;
import retort.clients.cli.picture.OutputFile;
import retort.clients.cli.picture.PictureGrid;
import retort.clients.cli.picture.PictureSink;
import retort.command.OnInterrupt;
import retort.v1.Model;
import retort.v1.StreamRequest;

/** {@code stream}: frames from a server, measured and saved. */
@Command(
    name = "stream",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Watches a stream of frames from a server, and tells how well they kept their time."
          + " A frame's lateness is its arrival minus the start of the call and its due time:"
          + " an upper bound, since the server's clock starts after the call; the smallest lateness"
          + " is mostly that delay. Ctrl-C ends the stream and tells what came."
    },
    footer = {
      "",
      "Example, ten seconds of a walk over the digits, saved:",
      "  retort stream --server 127.0.0.1:8001 --fps 20 --seconds 10 --speed 2 \\",
      "    --scale 8 --save walk.gif"
    })
final class StreamCommand implements Callable<Integer> {
  /** Where a stream ends by itself. */
  private static final class Length {
    @Option(
        names = "--frames",
        paramLabel = "N",
        description = "End after so many frames of the clock, dropped ones included. Default: 100.")
    private @Nullable Long frames;

    @Option(
        names = "--seconds",
        paramLabel = "S",
        description = "End after this time instead. Default: --frames says.")
    private @Nullable Double seconds;

    long frames(double fps) {
      if (frames != null && frames < 1) {
        throw new IllegalArgumentException("--frames is " + frames + " but should be at least 1");
      }
      if (seconds != null && !(seconds > 0 && seconds <= 1e9)) {
        throw new IllegalArgumentException(
            "--seconds is " + seconds + " but should be above 0 and at most 1e9");
      }
      return frames != null ? frames : seconds != null ? (long) Math.ceil(seconds * fps) : 100;
    }
  }

  @Mixin private ServerOptions server = new ServerOptions();
  @Mixin private WalkOptions walk = new WalkOptions();

  @ArgGroup(exclusive = true)
  private @Nullable Length length;

  @Option(
      names = "--within",
      paramLabel = "MS",
      description =
          "A frame is on time when its lateness is at most this, in milliseconds; one that is"
              + " missing is not. Default: ${DEFAULT-VALUE}.")
  private double withinMillis = 25;

  @Option(
      names = "--save",
      paramLabel = "PATH",
      description =
          "A .gif for a moving picture, or a folder for PNG files, without frames in it. Default:"
              + " none.")
  private @Nullable Path save;

  @Option(
      names = "--scale",
      paramLabel = "N",
      description =
          "Each pixel becomes a square of this side, in pixels. Default: ${DEFAULT-VALUE}.")
  private int scale = 4;

  @Option(
      names = "--json",
      paramLabel = "FILE",
      description = "Write the measurements here as well. Default: not.")
  private @Nullable Path json;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() {
    walk.check();
    long frames = (length == null ? new Length() : length).frames(walk.fps());
    if (!(withinMillis > 0 && Double.isFinite(withinMillis))) {
      throw new IllegalArgumentException(
          "--within is " + withinMillis + " but should be above 0 and finite");
    }
    if (json != null) {
      OutputFile.check("--json", json, "");
    }
    try (PictureSink sink = sink();
        RetortClient client = server.connect()) {
      ServedModel model = server.model(client);
      requireRoom(walk.form().carried(model.description()));
      StreamRequest request = walk.request(model).setFrameCount(frames).build();
      return watch(client, request, sink);
    }
  }

  private int watch(RetortClient client, StreamRequest request, PictureSink sink) {
    StreamMeter meter = new StreamMeter(walk.fps(), request.getFrameCount(), withinMillis);
    try (FrameStream stream = client.stream(request);
        OnInterrupt interrupt = new OnInterrupt(stream::close)) {
      watch(stream, meter, sink);
      tell(meter.summary(interrupt.happened() ? Ending.INTERRUPTED : Ending.COMPLETE), true);
      return interrupt.happened() ? OnInterrupt.EXIT_CODE : 0;
    }
  }

  private void watch(FrameStream stream, StreamMeter meter, PictureSink sink) {
    // Closed before it is told that something was saved.
    try (sink) {
      new Viewer(meter, sink).watch(stream);
    } catch (RuntimeException e) {
      if (meter.received() > 0) {
        // Where the stream alone failed, what came until then was saved.
        boolean saved = e instanceof RetortException && e.getSuppressed().length == 0;
        tell(meter.summary(Ending.FAILED), saved);
      }
      throw e;
    }
  }

  private void requireRoom(Model model) {
    if (save != null) {
      new PictureGrid(1, scale).requireRoom(1, model.getWidth(), model.getHeight());
    }
  }

  private PictureSink sink() {
    return save == null ? PictureSink.none() : PictureSink.at(save, walk.fps(), scale);
  }

  private void tell(StreamSummary summary, boolean saved) {
    PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
    summary.lines().forEach(out::println);
    if (saved && save != null && summary.received() > 0) {
      out.println("saved       " + save);
    }
    out.flush();
    if (json != null) {
      String text = new GsonBuilder().setPrettyPrinting().create().toJson(summary.values()) + "\n";
      OutputFile.write(json, bytes -> bytes.write(text.getBytes(StandardCharsets.UTF_8)));
    }
  }
}
