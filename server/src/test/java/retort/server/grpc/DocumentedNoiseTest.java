package retort.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import retort.server.TinyGenerator;
import retort.v1.Encoding;
import retort.v1.GenerateRequest;
import retort.v1.Origin;
import retort.v1.StreamRequest;

/**
 * What a program finds out that knows {@code docs/noise.md} and the wire, and no class of ours: the
 * pictures it computes are those it is sent.
 */
class DocumentedNoiseTest {
  private static final int PIXELS = 64;
  private static final long TWO_TO_32 = 1L << 32;
  private static final long[] SEEDS = {0, 42, -1, 0x0123456789abcdefL};

  @TempDir private Path folder;

  /** The columns A, B, C and D of the document's table. */
  private static double[][] coefficients() throws IOException {
    List<String> rows =
        Files.readAllLines(Path.of("..", "docs", "noise.md")).stream()
            .dropWhile(line -> !line.startsWith("| k | A | B |"))
            .skip(2)
            .takeWhile(line -> line.startsWith("|"))
            .toList();
    double[][] columns = new double[4][rows.size()];
    for (String row : rows) {
      String[] cells = row.split("\\|", -1);
      int k = Integer.parseInt(cells[1].strip());
      for (int column = 0; column < columns.length; column++) {
        columns[column][k] = Double.parseDouble(cells[column + 2].strip());
      }
    }
    return columns;
  }

  /** Section 1. All numbers are unsigned words in longs. */
  private static long[] philox(long block, long seed) {
    long mask = TWO_TO_32 - 1;
    long[] c = {block & mask, block >>> 32, 0, 0};
    long k0 = seed & mask;
    long k1 = seed >>> 32;
    for (int round = 0; round < 10; round++) {
      long p = 0xCD9E8D57L * c[2];
      long q = 0xD2511F53L * c[0];
      c = new long[] {(p >>> 32) ^ c[1] ^ k0, p & mask, (q >>> 32) ^ c[3] ^ k1, q & mask};
      k0 = (k0 + 0x9E3779B9L) & mask;
      k1 = (k1 + 0xBB67AE85L) & mask;
    }
    return c;
  }

  private static double poly(double[] coefficients, double x) {
    double v = coefficients[coefficients.length - 1];
    for (int k = coefficients.length - 2; k >= 0; k--) {
      v = v * x + coefficients[k];
    }
    return v;
  }

  /** Section 3. */
  private static float normal(long word, double[][] abcd) {
    double q = (word + 0.5) / TWO_TO_32 - 0.5;
    if (Math.abs(q) <= 0.425) {
      double r = 0.180625 - q * q;
      return (float) ((q * poly(abcd[0], r)) / poly(abcd[1], r));
    }
    double r = Math.sqrt(minusLog(q < 0 ? word : TWO_TO_32 - 1 - word)) - 1.6;
    double z = poly(abcd[2], r) / poly(abcd[3], r);
    return (float) (q < 0 ? -z : z);
  }

  private static double minusLog(long t) {
    long n = 2 * t + 1;
    int e = 63 - Long.numberOfLeadingZeros(n);
    double m = n / (double) (1L << e);
    if (m >= 1.4142135623730951) {
      m = m * 0.5;
      e = e + 1;
    }
    double[] l = new double[12];
    for (int k = 0; k < l.length; k++) {
      l[k] = 1.0 / (2 * k + 1);
    }
    double s = (m - 1) / (m + 1);
    return (33 - e) * 0.6931471805599453 - (2 * s) * poly(l, s * s);
  }

  /** The picture of {@link TinyGenerator#USUAL} with label 0: 0.3 noise + 0.1, in grey levels. */
  private static byte[] picture(long seed, double[][] abcd) {
    byte[] pixels = new byte[PIXELS];
    for (int j = 0; j < PIXELS; j++) {
      float noise = normal(philox(j / 4, seed)[j % 4], abcd);
      float level = (noise * 0.3f + 0.1f) * 127.5f + 128;
      pixels[j] = (byte) (int) Math.max(0, Math.min(255, level));
    }
    return pixels;
  }

  @Test
  void aSeedGivesThePictureThatTheDocumentSays() throws IOException {
    TinyGenerator.USUAL.write(folder.resolve("tiny.onnx"));
    double[][] abcd = coefficients();
    try (Served served = Served.folder(folder, 1)) {
      for (long seed : SEEDS) {
        byte[] expected = picture(seed, abcd);
        Origin origin = Origin.newBuilder().setSeed(seed).setLabel(0).build();

        byte[] generated =
            served
                .ask()
                .generate(
                    GenerateRequest.newBuilder()
                        .addOrigins(origin)
                        .setEncoding(Encoding.ENCODING_RAW)
                        .build())
                .getImages(0)
                .getImage()
                .getData()
                .toByteArray();
        byte[] streamed =
            served.ask().stream(
                    StreamRequest.newBuilder()
                        .setStart(origin)
                        .setFps(20)
                        .setFrameCount(1)
                        .setEncoding(Encoding.ENCODING_RAW)
                        .build())
                .next()
                .getImage()
                .getData()
                .toByteArray();

        assertThat(generated).isEqualTo(expected);
        assertThat(streamed).isEqualTo(expected);
      }
    }
  }
}
