package retort.exporter;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import retort.denoiser.MetadataKeys;
import retort.denoiser.NetworkConvention;
import retort.exporter.intake.ForeignNetwork;
import retort.exporter.intake.Intake;
import retort.graph.Graph;
import retort.onnx.OnnxException;
import retort.onnx.OnnxModel;
import retort.onnx.OnnxReader;

/** Somebody's ONNX file, of which the flags say what it cannot say itself. */
final class ForeignFile {
  private static final int SHOWN = 3;

  /** Ten times the nodes of large U-Nets. ONNX Runtime recurses over chains of nodes. */
  private static final int MOST_NODES = 16_384;

  private ForeignFile() {}

  /** Reads the denoiser in a file, and compares what was read with the file. */
  static Intake read(Path from, ConventionOptions options, TrialOptions trial) {
    List<String> remarks = new ArrayList<>();
    OnnxModel model = OnnxReader.read(from, options.dims());
    if (model.metadata().containsKey(MetadataKeys.KIND)) {
      throw new IllegalArgumentException(
          "--from is "
              + from
              + ", which is a file of Retort's own: use it as it is, it needs no import");
    }
    Graph network = model.graph();
    if (network.nodes().size() > MOST_NODES) {
      throw new OnnxException(
          from
              + ": its graph has "
              + network.nodes().size()
              + " nodes, and ONNX Runtime may fail on more than "
              + MOST_NODES
              + "; export the network with optimisation");
    }
    Predicate<String> frozen =
        options.freeze().map(regex -> frozen(regex, network)).orElse(name -> false);
    NetworkConvention convention = options.convention(network, remarks);
    Intake intake = ForeignNetwork.of(network, model.producer(), convention, frozen, remarks);
    trial.compare(from, intake.network());
    return intake;
  }

  private static Predicate<String> frozen(String regex, Graph network) {
    Predicate<String> frozen;
    try {
      frozen = Pattern.compile(regex).asMatchPredicate();
    } catch (PatternSyntaxException e) {
      throw new IllegalArgumentException(
          "--freeze is " + regex + ", no regular expression: " + e.getDescription(), e);
    }
    if (network.parameters().keySet().stream().noneMatch(frozen)) {
      throw new IllegalArgumentException(
          "--freeze is "
              + regex
              + ", which is the whole name of no weight; there are such as "
              + String.join(", ", network.parameters().keySet().stream().limit(SHOWN).toList()));
    }
    return frozen;
  }
}
