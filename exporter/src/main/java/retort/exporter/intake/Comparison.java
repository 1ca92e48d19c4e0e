package retort.exporter.intake;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import retort.exporter.checkpoint.Checkpoint;
import retort.exporter.checkpoint.CheckpointException;
import retort.graph.GraphException;
import retort.network.features.Lpips;
import retort.network.features.PublishedFeatures;
import retort.onnx.OnnxModel;

/**
 * A network that images are compared by, made of published weights: the features of one image, or
 * the distance of two.
 *
 * @param model as it is written to a file
 * @param source the kind of file
 * @param title what people call it
 */
public record Comparison(OnnxModel model, String source, String title) {

  /**
   * What a file's tensors do not say of it.
   *
   * @param version of LPIPS
   * @param size height and width of the images; the network's own without it
   * @param resizedTo what LPIPS brings images to first, 0 for nothing
   */
  public record Form(Lpips.Version version, Optional<Size> size, int resizedTo) {
    /** What is usual. */
    public static final Form USUAL = new Form(Lpips.Version.V0_1, Optional.empty(), 0);
  }

  /** Height and width of images. */
  public record Size(int height, int width) {}

  /**
   * The network in a checkpoint that says nothing of itself, recognised from its tensors.
   *
   * @return nothing when it is none of these
   * @throws CheckpointException when it is one, but not whole or not of this form
   */
  public static Optional<Comparison> of(Checkpoint checkpoint, Form form) {
    if (checkpoint.configuration().isPresent()) {
      return Optional.empty();
    }
    try {
      Optional<Lpips> distance = Lpips.recognise(checkpoint.tensors());
      if (distance.isPresent()) {
        requireTrunk(checkpoint, distance.get());
        return Optional.of(distance(distance.get(), checkpoint, checkpoint, form));
      }
      return PublishedFeatures.recognise(checkpoint.tensors())
          .map(network -> features(network, checkpoint, form));
    } catch (IllegalArgumentException | GraphException e) {
      throw new CheckpointException(checkpoint.file() + ": " + e.getMessage(), e);
    }
  }

  private static void requireTrunk(Checkpoint checkpoint, Lpips distance) {
    if (PublishedFeatures.recognise(checkpoint.tensors()).isEmpty()) {
      throw new IllegalArgumentException(
          "it holds only the linear layers of LPIPS for "
              + distance.trunk()
              + "; import torchvision's weights of "
              + distance.trunk()
              + ", and pass this file with --lpips");
    }
  }

  /**
   * The distance of a trunk's weights and LPIPS's linear layers.
   *
   * @throws CheckpointException when they are others, or do not belong together
   */
  public static Comparison distance(Checkpoint trunk, Checkpoint linear, Form form) {
    try {
      Lpips distance =
          Lpips.recognise(linear.tensors())
              .orElseThrow(
                  () ->
                      new IllegalArgumentException(
                          "its tensors are not the linear layers of LPIPS (lin0.model.1.weight,"
                              + " ...); pass another --lpips"));
      return distance(distance, trunk, linear, form);
    } catch (IllegalArgumentException | GraphException e) {
      throw new CheckpointException(linear.file() + ": " + e.getMessage(), e);
    }
  }

  private static Comparison distance(
      Lpips recognised, Checkpoint trunk, Checkpoint linear, Form form) {
    // Enlarged first: small images may be too small as they are.
    Lpips resized = recognised.of(form.version()).resizedTo(form.resizedTo());
    Lpips distance =
        form.size().map(size -> resized.sized(size.height(), size.width())).orElse(resized);
    String title =
        "LPIPS "
            + (distance.version() == Lpips.Version.V0_1 ? "0.1" : "0.0")
            + " over "
            + distance.trunk()
            + (distance.resizedTo() == 0
                ? ""
                : ", of images resized to " + distance.resizedTo() + "x" + distance.resizedTo());
    return new Comparison(distance.model(trunk.tensors(), linear.tensors()), trunk.format(), title);
  }

  private static Comparison features(PublishedFeatures recognised, Checkpoint from, Form form) {
    if (form.resizedTo() != 0) {
      throw new IllegalArgumentException(
          "--resize is for LPIPS, but it holds "
              + recognised.title()
              + "; pass the linear layers with --lpips, or --size alone");
    }
    PublishedFeatures network =
        form.size().map(s -> recognised.sized(s.height(), s.width())).orElse(recognised);
    return new Comparison(network.model(from.tensors()), from.format(), network.title());
  }

  /** The same, its file saying more of itself. */
  public Comparison with(Map<String, String> properties) {
    Map<String, String> metadata = new TreeMap<>(model.metadata());
    metadata.putAll(properties);
    return new Comparison(OnnxModel.of(model.graph(), metadata), source, title);
  }
}
