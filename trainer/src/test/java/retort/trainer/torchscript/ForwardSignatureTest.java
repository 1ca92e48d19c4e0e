package retort.trainer.torchscript;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import retort.trainer.torchscript.ForwardSignature.Argument;

class ForwardSignatureTest {
  @Test
  void argumentsAreThoseOfTheClassThatIsAskedFor() {
    // As PyTorch writes it.
    String code =
        """
        class Conv(Module):
          training : bool
          def forward(self: __torch__.Conv,
            input: Tensor) -> Tensor:
            return input
        class Net(Module):
          conv : __torch__.Conv
          def other(self: __torch__.Net, y: int) -> int:
            return y
          def forward(self: __torch__.Net,
            img: Tensor,
            return_features: bool=False,
            sizes: Optional[Dict[str, int]]=None,
            scale: float=1.) -> Tuple[Tensor, Tensor]:
            return (img, img)
        """;

    ForwardSignature signature = ForwardSignature.of(code, "Net").orElseThrow();

    assertThat(signature.arguments())
        .containsExactly(
            new Argument("img", "Tensor", false),
            new Argument("return_features", "bool", true),
            new Argument("sizes", "Optional[Dict[str, int]]", true),
            new Argument("scale", "float", true));
    assertThat(signature.result()).isEqualTo("Tuple[Tensor, Tensor]");
    assertThat(signature.place("return_features", "bool")).contains(1);
    assertThat(signature.place("sizes", "bool")).isEmpty();
    assertThat(ForwardSignature.of(code, "Conv").orElseThrow().arguments()).hasSize(1);
    assertThat(ForwardSignature.of(code, "None")).isEmpty();
  }

  @Test
  void theFirstArgumentIsTheModuleWhateverItsName() {
    String code =
        """
        class A(Module):
          def forward(this: __torch__.A, self: Tensor) -> Tensor:
            return self
        """;

    assertThat(ForwardSignature.of(code, "A").orElseThrow().arguments())
        .containsExactly(new Argument("self", "Tensor", false));
  }

  @Test
  void aClassWithoutForwardIsNotGivenThatOfTheNext() {
    String code =
        """
        class A(Module):
          training : bool
        class B(Module):
          def forward(self: __torch__.B, x: Tensor) -> Tensor:
            return x
        """;

    assertThat(ForwardSignature.of(code, "A")).isEmpty();
  }

  @Test
  void theClassIsFoundThroughTheArchive(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("net.pt");
    String forward = "  def forward(self: __torch__.M, x: Tensor) -> Tensor:\n    return x\n";
    Files.write(file, TorchScriptArchive.of(forward));

    assertThat(ForwardSignature.read(file).arguments())
        .isEqualTo(List.of(new Argument("x", "Tensor", false)));
  }

  @Test
  void whatIsNoArchiveOrHasNoForwardIsRefused(@TempDir Path folder) throws IOException {
    Path text = Files.writeString(folder.resolve("text.pt"), "pancakes");
    Path silent = folder.resolve("silent.pt");
    Files.write(
        silent, TorchScriptArchive.of("  def other(self: __torch__.M) -> int:\n    return 1\n"));

    assertThatThrownBy(() -> ForwardSignature.read(text))
        .isInstanceOf(TorchScriptException.class)
        .hasMessageContaining("text.pt: is no TorchScript module: it is no whole zip archive");
    assertThatThrownBy(() -> ForwardSignature.read(silent))
        .hasMessageContaining("its class M has no forward");
    assertThatThrownBy(() -> ForwardSignature.read(folder.resolve("none.pt")))
        .hasMessageContaining("there is no such file");
  }
}
