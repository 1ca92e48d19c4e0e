package retort.trainer;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.LongFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import retort.denoiser.DenoiserModel;
import retort.trainer.distill.RunFolder;
import retort.trainer.distill.RunWatcher;
import retort.trainer.distill.TrainingLoop;
import retort.trainer.engine.Torch;
import retort.trainer.evaluate.ImageSource;
import retort.trainer.report.RunReport;
import retort.trainer.tensorboard.EventLog;
import retort.trainer.watch.AdviceLog;
import retort.trainer.watch.Adviser;
import retort.trainer.watch.BestSnapshot;
import retort.trainer.watch.ImageSignals;
import retort.trainer.watch.SampleGrid;

/**
 * What a run leaves at each report: a grid of samples, the network, signals, and measurements if
 * wanted; and what follows from its statistics: the best snapshot, advice, events.
 */
final class Reporting implements RunWatcher {
  private static final Logger LOG = LoggerFactory.getLogger(Reporting.class);

  private final MeasureOptions measure;
  private final Optional<MeasureOptions.Measuring> measuring;
  private final RunFolder folder;
  private final Subject subject;
  private final SampleGrid grid;
  private Optional<ImageSignals> signals = Optional.empty();
  private Optional<BestSnapshot> best = Optional.empty();
  private BooleanSupplier interrupted = () -> false;

  /**
   * What is reported on.
   *
   * @param name of the network's file
   * @param samples makes its images
   * @param labels how many labels there are
   * @param network the network, given the images shown so far
   * @param reference what the samples should look like: images of a grid [n, C, H, W]
   */
  record Subject(
      String name,
      ImageSource samples,
      int labels,
      LongFunction<DenoiserModel> network,
      Function<SampleGrid, float[]> reference) {}

  private Reporting(
      MeasureOptions measure,
      Optional<MeasureOptions.Measuring> measuring,
      RunFolder folder,
      Subject subject) {
    this.measure = measure;
    this.measuring = measuring;
    this.folder = folder;
    this.subject = subject;
    this.grid = new SampleGrid(subject.labels());
  }

  /** Opens what measurements need, before any time is spent. */
  static Reporting start(Torch torch, MeasureOptions measure, RunFolder folder, Subject subject) {
    Optional<MeasureOptions.Measuring> measuring =
        measure.wanted()
            ? Optional.of(measure.open(torch, subject.samples().shape()))
            : Optional.empty();
    return new Reporting(measure, measuring, folder, subject);
  }

  @Override
  public void began(BooleanSupplier interrupted) {
    this.interrupted = interrupted;
    if (measuring.isPresent()) {
      best = Optional.of(new BestSnapshot(folder, subject.name(), measure.protocol()));
    }
    signals =
        Optional.of(
            new ImageSignals(
                folder, grid, subject.samples().shape(), () -> subject.reference().apply(grid)));
    AdviceLog.follow(folder, new Adviser(folder.options(), subject.labels(), subject.name()));
    EventLog.follow(folder);
  }

  /** Writes {@code samples-IMAGES.png} and {@code NAME.onnx}, measures, and logs a line. */
  @Override
  public void report(TrainingLoop.Position position) {
    long shown = position.images();
    OptionalLong before = folder.sampledBefore(shown);
    float[] images = grid.draw(subject.samples());
    folder.write(
        folder.samples(shown).getFileName().toString(),
        path -> grid.write(path, images, subject.samples().shape()));
    DenoiserModel network = subject.network().apply(shown);
    network.write(path());
    Map<String, Number> line = new LinkedHashMap<>();
    line.put("images", shown);
    line.put("seconds", Math.round(position.seconds() * 1000) / 1000.0);
    signals.ifPresent(s -> line.putAll(s.of(images, shown)));
    if (measuring.isPresent() && (position.last() || measure.due(before.orElse(0), shown))) {
      Optional<Map<String, Number>> measured =
          measuring.get().measure(subject.samples(), subject.labels(), interrupted);
      if (measured.isEmpty()) {
        LOG.info("the measurement after {} images is given up; the resumed run makes it", shown);
        return;
      }
      line.putAll(measured.get());
      best.ifPresent(b -> b.offer(shown, position.seconds(), measured.get(), network));
    }
    folder.record(line);
    LOG.info("{} {}", path(), line);
    RunReport.write(folder);
  }

  @Override
  public boolean enough() {
    return best.filter(b -> measure.enough(b.since())).isPresent();
  }

  @Override
  public void ended() {
    if (enough()) {
      LOG.info("no new best for {} measurements: the run ends", measure.patience());
    }
    best.flatMap(BestSnapshot::summary).ifPresent(LOG::info);
  }

  private Path path() {
    return folder.resolve(subject.name() + ".onnx");
  }
}
