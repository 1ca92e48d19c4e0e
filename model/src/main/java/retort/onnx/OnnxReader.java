package retort.onnx;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import retort.graph.DataType;
import retort.graph.Graph;
import retort.graph.GraphException;
import retort.graph.PatternRaising;
import retort.graph.Tensor;

/**
 * Reads ONNX files of opset 7 and newer, ours and anybody's.
 *
 * <p>Nodes become those of opset 21. The first dimension of an input may be open and is then the
 * batch size N. Which weights are learnt comes from the metadata of files that Retort wrote; in
 * other files parameters are recognised from their use: see {@link LearntWeights}.
 */
public final class OnnxReader {
  private static final int OLDEST_OPSET = 7;
  private static final int NEWEST_OPSET = 26;

  /** The first byte of a model's message, and those of the fields that may follow. */
  private static final byte IR_VERSION_FIELD = 0x08;

  private static final String FIELDS_AFTER = "\u0012\u001a\"(2:B";

  private OnnxReader() {}

  /**
   * Reads a file and raises what it spells out to Retort's operators.
   *
   * <pre>{@code
   * Graph network = OnnxReader.read(Path.of("teacher.onnx")).graph();
   * }</pre>
   *
   * @throws OnnxException when the file is missing, damaged or holds what Retort does not support
   */
  public static OnnxModel read(Path path) {
    return read(path, Map.of());
  }

  /**
   * Reads a file whose inputs have open dimensions beside the batch size.
   *
   * @param dims sizes by the name that the file gives a dimension, for example {@code height}
   */
  public static OnnxModel read(Path path, Map<String, Long> dims) {
    return fromFile(path, dims, true);
  }

  /** Reads a file without raising patterns: node by node what it says. */
  public static OnnxModel readLiterally(Path path) {
    return fromFile(path, Map.of(), false);
  }

  /** Reads the bytes of a file whose weights are all inside. */
  public static OnnxModel read(byte[] bytes) {
    return named("the model", () -> parse(DataFile.of(bytes), Optional.empty(), Map.of(), true));
  }

  /** The message in a file, which is an ONNX model but may hold what Retort does not support. */
  static ModelProto message(Path path) {
    return named(path.toString(), () -> Skeleton.read(open(path)));
  }

  /**
   * Refuses the metadata of a file that a newer Retort wrote, for those who run a file and do not
   * read its graph.
   *
   * @throws OnnxException when its format is not known here
   */
  public static void requireKnownFormat(Map<String, String> metadata) {
    WeightRoles.checkFormat(metadata);
  }

  private static OnnxModel fromFile(Path path, Map<String, Long> dims, boolean raise) {
    return named(path.toString(), () -> parse(open(path), Optional.of(path), dims, raise));
  }

  private static <T> T named(String name, Supplier<T> reading) {
    try {
      return reading.get();
    } catch (OnnxException e) {
      throw new OnnxException(name + ": " + e.getMessage(), e);
    } catch (GraphException e) {
      throw new OnnxException(name + ": " + e.getMessage() + "; export the model again", e);
    } catch (IndexOutOfBoundsException
        | IllegalArgumentException
        | ArithmeticException
        | NegativeArraySizeException e) {
      // Nodes without the operands that ONNX asks for, as no exporter writes them.
      throw new OnnxException(
          name + ": it is damaged, a node lacks what it needs (" + e + "); export it again", e);
    }
  }

  /**
   * Whether a file has the name of an ONNX file, or begins like one: with the version of its
   * format, and then another field of a model. What it holds may still be refused.
   */
  public static boolean recognises(Path path) {
    if (!Files.isRegularFile(path)) {
      return false;
    }
    if (path.toString().endsWith(".onnx")) {
      return true;
    }
    try (InputStream in = Files.newInputStream(path)) {
      byte[] head = in.readNBytes(9);
      // A safetensors file begins with a length, of which the ninth byte opens JSON.
      return head.length == 9
          && head[0] == IR_VERSION_FIELD
          && head[1] > 0
          && head[1] < 32
          && FIELDS_AFTER.indexOf(head[2]) >= 0
          && head[8] != '{';
    } catch (IOException e) {
      throw new OnnxException(path + ": cannot be read (" + e + ")", e);
    }
  }

  private static DataFile open(Path path) {
    if (!Files.isRegularFile(path)) {
      throw new OnnxException(
          !Files.exists(path)
              ? "there is no such file"
              : "it is no file but "
                  + (Files.isDirectory(path) ? "a folder" : "something else")
                  + "; pass an ONNX file");
    }
    try {
      return DataFile.open(path);
    } catch (IOException e) {
      throw new OnnxException("it cannot be read (" + e + ")", e);
    }
  }

