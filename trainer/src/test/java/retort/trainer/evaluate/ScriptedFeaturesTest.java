package retort.trainer.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import retort.denoiser.ImageShape;
import retort.graph.TorchScriptMethod.Layout;
import retort.statistics.FeatureRows;
import retort.trainer.data.DataException;
import retort.trainer.engine.Torch;
import retort.trainer.evaluate.FeatureInput.Range;
import retort.trainer.torchscript.TorchScriptArchive;
import retort.trainer.torchscript.TorchScriptException;

/** Feature networks that somebody else scripted: how they are called, and what they are given. */
class ScriptedFeaturesTest {
  private static final ImageShape GREY = new ImageShape(1, 1, 2);
  private static final ImageShape COLOUR = new ImageShape(3, 1, 2);

  /** Sums over pixels, a feature a channel; logits are twice that, minus 1. */
  private static final String SUMS = "torch.sum(torch.to(x, 6), [2, 3])";

  private final Torch torch = Torch.open(1, Layout.CONTIGUOUS);

  @TempDir private Path folder;

  @AfterEach
  void close() {
    torch.close();
  }

  private Path script(String arguments, String result, String body) throws IOException {
    String head = "  def forward(self: __torch__.M, " + arguments + ") -> " + result + ":\n";
    Path file = folder.resolve("net.pt");
    return Files.write(file, TorchScriptArchive.of(head + body.indent(4)));
  }

  private Path standard() throws IOException {
    return script(
        "x: Tensor, return_features: bool=False, use_fp16: bool=False, no_output_bias: bool=False",
        "Tensor",
        """
        if return_features:
          y = %s
        else:
          if no_output_bias:
            y = torch.sub(torch.mul(%s, 2), 1)
          else:
            y = torch.zeros([0])
        if use_fp16:
          y = torch.zeros([0])
        return y
        """
            .formatted(SUMS, SUMS));
  }

  private static FeatureInput input(Range range, int channels) {
    return new FeatureInput(Optional.of(range), OptionalInt.of(channels));
  }

  @Test
  void thePublishedSignatureIsGivenBytesAndAskedTwice() throws IOException {
    FeatureNetwork network = FeatureNetwork.read(torch, standard(), COLOUR);

    // In grey levels: 0, 128 | 255, 255 | 1, 0; outside of the range is clipped.
    FeatureBatch batch = network.of(new float[] {-1, 0.004f, 1, 9, -0.992f, -2}, 0);

    assertThat(network.dimension()).isEqualTo(3);
    assertThat(batch.features().values()).containsExactly(128, 510, 1);
    assertThat(batch.logits().orElseThrow().values()).containsExactly(255, 1019, 1);
    assertThat(network.labelsImages()).isFalse();
  }

  @Test
  void anImageThatHoldsNoNumberIsNamed() throws IOException {
    FeatureNetwork network = FeatureNetwork.read(torch, standard(), GREY);

    assertThatThrownBy(() -> network.of(new float[] {0, 0, 0, Float.NaN}, 40))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("image 41 holds NaN")
        .hasMessageContaining("the model has diverged");
  }

  @ParameterizedTest
  @CsvSource({"NaN", "Infinity"})
  void logitsThatAreNoNumbersAreRefusedWhereTheyCount(float logit) throws IOException {
    FeatureNetwork network = FeatureNetwork.read(torch, standard(), COLOUR);
    FeatureRows features = new FeatureRows(new float[3], 3);
    FeatureRows logits = new FeatureRows(new float[] {0, logit, Float.NEGATIVE_INFINITY}, 3);
    FeatureBatch batch = new FeatureBatch(features, Optional.of(logits));

    assertThatThrownBy(() -> new Measurement(network, 10, new int[0], true, 0).add(batch))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("answers " + logit + " for image 0");
    new Measurement(network, 10, new int[0], false, 0).add(batch);
  }

