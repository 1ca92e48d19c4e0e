package retort.trainer.mixture;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import javax.imageio.ImageIO;
import retort.statistics.NpzFile;

/** How close sampled images come to the mixture: a table, and a picture of them side by side. */
final class MixtureTable {
  private static final int SIDE = 240;
  private static final int ROOM = 20;
  private static final int SHOWN = 5000;

  /** The plane from -REACH to REACH fills a panel. */
  private static final double REACH = 1.1;

  private MixtureTable() {}

  /**
   * Prints the table, a row for each file.
   *
   * @param arguments the picture to write, ending in .png; then .npz files as {@code sample} writes
   *     them, each named after what made it
   */
  public static void main(String[] arguments) throws IOException {
    List<Path> samples = Arrays.stream(arguments).skip(1).map(Path::of).toList();
    System.out.println("| made by | weights | means | covariances |");
    System.out.println("|---|---|---|---|");
    for (Path file : samples) {
      MixtureFit fit = MixtureFit.of(points(file), GaussianMixture.EXAMPLE);
      System.out.printf(
          Locale.ROOT,
          "| %s | %.3f | %.3f | %.3f |%n",
          name(file),
          fit.weight(),
          fit.mean(),
          fit.covariance());
    }
    ImageIO.write(picture(samples), "png", Path.of(arguments[0]).toFile());
  }

  /** The points [n, 2] that are the images of a file. */
  static float[] points(Path file) {
    return Objects.requireNonNull(NpzFile.read(file).get("images")).floats();
  }

  private static String name(Path file) {
    return file.getFileName().toString().replace(".npz", "");
  }

  private static BufferedImage picture(List<Path> samples) {
    BufferedImage picture =
        new BufferedImage(SIDE * samples.size(), SIDE + ROOM, BufferedImage.TYPE_BYTE_GRAY);
    Graphics2D paper = picture.createGraphics();
    paper.setColor(Color.WHITE);
    paper.fillRect(0, 0, picture.getWidth(), picture.getHeight());
    paper.setRenderingHint(
        RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
    for (int i = 0; i < samples.size(); i++) {
      paper.setColor(Color.BLACK);
      paper.drawString(name(samples.get(i)), i * SIDE + ROOM / 2, SIDE + ROOM / 2);
      paper.setColor(new Color(0, 0, 0, 150));
      float[] points = points(samples.get(i));
      for (int j = 0; j < Math.min(points.length, 2 * SHOWN); j += 2) {
        int x = pixel(points[j]);
        int y = SIDE - 1 - pixel(points[j + 1]);
        if (x >= 0 && x < SIDE && y >= 0 && y < SIDE) {
          paper.fillRect(i * SIDE + x, y, 1, 1);
        }
      }
    }
    paper.dispose();
    return picture;
  }

  private static int pixel(double coordinate) {
    return (int) Math.floor((coordinate + REACH) / (2 * REACH) * SIDE);
  }
}
