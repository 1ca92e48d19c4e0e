package retort.trainer.evaluate;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import retort.denoiser.ImageShape;
import retort.graph.Tensor;
import retort.statistics.FeatureRows;
import retort.trainer.engine.ScriptedModule;
import retort.trainer.engine.Torch;
import retort.trainer.torchscript.ForwardSignature;
import retort.trainer.torchscript.TorchScriptException;

/**
 * A feature network in TorchScript. Its {@code forward} is one of
 *
 * <ul>
 *   <li>{@code forward(x, ..., return_features: bool, ..., no_output_bias: bool, ...)}, as the
 *       published Inception network has it: x is uint8 [N, 3, H, W] of any size, features [N, F]
 *       are what it returns when the first is true, logits [N, K] when the second is;
 *   <li>{@code forward(x)} that returns features [N, F], or a tuple of features and logits [N, K].
 * </ul>
 *
 * Arguments between them are truth values, and false; those behind have defaults. In which range x
 * is cannot be read off the second kind.
 */
final class ScriptExtractor implements Extractor {
  private static final String RETURN_FEATURES = "return_features";
  private static final String NO_OUTPUT_BIAS = "no_output_bias";
  private static final String BOOL = "bool";

  private final ScriptedModule module;
  private final Path file;
  private final ImageShape shape;
  private final FeatureInput.Range range;
  private final boolean[] forFeatures;

  /** Where a call of its own gives logits. */
  private final Optional<boolean[]> forLogits;

  private ScriptExtractor(
      ScriptedModule module,
      Path file,
      ImageShape shape,
      FeatureInput.Range range,
      boolean[] forFeatures,
      Optional<boolean[]> forLogits) {
    this.module = module;
    this.file = file;
    this.shape = shape;
    this.range = range;
    this.forFeatures = forFeatures;
    this.forLogits = forLogits;
  }

  /**
   * Loads a file.
   *
   * @param images their shape, of which height and width are kept
   * @param logits whether a call of its own for logits is worth its time
   * @throws TorchScriptException when it cannot be loaded or called
   */
  static ScriptExtractor read(
      Torch torch, Path file, ImageShape images, FeatureInput input, boolean logits) {
    ForwardSignature signature = ForwardSignature.read(file);
    List<ForwardSignature.Argument> arguments = signature.arguments();
    if (arguments.isEmpty() || !arguments.get(0).type().equals("Tensor")) {
      throw unusable(file, signature, "its first argument is no Tensor");
    }
    boolean[] forFeatures = flags(file, signature, RETURN_FEATURES).orElse(new boolean[0]);
    boolean standard = forFeatures.length > 0;
    for (int i = forFeatures.length + 1; i < arguments.size(); i++) {
      if (!arguments.get(i).optional()) {
        throw unusable(file, signature, arguments.get(i).name() + " has no default");
      }
    }
    FeatureInput.Range range =
        input
            .range()
            .or(() -> standard ? Optional.of(FeatureInput.Range.BYTES) : Optional.empty())
            .orElseThrow(
                () ->
                    new TorchScriptException(
                        file
                            + ": does not say in which range it takes images; pass --feature-range"
                            + " bytes (0 to 255), unit (0 to 1) or signed (-1 to 1)"));
    return new ScriptExtractor(
        ScriptedModule.load(torch, file),
        file,
        new ImageShape(input.channels().orElse(3), images.height(), images.width()),
        range,
        forFeatures,
        standard && logits ? flags(file, signature, NO_OUTPUT_BIAS) : Optional.empty());
  }

  /** The truth values up to one that is true, if the signature has it. */
  private static Optional<boolean[]> flags(Path file, ForwardSignature signature, String name) {
    return signature
        .place(name, BOOL)
        .map(
            place -> {
              for (int i = 1; i < place; i++) {
                if (!signature.arguments().get(i).type().equals(BOOL)) {
                  String other = signature.arguments().get(i).name();
                  throw unusable(file, signature, other + ", before " + name + ", is no bool");
                }
              }
              boolean[] flags = new boolean[place];
              flags[place - 1] = true;
              return flags;
            });
  }

  private static TorchScriptException unusable(Path file, ForwardSignature signature, String why) {
    return new TorchScriptException(
        file
            + ": is no feature network: "
            + why
            + " in forward"
            + signature
            + "; wrap it in a module with forward(x) that returns features [N, F]");
  }

  @Override
  public ImageShape shape() {
    return shape;
  }

  @Override
  public boolean labelsImages() {
    return false;
  }

  @Override
  public FeatureBatch extract(byte[] levels, int count) {
    List<Tensor> answer = call(levels, count, forFeatures);
    if (answer.isEmpty() || answer.size() > 2) {
      throw new TorchScriptException(
          file
              + ": returns "
              + answer.size()
              + " tensors, but features, or features and logits, are"
              + " expected");
    }
    FeatureRows features = rows(answer.get(0), count, "features");
    Optional<FeatureRows> logits =
        forLogits
            .map(flags -> rows(call(levels, count, flags).get(0), count, "logits"))
            .or(
                () ->
                    answer.size() == 2
                        ? Optional.of(rows(answer.get(1), count, "logits"))
                        : Optional.empty());
    return new FeatureBatch(features, logits);
  }

  private List<Tensor> call(byte[] levels, int count, boolean... flags) {
    int[] dims = {count, shape.channels(), shape.height(), shape.width()};
    return switch (range) {
      case BYTES -> module.ofBytes(levels, dims, flags);
      case UNIT -> module.of(Tensor.floats(dims, GreyLevels.unit(levels)), flags);
      case SIGNED -> module.of(Tensor.floats(dims, GreyLevels.signed(levels)), flags);
    };
  }

  private FeatureRows rows(Tensor matrix, int count, String name) {
    if (matrix.shape().length != 2 || matrix.dim(0) != count || matrix.dim(1) == 0) {
      throw new TorchScriptException(
          "%s: returns %s %s for %d images, but [%d, F] is expected"
              .formatted(file, name, matrix, count, count));
    }
    return new FeatureRows(matrix.floats(), matrix.dim(1));
  }
}
