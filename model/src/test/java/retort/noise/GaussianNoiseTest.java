package retort.noise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The vectors come from docs/noise.md, where an independent program computed them. */
class GaussianNoiseTest {

  @ParameterizedTest
  @CsvSource({
    "0, 0, 0, be82fa50 3f96bb4f 3f2153b7 3e88fdeb 3ff51846 beb4ac05",
    "1, 0, 0, 3f9d2c14 3fa03c14 3e5dc2f8 3f0e9da7 3ee41069 3f92b1a2",
    "1, 1, 0, bff5b67c bf24da45 bf434628 be39222b bf3bad5a 3fc58e5b",
    "-1, 0, 0, be06505a bfb133d6 3e9f3a25 bf8d634d bfa2eb14 bf0a45f2",
    "0x0123456789abcdef, 0, 0, 3f152fcb 3f3e8ff8 bfb34361 bd5be7d4 3eedd66e beeda904",
    "0x0123456789abcdef, 7, 0, bf522821 3e1493a7 4017f17c 3ec72dd2 3ffb3414 bf95ff5c",
    "2024, 2, 0, 3efa0f8d bea94fd9 bf3a3e39 3e4ff403 bf9ed53a 3f70fb86",
    "42, 0, 3069, 3f0c3115 3e1d1c87 bebf3db0 3fa4d932 bfabb750 3f5b2f6c",
    "42, 0, 17179869182, bf7ae42e 3ef3af65 bf23b7c2 bcb4b0b6 bf637823 be574df7",
    "42, -1, 0, bebe4ab5 3f917779 bedfcc09 bf051f53 bfe09d60 3e02aebf"
  })
  void seedsGiveTheBitsOfTheSpecification(String seed, int stream, long first, String expected) {
    float[] elements = new float[6];

    new GaussianNoise(Long.decode(seed), stream).fill(elements, 0, 6, first);

    assertThat(hex(elements)).isEqualTo(expected);
  }

  @Test
  void fourThousandElementsHaveTheDigestOfTheSpecification() throws Exception {
    ByteBuffer bytes = ByteBuffer.allocate(4 * 4096).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(new GaussianNoise(42, 0).elements(4096));

    byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes.array());

    assertThat(HexFormat.of().formatHex(digest))
        .isEqualTo("b0af1256aefb20cb8c00ac807038c305f436ac3a51ce26e58b56c6ddaca82a00");
  }

  @Test
  void anyRangeIsASliceOfTheWholeRow() {
    GaussianNoise noise = new GaussianNoise(7, 3);
    float[] whole = noise.elements(40);

    for (int first = 0; first < 9; first++) {
      for (int count = 0; count < 12; count++) {
        float[] part = new float[20];
        noise.fill(part, 2, count, first);

        assertThat(Arrays.copyOfRange(part, 2, 2 + count))
            .isEqualTo(Arrays.copyOfRange(whole, first, first + count));
        assertThat(part[1]).isZero();
        assertThat(part[2 + count]).isZero();
      }
    }
  }

  @Test
  void elementsLookStandardNormalAndStreamsUnrelated() {
    float[] one = new GaussianNoise(5, 0).elements(100_000);
    float[] two = new GaussianNoise(5, 1).elements(100_000);

    assertThat(meanProduct(one, ones(one.length))).isCloseTo(0.0, within(0.015));
    assertThat(meanProduct(one, one)).isCloseTo(1.0, within(0.02));
    assertThat(meanProduct(one, two)).isCloseTo(0.0, within(0.015));
  }

  @Test
  void elementsBeforeTheFirstAreRefused() {
    GaussianNoise noise = new GaussianNoise(0, 0);

    assertThatThrownBy(() -> noise.fill(new float[4], 0, 4, -1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("firstElement is -1");
    assertThatThrownBy(() -> noise.elements(-2)).hasMessageContaining("count is -2");
    assertThatThrownBy(() -> noise.fill(new float[4], 2, 4, 0))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }

  private static String hex(float[] elements) {
    StringBuilder hex = new StringBuilder();
    for (float element : elements) {
      hex.append(hex.isEmpty() ? "" : " ")
          .append(HexFormat.of().toHexDigits(Float.floatToRawIntBits(element)));
    }
    return hex.toString();
  }

  private static float[] ones(int count) {
    float[] ones = new float[count];
    Arrays.fill(ones, 1f);
    return ones;
  }

  private static double meanProduct(float[] x, float[] y) {
    double sum = 0.0;
    for (int i = 0; i < x.length; i++) {
      sum += (double) x[i] * y[i];
    }
    return sum / x.length;
  }
}
