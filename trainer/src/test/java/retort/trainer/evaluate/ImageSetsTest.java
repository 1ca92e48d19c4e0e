package retort.trainer.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import retort.denoiser.ImageShape;
import retort.trainer.data.DataException;
import retort.trainer.data.SampledImages;

/** Images of files, and of a source, in their order and from any on. */
class ImageSetsTest {
  private static final ImageShape PIXEL = new ImageShape(1, 1, 1);

  @TempDir private Path folder = Path.of("");

  private Path picture(String name, String format, int grey) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    BufferedImage image = new BufferedImage(2, 2, BufferedImage.TYPE_BYTE_GRAY);
    int[] level = {grey, grey, grey, grey};
    image.getRaster().setPixels(0, 0, 2, 2, level);
    ImageIO.write(image, format, file.toFile());
    return file;
  }

  @Test
  void picturesOfAFolderComeWithTheLabelsOfTheirFolders() throws IOException {
    picture("set/cats/a.png", "png", 0);
    picture("set/dogs/a.png", "png", 255);
    picture("set/dogs/b.png", "png", 51);

    DatasetImages set = DatasetImages.open(folder.resolve("set"));
    Collected all = Collected.from(set, 0);
    Collected tail = Collected.from(set, 1);

    assertThat(set.shape()).isEqualTo(new ImageShape(1, 2, 2));
    assertThat(set.count()).isEqualTo(3);
    assertThat(set.origin()).containsOnlyKeys("images_sha256");
    assertThat(all.labels()).containsExactly(0, 1, 1);
    assertThat(all.images()).containsExactly(-1, -1, -1, -1, 1, 1, 1, 1, -.6f, -.6f, -.6f, -.6f);
    assertThat(tail.labels()).containsExactly(1, 1);
    assertThat(tail.images()).isEqualTo(Arrays.copyOfRange(all.images(), 4, 12));
  }

  @Test
  void otherPixelsOrLabelsAreAnotherOrigin() throws IOException {
    picture("one/a/x.png", "png", 7);
    picture("one/b/y.png", "png", 7);
    picture("same/a/z.png", "png", 7);
    picture("same/b/z.png", "png", 7);
    picture("pixels/a/x.png", "png", 7);
    picture("pixels/b/y.png", "png", 8);
    picture("labels/x.png", "png", 7);
    picture("labels/y.png", "png", 7);

    Map<String, String> one = DatasetImages.open(folder.resolve("one")).origin();

    assertThat(DatasetImages.open(folder.resolve("same")).origin()).isEqualTo(one);
    assertThat(DatasetImages.open(folder.resolve("pixels")).origin()).isNotEqualTo(one);
    assertThat(DatasetImages.open(folder.resolve("labels")).origin()).isNotEqualTo(one);
  }

  @Test
  void lossyPicturesAreCountedWhateverTheirName() throws IOException {
    picture("set/a.png", "png", 3);
    Files.move(picture("set/b.jpg", "jpg", 3), folder.resolve("set/b.png"));

    assertThat(DatasetImages.open(folder.resolve("set")).origin())
        .containsEntry("lossy_images", "1");
  }

  @Test
  void sampledImagesComeAsTheyWereSaved() {
    float[] images = new float[600];
    int[] labels = new int[600];
    long[] seeds = new long[600];
    for (int i = 0; i < 600; i++) {
      images[i] = i / 600f;
      labels[i] = i % 3;
      seeds[i] = 40L + i;
    }
    Path file = folder.resolve("images.npz");
    Map<String, String> origin = Map.of("sampler", "dpm++", "steps", "4");
    new SampledImages(PIXEL, images, labels, seeds, origin).write(file);

    SampledSet set = SampledSet.read(file);

    assertThat(set.origin())
        .containsEntry("sampler", "dpm++")
        .containsEntry("steps", "4")
        .containsEntry("seeds", "40..639")
        .containsKey("images_sha256");
    assertThat(Collected.from(set, 0).images()).containsExactly(images);
    assertThat(Collected.from(set, 0).labels()).containsExactly(labels);
    assertThat(Collected.from(set, 599).images()).containsExactly(images[599]);
    assertThat(Collected.from(set, 0, 1).parts()).isEqualTo(1);
  }

  @Test
  void seedsThatDoNotFitAreRefused() {
    ImageSource source = new ImageSource(PIXEL, (noise, labels, seeds) -> noise);

    GeneratedImages last = new GeneratedImages(source, 0, Map.of(), Long.MAX_VALUE - 1, 2);

    assertThat(last.origin().get("seeds")).endsWith("807");
    assertThatThrownBy(() -> new GeneratedImages(source, 0, Map.of(), Long.MAX_VALUE, 2))
        .hasMessageContaining("pass a lower --seed");
  }

  @Test
  void aFileWithoutImagesIsRefused() {
    Path file = folder.resolve("empty.npz");
    new SampledImages(PIXEL, new float[0], new int[0], new long[0], Map.of()).write(file);

    assertThatThrownBy(() -> SampledSet.read(file))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("empty.npz: holds no images");
  }

  @Test
  void generatedImagesGoOnWithTheirSeedsAndLabels() {
    // Each image tells its seed and its label.
    ImageSource source =
        new ImageSource(
            PIXEL,
            (noise, oneHot, seeds) -> {
              float[] images = new float[seeds.length];
              for (int i = 0; i < images.length; i++) {
                images[i] = seeds[i] * 10 + oneHot[2 * i + 1];
              }
              return images;
            });
    GeneratedImages set = new GeneratedImages(source, 2, Map.of("steps", "4"), 7, 501);

    Collected all = Collected.from(set, 0);
    Collected tail = Collected.from(set, 255);

    assertThat(set.origin()).containsExactly(Map.entry("steps", "4"), Map.entry("seeds", "7..507"));
    assertThat(all.images()).hasSize(501);
    assertThat(all.images()[3]).isEqualTo(101);
    assertThat(tail.images()).isEqualTo(Arrays.copyOfRange(all.images(), 255, 501));
    assertThat(tail.labels()).isEqualTo(Arrays.copyOfRange(all.labels(), 255, 501));
    assertThat(Collected.from(set, 0, 1).images()).hasSizeLessThan(501);
  }
}
