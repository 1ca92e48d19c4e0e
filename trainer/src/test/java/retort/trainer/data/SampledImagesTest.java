package retort.trainer.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import retort.denoiser.ImageShape;
import retort.statistics.NpyArray;
import retort.statistics.NpzFile;

class SampledImagesTest {
  private static final ImageShape SHAPE = new ImageShape(1, 2, 2);

  @TempDir private Path folder;

  private static Map<String, NpyArray> arrays() {
    byte[] origin = "{\"sampler\":\"heun\"}".getBytes(StandardCharsets.UTF_8);
    Map<String, NpyArray> arrays = new HashMap<>();
    arrays.put("images", NpyArray.of(new float[8], 2, 1, 2, 2));
    arrays.put("labels", NpyArray.of(new int[] {0, 1}, 2));
    arrays.put("seeds", NpyArray.of(new long[] {5, 6}, 2));
    arrays.put("origin", NpyArray.ofUnsignedBytes(origin, origin.length));
    return arrays;
  }

  @Test
  void whatIsWrittenIsRead() {
    Path file = folder.resolve("a.npz");
    float[] images = {1, 2, 3, 4, 5, 6, 7, 8};
    Map<String, String> origin = Map.of("sampler", "heun", "note", "5 \u2265 \"4\"");

    new SampledImages(SHAPE, images, new int[] {3, 1}, new long[] {-1, 1L << 40}, origin)
        .write(file);
    SampledImages read = SampledImages.read(file);

    assertThat(read.shape()).isEqualTo(SHAPE);
    assertThat(read.count()).isEqualTo(2);
    assertThat(read.labelled()).isTrue();
    assertThat(read.label(0)).isEqualTo(3);
    assertThat(read.seed(0)).isEqualTo(-1);
    assertThat(read.seed(1)).isEqualTo(1L << 40);
    float[] copied = new float[5];
    read.copy(1, copied, 1);
    assertThat(copied).containsExactly(0, 5, 6, 7, 8);
    assertThat(read.origin("note")).isEqualTo("5 \u2265 \"4\"");
    assertThat(read.origin("unknown")).isEmpty();
  }

  @Test
  void imagesWithoutLabelsStayWithoutThem() {
    Path file = folder.resolve("a.npz");

    new SampledImages(SHAPE, new float[4], new int[0], new long[1], Map.of()).write(file);

    assertThat(SampledImages.read(file).labelled()).isFalse();
  }

  private void assertRefused(String name, NpyArray array, String message) {
    Path file = folder.resolve("a.npz");
    Map<String, NpyArray> arrays = arrays();
    arrays.put(name, array);
    NpzFile.write(file, arrays);

    assertThatThrownBy(() -> SampledImages.read(file))
        .isInstanceOf(DataException.class)
        .hasMessageStartingWith(file + ": ")
        .hasMessageContaining(message);
  }

  @Test
  void arraysThatDoNotFitAreRefused() {
    assertRefused("images", NpyArray.of(new float[8], 2, 4), "'<f4' of 4 dimensions");
    assertRefused("images", NpyArray.of(new double[8], 2, 1, 2, 2), "'<f4' of 4 dimensions");
    assertRefused("images", NpyArray.of(new float[0], 2, 1, 0, 2), "has an empty dimension");
    assertRefused("seeds", NpyArray.of(new int[2], 2), "'<i8' are expected");
    assertRefused("seeds", NpyArray.of(new long[3], 3), "3 seeds and 2 labels do not fit");
    assertRefused("labels", NpyArray.of(new int[1], 1), "2 seeds and 1 labels do not fit");
    assertRefused("labels", NpyArray.of(new float[2], 2), "'<i4' and '<i8' are expected");
    for (String text : new String[] {"{", "[]", "{\"a\":[]}", "{\"a\":{}}", "{\"a\":null}"}) {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      assertRefused(
          "origin", NpyArray.ofUnsignedBytes(bytes, bytes.length), "is no JSON object of texts");
    }
  }

  @Test
  void aFileWithoutSeedsIsRefused() {
    Path file = folder.resolve("a.npz");
    Map<String, NpyArray> arrays = arrays();
    arrays.remove("seeds");
    NpzFile.write(file, arrays);

    assertThatThrownBy(() -> SampledImages.read(file))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("has no array seeds but")
        .hasMessageEndingWith("it should be what 'retort sample' wrote with --out FILE.npz");
  }
}
