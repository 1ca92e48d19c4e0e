package retort.trainer.evaluate;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import retort.file.FileDigest;
import retort.trainer.progress.Progress;

/**
 * Shows images to a feature network, in an order that nothing disturbs: stopped and started again,
 * it goes on after the last image whose features were kept, and comes to the same bits.
 */
public final class Evaluation {
  private static final Logger LOG = LoggerFactory.getLogger(Evaluation.class);

  private final FeatureNetwork network;
  private final ImageSet images;
  private final FeatureCache cache;
  private final Path folder;

  /**
   * Prepares.
   *
   * @param kept a folder for what unfinished evaluations have computed; this one uses one in it
   *     that is named by {@code identity} and the images' origin
   * @param identity what decides the features beside images and network, by name
   */
  public Evaluation(
      FeatureNetwork network, ImageSet images, Path kept, Map<String, String> identity) {
    this(network, images, kept, identity, System::nanoTime);
  }

  Evaluation(
      FeatureNetwork network,
      ImageSet images,
      Path kept,
      Map<String, String> identity,
      LongSupplier clock) {
    this.network = network;
    this.images = images;
    Map<String, String> all = new LinkedHashMap<>(images.origin());
    all.put("images", images.count() + " " + images.shape());
    all.put("network", network.digest());
    all.put("outputs", network.dimension() + " " + network.classes());
    all.putAll(identity);
    this.folder = kept.resolve(FileDigest.ofText(all.toString()).substring(0, 32));
    this.cache = new FeatureCache(folder, clock);
  }

  /**
   * Shows all images, or as many as it may.
   *
   * @param measurement of nothing yet
   * @param stopped whether to stop; what was computed is then kept
   * @return whether all were shown
   */
  public boolean run(Measurement measurement, BooleanSupplier stopped) {
    int first = cache.replay(network, measurement::add);
    if (first > 0) {
      LOG.info("going on after {} of {} images, from {}", first, images.count(), folder);
    }
    long started = System.nanoTime();
    try (Progress progress = Progress.start(images.count(), Double.POSITIVE_INFINITY, first, 0)) {
      if (first < images.count()) {
        images.read(
            first,
            (values, labels) -> {
              FeatureBatch batch = network.of(values, measurement.count());
              measurement.add(batch, labels);
              cache.add(batch, labels);
              progress.at(measurement.count(), (System.nanoTime() - started) * 1e-9, () -> "");
              return !stopped.getAsBoolean();
            });
      }
    } catch (CancellationException e) {
      LOG.debug("stopped within a part", e);
    } finally {
      keep(measurement.count());
    }
    return measurement.count() == images.count();
  }

  /** Keeps what there is, also when that is all: the figures may take long, or fail. */
  private void keep(int shown) {
    cache.save();
    if (shown == images.count()) {
      return;
    }
    if (cache.saved() == 0) {
      LOG.info("stopped after {} of {} images; nothing is kept", shown, images.count());
      return;
    }
    LOG.info(
        "stopped after {} of {} images; the features of {} are kept in {}, and the same command goes"
            + " on from there",
        shown,
        images.count(),
        cache.saved(),
        folder);
  }

  /** Where the features of all images are kept, if they could be. */
  public Optional<Path> kept() {
    return cache.saved() == images.count() ? Optional.of(folder) : Optional.empty();
  }

  /** Forgets what was kept, once the figures are in their place. */
  public void complete() {
    cache.delete();
  }
}
