package retort.trainer.report;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Collectors;
import javax.imageio.ImageIO;

/** Run folders as a run leaves them, small enough to read. */
final class RunFixture {
  private final Path folder;

  private RunFixture(Path folder) {
    this.folder = folder;
  }

  /** A run of some method and seed that came to 200 images and Frechet distances of 8 and 4. */
  static RunFixture finished(Path folder, String method, int seed) throws IOException {
    Files.createDirectories(folder);
    return new RunFixture(folder)
        .with(
            "options.json",
            """
            {"command": "distill", "method": "%s", "lr": "0.001", "seed": "%d"}
            """
                .formatted(method, seed))
        .with(
            "stats.jsonl",
            """
            {"step":10,"images":100,"seconds":5.0,"loss_generator":0.5,"nonfinite_steps":0}
            {"images":100,"seconds":5.0,"frechet_distance":8.0,"label_accuracy":0.9}
            {"step":20,"images":200,"seconds":10.0,"loss_generator":0.25,"nonfinite_steps":0}
            {"images":200,"seconds":10.0,"frechet_distance":4.0,"label_accuracy":0.95}
            """)
        .with("state-000000000200.npz", "state")
        .grid(100)
        .grid(200);
  }

  RunFixture with(String name, String text) throws IOException {
    Files.writeString(folder.resolve(name), text);
    return this;
  }

  RunFixture grid(long images) throws IOException {
    BufferedImage image = new BufferedImage(20, 10, BufferedImage.TYPE_BYTE_GRAY);
    ImageIO.write(image, "png", folder.resolve("samples-%012d.png".formatted(images)).toFile());
    return this;
  }

  /** Writes an evaluation made afterwards. */
  RunFixture evaluated(Map<String, Double> figures) throws IOException {
    return with(
        "evaluation.json",
        figures.entrySet().stream()
            .map(figure -> "\"%s\": %s".formatted(figure.getKey(), figure.getValue()))
            .collect(Collectors.joining(", ", "{\"images\": 5000, ", "}")));
  }

  Path folder() {
    return folder;
  }

  Run read() {
    return Run.read(folder, false);
  }
}
