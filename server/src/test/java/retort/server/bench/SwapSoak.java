package retort.server.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import retort.server.generator.Device;
import retort.server.generator.Generator;
import retort.server.generator.Lane;
import retort.server.generator.NetworkUse;
import retort.server.generator.OnnxFile;
import retort.server.generator.Origin;
import retort.server.generator.WarmUp;
import retort.server.repository.ModelFolder;
import retort.server.repository.ModelRepository;

/**
 * Swaps a model many times while threads make images with it, and prints the process's resident
 * memory as it goes: one line of JSON for each ten swaps.
 *
 * <pre>{@code
 * SwapSoak FILE OTHER_FILE SWAPS THREADS
 * }</pre>
 */
public final class SwapSoak {
  private SwapSoak() {}

  /** Runs the measurement. */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    Path[] files = {Path.of(arguments[0]), Path.of(arguments[1])};
    int swaps = Integer.parseInt(arguments[2]);
    int threads = Integer.parseInt(arguments[3]);
    Path folder = Files.createTempDirectory("swap-soak");
    place(files[0], folder);
    ModelRepository models =
        new ModelRepository(
            new ModelFolder(folder),
            (file, before) ->
                WarmUp.run(new OnnxFile(file, Device.CPU, threads, 1).open(before), threads),
            1);
    models.loadAll();
    AtomicBoolean enough = new AtomicBoolean();
    AtomicLong images = new AtomicLong();
    Thread[] making = new Thread[threads];
    for (int i = 0; i < threads; i++) {
      making[i] = new Thread(() -> make(models, enough, images));
      making[i].start();
    }
    for (int swap = 0; swap <= swaps; swap++) {
      if (swap > 0) {
        place(files[swap % 2], folder);
        models.load("model");
      }
      if (swap % 10 == 0) {
        System.out.printf(
            Locale.ROOT,
            "{\"swaps\":%d,\"images\":%d,\"rss_kib\":%d,\"anonymous_kib\":%d}%n",
            swap,
            images.get(),
            status("VmRSS"),
            status("RssAnon"));
      }
    }
    enough.set(true);
    for (Thread thread : making) {
      thread.join();
    }
    models.close();
  }

  /** By renaming, as files should be put in place. */
  private static void place(Path file, Path folder) throws IOException {
    Path part = folder.resolve(".part");
    Files.copy(file, part, StandardCopyOption.REPLACE_EXISTING);
    Files.move(part, folder.resolve("model.onnx"), StandardCopyOption.REPLACE_EXISTING);
  }

  private static void make(ModelRepository models, AtomicBoolean enough, AtomicLong images) {
    byte[] pixels = {};
    for (long seed = 0; !enough.get(); seed++) {
      try (NetworkUse use = models.use("model").orElseThrow()) {
        Generator generator = (Generator) use.network();
        if (pixels.length == 0) {
          pixels = new byte[generator.shape().elements()];
        }
        try (Lane lane = generator.lane()) {
          lane.set(0, Origin.of(seed, Origin.NO_LABEL));
          lane.run(1);
          lane.read(0, pixels);
        }
        images.incrementAndGet();
      }
    }
  }

  private static long status(String field) throws IOException {
    return Files.readAllLines(Path.of("/proc/self/status")).stream()
        .filter(line -> line.startsWith(field + ":"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
        .sum();
  }
}
