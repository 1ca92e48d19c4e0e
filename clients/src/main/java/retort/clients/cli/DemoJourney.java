package retort.clients.cli;

import com.google.gson.GsonBuilder;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import retort.clients.RetortClient;
import retort.command.Launcher;

/**
 * The steps of the demo, each of which leaves files for the next.
 *
 * @param launcher runs commands; the caller closes it
 * @param plan what the user asked for
 * @param out where the steps are told
 */
record DemoJourney(Launcher launcher, Plan plan, PrintWriter out) {
  private static final String DIGITS = "examples/digits/";
  private static final String MODEL = "digits";
  private static final Duration SERVER_PATIENCE = Duration.ofSeconds(60);
  private static final int STEPS = 5;

  /**
   * What a user chooses.
   *
   * @param minutes to distil
   * @param threads to distil and measure with; 0 for the trainer's default
   * @param port of the server; 0 for any that is free
   * @param keepServing whether the server stays until somebody ends it
   */
  record Plan(double minutes, int threads, int port, boolean keepServing) {
    Plan {
      if (!(minutes > 0 && minutes <= 10_000)) {
        throw new IllegalArgumentException(
            "--minutes is " + minutes + " but should be above 0 and at most 10000");
      }
      if (threads < 0) {
        throw new IllegalArgumentException("--threads is " + threads + " but should be at least 1");
      }
      if (port < 0 || port > 65_535) {
        throw new IllegalArgumentException("--port is " + port + " but should be 0 to 65535");
      }
    }
  }

  /**
   * Looks for what the later steps need, then makes a folder for this journey.
   *
   * @param parent gets the folder
   * @throws DemoException when the teacher is missing or the port is taken; no folder is made then
   */
  DemoRun begin(Path parent) {
    teacherDigest();
    requireFreePort();
    return DemoRun.next(parent);
  }

  /** Now, and not after minutes of distilling; {@code serve} listens for this machine alone. */
  private void requireFreePort() {
    try (ServerSocket socket = new ServerSocket()) {
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), plan.port()));
    } catch (IOException e) {
      throw new DemoException(
          "--port is %d but no server can listen there (%s); pass another, or 0 for any that is free"
              .formatted(plan.port(), e.getMessage()),
          e);
    }
  }

  /**
   * Goes all the way.
   *
   * @param run gets what the steps write
   * @throws RuntimeException when a step does not do its part
   */
  void go(DemoRun run) {
    String digest = teacherDigest();
    say(
        "This takes about %.0f minutes: %s of distilling, then measuring, exporting, serving."
            .formatted(Math.ceil(plan.minutes() + 0.5), number(plan.minutes())));
    say("Everything is written to " + run.folder() + ".");
    distil(run, digest);
    measure(run);
    export(run);
    step(4, "serves it");
    try (ServingProcess server = serve(run)) {
      say(MODEL + " at " + server.address());
      StreamSummary walk = show(run, server.address());
      say("");
      DemoTable.rows(run, digest, walk).forEach(this::say);
      if (plan.keepServing()) {
        keep(server, run);
      }
    }
  }

  private void distil(DemoRun run, String digest) {
    step(1, "distils the teacher " + DIGITS + "teacher.onnx");
    say("SHA-256 " + digest);
    say("No image is used to learn from: only the teacher's weights. Statistics of real digits");
    say("serve to measure; the Frechet distance to them should fall.");
    launcher.run(
        withThreads(
            "distill",
            "@" + DIGITS + "demo.flags",
            "--minutes",
            number(plan.minutes()),
            "--out",
            run.argument("")));
  }

  private void measure(DemoRun run) {
    step(2, "measures 1,000 images of the generator");
    String evaluation =
        launcher.output(
            withThreads(
                "evaluate",
                "--features",
                DIGITS + "classifier.onnx",
                "--reference",
                DIGITS + "train-statistics.npz",
                "--model",
                run.argument("generator.onnx"),
                "--images",
                "1000"));
    run.keep("evaluation.json", evaluation);
    say(
        String.format(
            Locale.ROOT,
            "%.1f %% are the digit asked for; Frechet distance %.1f",
            100 * run.number("evaluation.json", "label_accuracy"),
            run.number("evaluation.json", "frechet_distance")));
  }

  private void export(DemoRun run) {
    step(3, "exports the generator for serving");
    launcher.run(
        "export",
        "--model",
        run.argument("generator.onnx"),
        "--out",
        run.argument("models/" + MODEL + ".onnx"),
        "--report",
        run.argument("export.json"));
  }

  private ServingProcess serve(DemoRun run) {
    return ServingProcess.start(
        launcher,
        Path.of(run.argument("models")),
        plan.port(),
        run.file("server.log"),
        SERVER_PATIENCE);
  }

  private StreamSummary show(DemoRun run, String address) {
    step(
        5,
        "asks it for ten of each digit, and, once warm, for %d frames at %s a second"
            .formatted(Gallery.FRAMES, number(Gallery.FPS)));
    try (RetortClient client = RetortClient.connect(address)) {
      ServedModel model = ServedModel.choose(client.models(), MODEL, address);
      Gallery gallery = new Gallery(client, model);
      gallery.grid(run.file("grid.png"));
      StreamSummary walk = gallery.walk(run.file("walk.gif"));
      if (walk.received() == 0) {
        throw new DemoException(
            "no frame arrived of %d; see %s".formatted(walk.due(), run.file("server.log")));
      }
      run.keep(
          "stream.json",
          new GsonBuilder().setPrettyPrinting().create().toJson(walk.values()) + "\n");
      return walk;
    }
  }

  private void keep(ServingProcess server, DemoRun run) {
    say("");
    say("The server stays at " + server.address() + " until Ctrl-C. In another terminal:");
    say("  ./retort stream --server " + server.address() + " --speed 2 --save walk.gif");
    try {
      server.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (launcher.closed()) {
      say("The server is stopped; everything is in " + run.folder() + ".");
      return;
    }
    throw new DemoException("the server ended by itself; see " + run.file("server.log"));
  }

  private String[] withThreads(String... command) {
    List<String> words = new ArrayList<>(List.of(command));
    if (plan.threads() > 0) {
      words.add("--threads");
      words.add(Integer.toString(plan.threads()));
    }
    return words.toArray(String[]::new);
  }

  private void step(int number, String what) {
    say("");
    say("[" + number + "/" + STEPS + "] " + what);
  }

  private void say(String line) {
    out.println(line);
    out.flush();
  }

  /** Without a fraction where there is none. */
  private static String number(double value) {
    return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
  }

  private String teacherDigest() {
    Path file = launcher.root().resolve(DIGITS + "teacher.onnx");
    try {
      return HexFormat.of()
          .formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
    } catch (IOException e) {
      throw new DemoException(
          file + " cannot be read; the demo needs the teacher that Retort ships", e);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