  @Test
  void figuresThatNeedMoreMemoryThanThereIsNameTheVariable() throws IOException {
    FeatureNetwork network = FeatureNetwork.read(torch, standard(), COLOUR);

    assertThatThrownBy(() -> new Measurement(network, 10, new int[0], false, 1L << 60))
        .hasMessageContaining("JAVA_OPTS=-Xmx");
  }

  @Test
  void aScriptIsToldByItsContentAndNotByItsName() throws IOException {
    Path renamed = Files.move(standard(), folder.resolve("net.onnx"));

    assertThat(FeatureNetwork.read(torch, renamed, COLOUR).dimension()).isEqualTo(3);
  }

  @Test
  void logitsThatAreNotWantedCostNoCall() throws IOException {
    FeatureNetwork network =
        FeatureNetwork.read(torch, standard(), COLOUR, FeatureInput.OF_THE_FILE, false);

    assertThat(network.classes()).isZero();
  }

  @Test
  void greyImagesGetThreeEqualChannels() throws IOException {
    FeatureNetwork network = FeatureNetwork.read(torch, standard(), GREY);

    FeatureBatch batch = network.of(new float[] {-1, 1, 1, 1}, 0);

    assertThat(batch.features().values()).containsExactly(255, 255, 255, 510, 510, 510);
  }

  @ParameterizedTest
  @CsvSource({"BYTES, 255, 510", "UNIT, 1, 2", "SIGNED, 0, 2"})
  void aTupleIsFeaturesAndLogitsInTheRangeThatIsSaid(Range range, float first, float second)
      throws IOException {
    Path file = script("x: Tensor", "Tuple[Tensor, Tensor]", "y = " + SUMS + "\nreturn (y, y)");

    FeatureNetwork network = FeatureNetwork.read(torch, file, GREY, input(range, 1), true);

    FeatureBatch batch = network.of(new float[] {-1, 1, 1, 1}, 0);
    assertThat(batch.features().values()).containsExactly(first, second);
    assertThat(batch.logits().orElseThrow().values()).containsExactly(first, second);
  }

  @Test
  void aModuleThatDoesNotSayItsRangeNeedsTheFlag() throws IOException {
    Path file = script("x: Tensor", "Tensor", "return " + SUMS);

    assertThatThrownBy(() -> FeatureNetwork.read(torch, file, COLOUR))
        .isInstanceOf(TorchScriptException.class)
        .hasMessageContaining("pass --feature-range");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "x: int | Tensor | return torch.zeros([1, 1]) | its first argument is no Tensor",
        "x: Tensor, k: int | Tensor | return torch.zeros([1, 1]) | k has no default",
        "x: Tensor, k: int=1, return_features: bool=False | Tensor | return x | is no bool",
        "x: Tensor | Tensor | return x | but [1, F] is expected",
        "x: Tensor | Tensor | return torch.zeros([1, 0]) | but [1, F] is expected",
        "x: Tensor | int | return 3 | returns no tensor",
        "x: Tensor | Tensor | return torch.matmul(x, torch.zeros([7])) | its forward fails on",
      })
  void modulesOfAnotherFormAreRefused(String arguments, String result, String body, String message)
      throws IOException {
    Path file = script(arguments, result, body);

    assertThatThrownBy(() -> FeatureNetwork.read(torch, file, COLOUR, input(Range.UNIT, 3), true))
        .isInstanceOf(TorchScriptException.class)
        .hasMessageContaining("net.pt: ")
        .hasMessageContaining(message);
  }

  @Test
  void otherChannelsThanThoseOfTheImagesAreRefused() throws IOException {
    Path file = script("x: Tensor", "Tensor", "return " + SUMS);

    assertThatThrownBy(() -> FeatureNetwork.read(torch, file, COLOUR, input(Range.UNIT, 1), true))
        .hasMessageContaining("takes images [1, 1, 2] but those to be judged are [3, 1, 2]");
    assertThatThrownBy(() -> input(Range.UNIT, 2))
        .hasMessageContaining("--feature-channels is 2 but should be 1 or 3");
  }
}
