package retort.graph;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HalfPrecisionTest {

  @ParameterizedTest
  @CsvSource({
    "0x0000, 0.0",
    "0x8000, -0.0",
    "0x0001, 5.9604645E-8",
    "0x03ff, 6.097555E-5",
    "0x0400, 6.1035156E-5",
    "0x3555, 0.33325195",
    "0x3c00, 1.0",
    "0xc000, -2.0",
    "0x7bff, 65504.0",
    "0x7c00, Infinity",
    "0xfc00, -Infinity",
    "0x7e00, NaN"
  })
  void bitsHaveTheValueOfTheStandard(String bits, float value) {
    double widened = HalfPrecision.toDouble(DataType.FLOAT16, Integer.decode(bits).shortValue());

    assertThat(Float.floatToIntBits((float) widened)).isEqualTo(Float.floatToIntBits(value));
  }
}
