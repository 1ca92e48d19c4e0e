package retort.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import retort.denoiser.ImageShape;

class ImageGridTest {

  private static final ImageShape GREY = new ImageShape(1, 1, 2);
  private static final ImageShape COLOUR = new ImageShape(3, 1, 1);

  @TempDir Path folder;

  @Test
  void valuesAreClippedAndCutOff() throws IOException {
    float[] images = {-1f, 1f, -3f, 3f, 0f, 0.0078f, Float.NaN, -0.9999f};

    new ImageGrid(4, 0, 1).write(file(), images, GREY);

    int[] values =
        ImageIO.read(file().toFile()).getRaster().getSamples(0, 0, 8, 1, 0, (int[]) null);
    // -1 is 0.5 and 1 is 255.5 before the cut; 0.0078 is 128.99.
    assertThat(values).containsExactly(0, 255, 0, 255, 128, 128, 0, 0);
  }

  @Test
  void imagesStandRowByRowWithGapsAround() throws IOException {
    float[] images = {-1f, -1f, 1f, 1f, 1f, -1f};

    new ImageGrid(2, 1, 1).write(file(), images, GREY);

    BufferedImage picture = ImageIO.read(file().toFile());
    assertThat(picture.getWidth()).isEqualTo(2 * 2 + 3);
    assertThat(picture.getHeight()).isEqualTo(2 * 1 + 3);
    assertThat(row(picture, 0)).containsExactly(128, 128, 128, 128, 128, 128, 128);
    assertThat(row(picture, 1)).containsExactly(128, 0, 0, 128, 255, 255, 128);
    assertThat(row(picture, 3)).containsExactly(128, 255, 0, 128, 128, 128, 128);
  }

  @Test
  void greyLevelsAreReadBackInTheOrderOfTheImages() throws IOException {
    ImageGrid grey = new ImageGrid(2, 1, 3);
    grey.write(file(), new float[] {-1f, 1f, 0f, 3f, -3f, 0.5f}, GREY);
    assertThat(grey.read(file(), 3, GREY)).containsExactly(0, 255, 128, 255, 0, 191);

    ImageGrid colour = ImageGrid.ofColumns(2);
    colour.write(file(), new float[] {-1f, 0f, 1f, 1f, -1f, 0f}, COLOUR);
    assertThat(colour.read(file(), 2, COLOUR)).containsExactly(0, 128, 255, 255, 0, 128);
  }

  @Test
  void aGridOfOtherImagesIsNotRead() throws IOException {
    ImageGrid grid = ImageGrid.ofColumns(2);
    grid.write(file(), new float[4], GREY);
    Files.writeString(folder.resolve("text.png"), "no picture");

    assertThatThrownBy(() -> grid.read(file(), 5, GREY))
        .isInstanceOf(IOException.class)
        .hasMessage("it is no grid of 5 images " + GREY);
    assertThatThrownBy(() -> grid.read(file(), 2, COLOUR)).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> grid.read(folder.resolve("text.png"), 2, GREY))
        .isInstanceOf(IOException.class);
  }

  @Test
  void magnifiedPixelsAreSquares() throws IOException {
    new ImageGrid(1, 0, 3).write(file(), new float[] {-1f, 1f}, GREY);

    BufferedImage picture = ImageIO.read(file().toFile());

    assertThat(picture.getHeight()).isEqualTo(3);
    assertThat(row(picture, 2)).containsExactly(0, 0, 0, 255, 255, 255);
  }

  @Test
  void colourKeepsItsChannels() throws IOException {
    new ImageGrid(1, 0, 1).write(file(), new float[] {1f, 0f, -1f}, COLOUR);

    assertThat(ImageIO.read(file().toFile()).getRGB(0, 0)).isEqualTo(0xffff8000);
  }

  @Test
  void onlyTheFinishedFileIsLeft() throws IOException {
    Files.writeString(file(), "an older picture");

    ImageGrid.ofColumns(1).write(file(), new float[2], GREY);

    assertThat(folder.toFile().listFiles()).extracting(File::getName).containsExactly("grid.png");
    assertThat(ImageIO.read(file().toFile())).isNotNull();
  }

  @Test
  void fileThatCannotBeWrittenIsNamed() {
    Path nowhere = folder.resolve("missing").resolve("grid.png");

    assertThatThrownBy(() -> ImageGrid.ofColumns(1).write(nowhere, new float[2], GREY))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("grid.png: cannot be written");
  }

  @Test
  void imagesThatMakeNoPictureAreRefused() {
    ImageGrid grid = ImageGrid.ofColumns(1);

    assertThatThrownBy(() -> grid.write(file(), new float[3], GREY))
        .hasMessageContaining("3 values are not one or more whole images [1, 1, 2]");
    assertThatThrownBy(() -> grid.write(file(), new float[4], new ImageShape(4, 1, 1)))
        .hasMessageContaining("4 channels but a picture has 1 or 3");
    assertThatThrownBy(() -> new ImageGrid(0, 1, 1)).hasMessageContaining("at least 1 column");
  }

  private Path file() {
    return folder.resolve("grid.png");
  }

  private static int[] row(BufferedImage picture, int y) {
    return picture.getRaster().getSamples(0, y, picture.getWidth(), 1, 0, (int[]) null);
  }
}
