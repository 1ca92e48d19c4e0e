package retort.exporter;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import retort.denoiser.DenoiserModel;
import retort.denoiser.MetadataKeys;
import retort.exporter.intake.Comparison;
import retort.exporter.intake.Intake;
import retort.exporter.verify.SampledImages;
import retort.graph.Cost;
import retort.graph.Graph;
import retort.graph.SavedActivations;

/** What an import tells of a teacher or a generator. */
final class ImportCard {
  private static final double GIBIBYTE = 1L << 30;

  /**
   * Copies of the parameters that SiD keeps: four networks, two gradients, two times two moments.
   */
  private static final int COPIES = 4 + 2 + 4;

  private static final String NO_LICENCE =
      "the file does not say what its weights may be used for (--licence)";

  private ImportCard() {}

  /** Of a denoiser. */
  static Card of(ImportedFile written, Intake intake) {
    DenoiserModel model = intake.model();
    Graph denoiser = model.graph().withOutputs(List.of(DenoiserModel.DENOISED));
    Cost cost = Cost.of(denoiser);
    Map<String, Object> card = new LinkedHashMap<>();
    card.put("file", written.path().toString());
    card.put("kind", intake.generator() ? "generator, as distilled" : "teacher");
    card.put("bytes", size(written));
    card.put("from", intake.source());
    card.put("network", intake.architecture());
    long parameters = model.graph().parameterCount();
    card.put("parameters", parameters);
    card.put("multiply_adds", cost.multiplyAdds());
    card.put("images", model.imageShape().toString());
    card.put("conditioning", conditioning(model));
    card.put("convention", intake.convention());
    if (!intake.generator()) {
      card.put("to_distil", memory(parameters, denoiser));
    }
    written.sampled().ifPresent(sampled -> card.put("sampled", words(sampled)));
    written.grid().ifPresent(grid -> card.put("grid", grid.toString()));
    intake.licence().ifPresent(licence -> card.put("licence", licence));
    List<String> remarks = new ArrayList<>(intake.remarks());
    written
        .sampled()
        .filter(SampledImages::implausible)
        .ifPresent(
            sampled ->
                remarks.add(
                    "these are no images in [-1, 1]: unless the network is untrained, its convention"
                        + " is another than this"));
    if (written.sampled().isPresent() && written.grid().isEmpty()) {
      remarks.add(
          "no grid was drawn: images of "
              + model.imageShape().channels()
              + " channels must be decoded to be seen");
    }
    if (intake.licence().isEmpty()) {
      remarks.add(NO_LICENCE);
    }
    if (!remarks.isEmpty()) {
      card.put("remarks", remarks);
    }
    return new Card(card);
  }

  /** Of a network that images are compared by. */
  static Card of(ImportedFile written, Comparison comparison) {
    Graph graph = comparison.model().graph();
    Map<String, String> metadata = comparison.model().metadata();
    Map<String, Object> card = new LinkedHashMap<>();
    card.put("file", written.path().toString());
    card.put("kind", String.valueOf(metadata.get(MetadataKeys.KIND)));
    card.put("bytes", size(written));
    card.put("from", comparison.source());
    card.put("network", comparison.title());
    card.put("inputs", Signature.inputs(graph));
    card.put("outputs", Signature.outputs(graph));
    card.put("parameters", graph.parameterCount());
    card.put("multiply_adds", Cost.of(graph).multiplyAdds());
    String licence = metadata.get(MetadataKeys.LICENCE);
    card.put(
        licence == null ? "remarks" : "licence", licence == null ? List.of(NO_LICENCE) : licence);
    return new Card(card);
  }

  private static long size(ImportedFile written) {
    try {
      return Files.size(written.path());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String conditioning(DenoiserModel model) {
    List<String> words = new ArrayList<>();
    if (model.labels() > 0) {
      words.add(model.labels() + " labels");
    }
    if (model.augmentLabels() > 0) {
      words.add(model.augmentLabels() + " augmentation labels");
    }
    return words.isEmpty() ? "none" : String.join(", ", words);
  }

  /** SiD's generator step, which needs the most: see {@link SavedActivations}. */
  private static String memory(long parameters, Graph denoiser) {
    SavedActivations saved = SavedActivations.of(denoiser, DenoiserModel.NOISY);
    return String.format(
        Locale.ROOT,
        "by SiD: about %.2f GiB, and %.3f GiB for each image of a batch",
        4.0 * COPIES * parameters / GIBIBYTE,
        (saved.learning() + 2 * saved.frozen()) / GIBIBYTE);
  }

  private static String words(SampledImages sampled) {
    return String.format(
        Locale.ROOT,
        "%d, each by %d evaluations, in %.1f s: mean %.2f, deviation %.2f, %.1f %% beyond [-1.1, 1.1]",
        sampled.images().dim(0),
        sampled.evaluations(),
        sampled.seconds(),
        sampled.mean(),
        sampled.deviation(),
        100 * sampled.outside());
  }
}
