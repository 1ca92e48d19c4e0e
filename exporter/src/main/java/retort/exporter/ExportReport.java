package retort.exporter;

import com.google.gson.GsonBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import retort.exporter.verify.Difference;
import retort.exporter.verify.Verification;
import retort.file.FileDigest;
import retort.file.WholeFile;
import retort.graph.Cost;
import retort.graph.Graph;
import retort.graph.Lowering;

/**
 * What an export came to.
 *
 * @param out the file written
 * @param bytes its size
 * @param sha256 its digest
 * @param cost of the exported network
 * @param nodesBefore nodes of the denoiser, as ONNX
 * @param nodesAfter nodes of the exported network, as ONNX
 * @param verification how it compares with the reference samples
 * @param trainersSamples whether these came with the generator
 */
record ExportReport(
    Path out,
    long bytes,
    String sha256,
    Cost cost,
    int nodesBefore,
    int nodesAfter,
    Verification verification,
    boolean trainersSamples) {

  /** The report on a file that was written. */
  static ExportReport of(
      Path out, Graph before, Graph after, Verification verification, boolean trainersSamples) {
    try {
      return new ExportReport(
          out,
          Files.size(out),
          FileDigest.of(out),
          Cost.of(after),
          Lowering.lower(before).nodes().size(),
          Lowering.lower(after).nodes().size(),
          verification,
          trainersSamples);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A few lines for a reader. */
  String text() {
    Difference worst = verification.images();
    return String.format(
            Locale.ROOT,
            "%s: %,d bytes, %,d parameters, %d nodes (%d before)%n",
            out,
            bytes,
            cost.parameters(),
            nodesAfter,
            nodesBefore)
        + String.format(
            Locale.ROOT,
            "reference samples%s: %.2g off at worst, at seed %d%s%n",
            trainersSamples ? "" : " (made from the same file)",
            worst.value(),
            worst.seed(),
            verification
                .greyLevels()
                .map(levels -> String.format(Locale.ROOT, "; %.0f grey levels", levels.value()))
                .orElse(""))
        + String.format(
            Locale.ROOT,
            "one image: %.2f ms (median of %d); alone and in a batch: %s bytes%n",
            verification.milliseconds(),
            Verification.RUNS,
            verification.batchesAgree() ? "the same" : "other");
  }

  /** The same as JSON, with names for programs. */
  void write(Path file) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("file", out.toString());
    json.put("bytes", bytes);
    json.put("sha256", sha256);
    json.put("parameters", cost.parameters());
    json.put("multiply_adds", cost.multiplyAdds());
    json.put("nodes_before", nodesBefore);
    json.put("nodes_after", nodesAfter);
    json.put("reference_samples", trainersSamples ? "stored" : "made");
    json.put("difference", verification.images().value());
    json.put("difference_seed", verification.images().seed());
    verification
        .greyLevels()
        .ifPresent(levels -> json.put("difference_grey_levels", (long) levels.value()));
    json.put("batches_agree", verification.batchesAgree());
    json.put("milliseconds_per_image", verification.milliseconds());
    String text = new GsonBuilder().setPrettyPrinting().create().toJson(json) + "\n";
    try {
      WholeFile.write(file, part -> Files.writeString(part, text));
    } catch (IOException e) {
      throw new UncheckedIOException(file + " cannot be written (" + e + ")", e);
    }
  }
}
