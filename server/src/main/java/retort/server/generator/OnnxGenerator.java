package retort.server.generator;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import retort.denoiser.GeneratorCard;
import retort.denoiser.ImageShape;
import retort.denoiser.MetadataKeys;
import retort.onnx.OnnxException;
import retort.onnx.OnnxReader;

/** A generator whose file is run by ONNX Runtime; all that is known of it stands in the file. */
public final class OnnxGenerator implements Generator {
  private static final Logger LOG = LoggerFactory.getLogger(OnnxGenerator.class);

  private final OnnxSession session;
  private final GeneratorCard card;
  private final String digest;
  private final int maxBatch;
  private final int cores;
  private final RunCosts costs;
  private final LanePool lanes;

  private OnnxGenerator(TunedSession tuned, GeneratorCard card, String digest, int maxBatch) {
    this.session = tuned.session();
    this.card = card;
    this.digest = digest;
    this.maxBatch = maxBatch;
    cores = tuned.calibration().layout().cores();
    costs = tuned.calibration().costs(maxBatch);
    lanes = new LanePool(session, maxBatch);
  }

  /** As {@link #open(Path, Device, int, int)}, for one core. */
  public static OnnxGenerator open(Path file, Device device, int maxBatch) {
    return open(file, device, 1, maxBatch);
  }

  /**
   * Loads a file, has it show that it makes the images it says it makes, and measures how it is
   * made fastest.
   *
   * @param cores that runs of all networks share
   * @param maxBatch images in one run, at most; becomes 1 where the images of a batch would differ
   *     from those made alone
   * @throws GeneratorException when it cannot be served
   */
  public static OnnxGenerator open(Path file, Device device, int cores, int maxBatch) {
    try {
      FileBytes bytes = FileBytes.of(file);
      TunedSession.Source source =
          new TunedSession.Source(file.toString(), bytes.bytes(), folder(file), device);
      OnnxSession session = source.open(1);
      try {
        GeneratorCard card = card(session);
        replay(session, card, file);
        int wanted =
            session.signature().batchOfOne() ? 1 : OnnxLane.room(session.signature(), maxBatch);
        int batch = Evidence.deterministicBatch(session, wanted);
        TunedSession tuned = TunedSession.best(session, source, cores, batch);
        if (tuned.session() != session) {
          session.close();
          session = tuned.session();
          batch = Evidence.deterministicBatch(session, batch);
        }
        if (batch < wanted) {
          LOG.info("{}: images of a batch differ from those made alone; batch set to 1", file);
        }
        return new OnnxGenerator(tuned, card, bytes.digest(), batch);
      } catch (RuntimeException e) {
        session.close();
        throw e;
      }
    } catch (OnnxException e) {
      throw new GeneratorException(String.valueOf(e.getMessage()), e);
    }
  }

  private static void replay(OnnxSession session, GeneratorCard card, Path file) {
    card.referenceSamples()
        .ifPresentOrElse(
            samples -> Evidence.replay(session, samples),
            () -> LOG.warn("{}: has no reference samples; served unchecked", file));
  }

  private static Path folder(Path file) {
    return Objects.requireNonNull(file.toAbsolutePath().getParent());
  }

  private static GeneratorCard card(OnnxSession session) {
    OnnxReader.requireKnownFormat(session.metadata());
    GeneratorCard card = GeneratorCard.of(session.metadata(), session.signature().shape());
    if (card.labels() != session.signature().labels()) {
      throw new GeneratorException(
          "the network takes "
              + session.signature().labels()
              + " labels but "
              + card.labels()
              + " names are given; export it again");
    }
    return card;
  }

  @Override
  public String digest() {
    return digest;
  }

  @Override
  public ImageShape shape() {
    return session.signature().shape();
  }

  @Override
  public List<String> labelNames() {
    return card.labelNames();
  }

  @Override
  public String method() {
    return card.property(MetadataKeys.METHOD).orElse("");
  }

  @Override
  public int maxBatch() {
    return maxBatch;
  }

  @Override
  public int cores() {
    return cores;
  }

  @Override
  public RunCosts costs() {
    return costs;
  }

  @Override
  public Lane lane() {
    return lanes.take();
  }

  @Override
  public void close() {
    lanes.close();
    session.close();
  }
}