  private static OnnxModel parse(
      DataFile file, Optional<Path> path, Map<String, Long> dims, boolean raise) {
    ModelProto model = Skeleton.read(file);
    SortedMap<String, String> metadata = new TreeMap<>();
    for (StringStringEntryProto entry : model.getMetadataPropsList()) {
      metadata.put(entry.getKey(), entry.getValue());
    }
    WeightRoles.checkFormat(metadata);
    TensorReader tensors = new TensorReader(file, new ExternalData(path));
    Graph graph = graph(model, tensors, dims);
    FixedValues.requireFew(graph);
    if (WeightRoles.known(metadata)) {
      graph = WeightRoles.apply(graph, metadata);
      graph = raise ? PatternRaising.raise(graph) : graph;
    } else {
      Set<String> initializers =
          model.getGraph().getInitializerList().stream()
              .map(TensorProto::getName)
              .collect(Collectors.toSet());
      graph = raise ? PatternRaising.raise(graph) : graph;
      graph = LearntWeights.recognise(graph, initializers);
    }
    metadata.keySet().removeAll(WeightRoles.RESERVED);
    return new OnnxModel(graph, metadata, model.getProducerName());
  }

  /** The version of ONNX's own operators, where it is said and supported. */
  static Optional<Long> opset(List<OperatorSetIdProto> imports) {
    for (OperatorSetIdProto opset : imports) {
      if (opset.getDomain().isEmpty() || opset.getDomain().equals("ai.onnx")) {
        if (opset.getVersion() < OLDEST_OPSET || opset.getVersion() > NEWEST_OPSET) {
          throw new OnnxException(
              "it uses opset "
                  + opset.getVersion()
                  + ", and opsets "
                  + OLDEST_OPSET
                  + " to "
                  + NEWEST_OPSET
                  + " are supported; export the model with opset 17 to 21");
        }
        return Optional.of(opset.getVersion());
      }
    }
    return Optional.empty();
  }

  private static Graph graph(ModelProto model, TensorReader tensors, Map<String, Long> dims) {
    long opset =
        opset(model.getOpsetImportList())
            .orElseThrow(
                () ->
                    new OnnxException(
                        "it uses no operators of ONNX itself; export it with opset 17 to 21"));
    GraphProto message = model.getGraph();
    Translation translation = new Translation();
    message.getNodeList().forEach(node -> node.getOutputList().forEach(translation::reserve));
    message.getOutputList().forEach(output -> translation.use(output.getName()));
    for (ValueInfoProto value : message.getValueInfoList()) {
      declare(value, translation);
    }
    if (message.getSparseInitializerCount() > 0) {
      throw new OnnxException("it holds sparse weights, which are not supported; make them dense");
    }
    Set<String> initializers = new HashSet<>();
    for (TensorProto initializer : message.getInitializerList()) {
      translation.reserve(initializer.getName());
      initializers.add(initializer.getName());
      translation.define(initializer.getName(), tensor(initializer, tensors));
    }
    Signature signature = new Signature(dims);
    for (ValueInfoProto info : message.getInputList()) {
      if (!initializers.contains(info.getName())) {
        translation.reserve(info.getName());
        declare(info, translation);
        translation.add(signature.input(info));
      }
    }
    new Unfolding(
            model,
            opset,
            tensors,
            translation,
            (node, version) -> translate(FileNode.of(node, version, tensors), translation))
        .unfold(message.getNodeList());
    Upgrades.refuseUnsupported(translation);
    return translation.build(
        message.getOutputList().stream().map(ValueInfoProto::getName).toList());
  }

  private static void translate(FileNode node, Translation translation) {
    try {
      Upgrades.translate(node, translation);
    } catch (GraphException
        | IndexOutOfBoundsException
        | ArithmeticException
        | IllegalArgumentException e) {
      throw new OnnxException(
          node.label()
              + ": its operands or attributes are malformed ("
              + e.getMessage()
              + "); export the model again",
          e);
    }
  }

  private static Tensor tensor(TensorProto message, TensorReader tensors) {
    try {
      return tensors.read(message);
    } catch (GraphException e) {
      throw new OnnxException("weight '" + message.getName() + "': " + e.getMessage(), e);
    }
  }

  private static void declare(ValueInfoProto value, Translation translation) {
    if (value.getType().hasTensorType() && value.getType().getTensorType().hasShape()) {
      int code = value.getType().getTensorType().getElemType();
      for (DataType type : DataType.values()) {
        if (type.onnxCode() == code) {
          translation.declare(
              value.getName(), type, value.getType().getTensorType().getShape().getDimCount());
        }
      }
    }
  }
}
