package retort.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;
import retort.denoiser.DenoiserModel;
import retort.denoiser.EdmPreconditioning;
import retort.network.SongUNet;

class SavedActivationsTest {
  private static final double MEBIBYTE = 1 << 20;

  @Test
  void aProductKeepsWhatTheOtherSideNeeds() {
    GraphBuilder g = new GraphBuilder();
    Value x = g.input("x", Shape.batch(3));
    Value w = g.parameter("w", Tensor.floats(new int[] {2, 3}, new float[6]));
    g.output("y", x.linear(w).silu());

    SavedActivations saved = SavedActivations.of(g.build(), "x");

    assertThat(saved.learning()).isEqualTo(4 * (3 + 2));
    assertThat(saved.frozen()).isEqualTo(4 * 2);
  }

  @Test
  void aViewIsKeptOnce() {
    GraphBuilder g = new GraphBuilder();
    Value x = g.input("x", Shape.batch(4));
    Value view = x.reshape(0, 2, 2);
    g.output("y", x.silu().sum().plus(view.silu().sum()));

    assertThat(SavedActivations.of(g.build(), "x").frozen()).isEqualTo(4 * 4);
  }

  @Test
  void theCifarTeacherKeepsAsMuchAsMeasured() {
    Graph denoiser = new EdmPreconditioning(0.5).denoiser(SongUNet.cifar10(0).build(0));

    SavedActivations saved =
        SavedActivations.of(
            denoiser.withOutputs(List.of(DenoiserModel.DENOISED)), DenoiserModel.NOISY);

    // Measured in PyTorch with hooks on what is saved: 126.5 and 113 MiB.
    assertThat(saved.learning() / MEBIBYTE).isCloseTo(126.5, within(3.0));
    assertThat(saved.frozen() / MEBIBYTE).isCloseTo(113, within(3.0));
  }
}
