package retort.trainer;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import retort.denoiser.DenoiserModel;
import retort.image.ImageGrid;
import retort.trainer.distill.RunFolder;
import retort.trainer.distill.TrainingLoop;
import retort.trainer.engine.Torch;
import retort.trainer.evaluate.ImageSource;

/** What a run leaves at each report: a grid of samples, the network, and measurements if wanted. */
final class Reporting {
  private static final Logger LOG = LoggerFactory.getLogger(Reporting.class);
  private static final int GRID_COLUMNS = 10;
  private static final int GRID_IMAGES = 60;

  private final Optional<MeasureOptions.Measuring> measuring;
  private final RunFolder folder;
  private final ImageSource samples;
  private final int labels;
  private final String name;

  private Reporting(
      Optional<MeasureOptions.Measuring> measuring,
      RunFolder folder,
      ImageSource samples,
      int labels,
      String name) {
    this.measuring = measuring;
    this.folder = folder;
    this.samples = samples;
    this.labels = labels;
    this.name = name;
  }

  /** Opens what measurements need, before any time is spent. */
  static Reporting start(
      Torch torch,
      MeasureOptions measure,
      RunFolder folder,
      ImageSource samples,
      int labels,
      String name) {
    Optional<MeasureOptions.Measuring> measuring =
        measure.wanted() ? Optional.of(measure.open(torch, samples.shape())) : Optional.empty();
    return new Reporting(measuring, folder, samples, labels, name);
  }

  /** Writes {@code samples-IMAGES.png} and {@code NAME.onnx}, measures, and logs a line. */
  void report(TrainingLoop.Position position, DenoiserModel result) {
    samples.generate(
        0,
        GRID_IMAGES,
        labels,
        (images, label) ->
            folder.write(
                "samples-%012d.png".formatted(position.images()),
                path -> ImageGrid.ofColumns(GRID_COLUMNS).write(path, images, samples.shape())));
    result.write(path());
    Map<String, Number> line = new LinkedHashMap<>();
    line.put("images", position.images());
    line.put("seconds", Math.round(position.seconds() * 1000) / 1000.0);
    measuring.ifPresent(m -> line.putAll(m.measure(samples, labels)));
    folder.record(line);
    LOG.info("{} {}", path(), line);
  }

  private Path path() {
    return folder.resolve(name + ".onnx");
  }
}
