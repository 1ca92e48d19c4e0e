package retort.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import retort.graph.ExampleGraphs;
import retort.graph.GraphException;

/** A file that came to harm is read or refused in a sentence. */
class DamagedFileTest {
  @Test
  void aFileCutAtAnyByteIsRefused() {
    byte[] whole = OnnxRoundTripTest.bytes(ExampleGraphs.block());

    for (int length = 0; length < whole.length; length++) {
      byte[] cut = Arrays.copyOf(whole, length);

      assertReadOrRefused("cut after " + length, cut);
    }
  }

  @Test
  void aFileWithFlippedBitsIsReadOrRefused() {
    byte[] whole = OnnxRoundTripTest.bytes(ExampleGraphs.block());
    Random random = new Random(17);

    for (int round = 0; round < 4000; round++) {
      byte[] flipped = whole.clone();
      StringBuilder what = new StringBuilder("bits");
      for (int i = 0; i <= round % 3; i++) {
        int bit = random.nextInt(8 * whole.length);
        what.append(' ').append(bit);
        flipped[bit / 8] ^= (byte) (1 << bit % 8);
      }

      assertReadOrRefused(what.toString(), flipped);
    }
  }

  private static void assertReadOrRefused(String what, byte[] bytes) {
    try {
      OnnxReader.read(bytes);
    } catch (OnnxException | GraphException e) {
      assertThat(e).as(what).hasMessageContaining("the model: ");
    } catch (RuntimeException | Error e) {
      throw new AssertionError(what + ": neither read nor refused", e);
    }
  }
}
