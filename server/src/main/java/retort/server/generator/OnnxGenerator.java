package retort.server.generator;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import retort.denoiser.GeneratorCard;
import retort.denoiser.ImageShape;
import retort.denoiser.MetadataKeys;
import retort.onnx.OnnxException;
import retort.onnx.OnnxReader;
import retort.server.tensor.TensorCall;
import retort.server.tensor.TensorModel;
import retort.server.tensor.TensorSpec;
import retort.server.tensor.TensorValue;

/** A generator whose file is run by ONNX Runtime; all that is known of it stands in the file. */
public final class OnnxGenerator implements Generator, TensorModel {
  private static final Logger LOG = LoggerFactory.getLogger(OnnxGenerator.class);

  private final OnnxSession session;
  private final GeneratorCard card;
  private final int maxBatch;
  private final Calibration calibration;
  private final RunCosts costs;
  private final Optional<String> graph;
  private final OnnxTensorModel tensors;
  private final LanePool lanes;

  private OnnxGenerator(
      TunedSession tuned,
      GeneratorCard card,
      String digest,
      int maxBatch,
      RunCosts costs,
      Optional<String> graph) {
    this.session = tuned.session();
    this.calibration = tuned.calibration();
    this.card = card;
    this.maxBatch = maxBatch;
    this.costs = costs;
    this.graph = graph;
    tensors = new OnnxTensorModel(session, digest);
    lanes = new LanePool(() -> new OnnxLane(session, maxBatch), tensors::close);
  }

  /** Opens a file that must be a generator, for one core; see {@link OnnxFile#open}. */
  public static OnnxGenerator open(Path file, Device device, int maxBatch) {
    return open(new OnnxFile(file, device, 1, maxBatch));
  }

  /**
   * Opens a file that must be a generator.
   *
   * @throws GeneratorException when it is none, or cannot be served
   */
  public static OnnxGenerator open(OnnxFile file) {
    Network network = file.open();
    if (network instanceof OnnxGenerator generator) {
      return generator;
    }
    network.close();
    throw new GeneratorException(
        "it is not a deployable generator: another tool made it; 'retort export' makes one");
  }

  /**
   * Has a session show that it makes the images its file says it makes, and finds how it makes them
   * fastest: by measuring, or as {@code before} where that has the same graph. Closes the session
   * where it fails, or another is better.
   *
   * @param first of the file, for one thread
   * @param before as of {@link OnnxFile#open}
   */
  static OnnxGenerator of(
      OnnxFile file, OnnxSession first, String digest, Optional<Network> before) {
    OnnxSession session = first;
    try {
      GeneratorCard card = card(first);
      replay(first, card, file.path());
      int wanted =
          first.signature().batchOfOne() ? 1 : OnnxLane.room(first.signature(), file.maxBatch());
      int alone = Evidence.deterministicBatch(first, wanted);
      Optional<String> graph = file.graph();
      Optional<OnnxGenerator> alike = before.flatMap(other -> alike(other, graph, alone));
      TunedSession tuned =
          alike
              .flatMap(other -> TunedSession.as(other.calibration, first, file))
              .orElseGet(() -> TunedSession.best(first, file, alone));
      int batch = alone;
      if (tuned.session() != first) {
        first.close();
        session = tuned.session();
        batch = Evidence.deterministicBatch(session, alone);
      }
      if (batch < wanted) {
        LOG.info("{}: images of a batch differ from those made alone; batch set to 1", file.path());
      }
      RunCosts costs = costs(tuned.calibration(), batch, alike);
      return new OnnxGenerator(tuned, card, digest, batch, costs, graph);
    } catch (OnnxException e) {
      session.close();
      throw new GeneratorException(String.valueOf(e.getMessage()), e);
    } catch (RuntimeException | Error e) {
      session.close();
      throw e;
    }
  }

  private static Optional<OnnxGenerator> alike(
      Network other, Optional<String> graph, int maxBatch) {
    return other instanceof OnnxGenerator generator
            && graph.isPresent()
            && graph.equals(generator.graph)
            && maxBatch <= generator.calibration.maxBatch()
        ? Optional.of(generator)
        : Optional.empty();
  }

  /**
   * A table of its own; or, of the same graph in the same layout, what was learnt while serving.
   */
  private static RunCosts costs(Calibration found, int batch, Optional<OnnxGenerator> alike) {
    return alike
        .filter(other -> other.calibration.equals(found) && other.maxBatch == batch)
        .map(OnnxGenerator::costs)
        .orElseGet(() -> found.costs(batch));
  }

  private static void replay(OnnxSession session, GeneratorCard card, Path file) {
    card.referenceSamples()
        .ifPresentOrElse(
            samples -> Evidence.replay(session, samples),
            () -> LOG.warn("{}: has no reference samples; served unchecked", file));
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
    return tensors.digest();
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
    return calibration.layout().cores();
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
  public List<TensorSpec> inputs() {
    return tensors.inputs();
  }

  @Override
  public List<TensorSpec> outputs() {
    return tensors.outputs();
  }

  @Override
  public TensorCall call(Map<String, TensorValue> inputs, Set<String> wanted) {
    return tensors.call(inputs, wanted);
  }

  @Override
  public void close() {
    lanes.close();
  }
}
