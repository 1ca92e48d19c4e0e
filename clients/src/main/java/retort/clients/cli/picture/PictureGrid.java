package retort.clients.cli.picture;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.util.List;
import java.util.Locale;

/**
 * Pictures of one size laid out in rows, on grey.
 *
 * @param columns pictures in a row
 * @param scale each pixel becomes a square of this side
 */
public record PictureGrid(int columns, int scale) {
  /** Between pictures and around them. */
  private static final int GAP_PIXELS = 2;

  /** Of a sheet in memory, a byte or three each. */
  private static final long MAX_PIXELS = 256_000_000;

  private static final Color BACKGROUND = new Color(128, 128, 128);

  public PictureGrid {
    if (columns < 1) {
      throw new IllegalArgumentException("--columns is " + columns + " but should be at least 1");
    }
    requireScale(scale);
  }

  static void requireScale(int scale) {
    if (scale < 1 || scale > 64) {
      throw new IllegalArgumentException("--scale is " + scale + " but should be 1 to 64");
    }
  }

  /**
   * Refuses a sheet that is too large for memory, before its pictures are made.
   *
   * @param pictures how many
   * @param width of each, in pixels before they are scaled
   * @param height likewise
   */
  public void requireRoom(int pictures, int width, int height) {
    long across = Math.min(columns, pictures);
    long rows = (pictures + (long) columns - 1) / columns;
    double sheetWidth = across * ((double) width * scale + GAP_PIXELS) + GAP_PIXELS;
    double sheetHeight = rows * ((double) height * scale + GAP_PIXELS) + GAP_PIXELS;
    if (sheetWidth * sheetHeight > MAX_PIXELS) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%d %s at --scale %d make %.0f x %.0f pixels but a picture has at most %d million;"
                  + " pass a smaller --scale or fewer --images",
              pictures,
              pictures == 1 ? "image" : "images",
              scale,
              sheetWidth,
              sheetHeight,
              MAX_PIXELS / 1_000_000));
    }
  }

  /**
   * Lays pictures out: number i stands in row {@code i / columns}.
   *
   * @param pictures one or more, all of one size
   */
  public BufferedImage layOut(List<BufferedImage> pictures) {
    BufferedImage first = pictures.get(0);
    int width = first.getWidth() * scale;
    int height = first.getHeight() * scale;
    int across = Math.min(columns, pictures.size());
    int rows = Math.toIntExact((pictures.size() + (long) columns - 1) / columns);
    BufferedImage sheet =
        new BufferedImage(
            Math.addExact(Math.multiplyExact(across, width + GAP_PIXELS), GAP_PIXELS),
            Math.addExact(Math.multiplyExact(rows, height + GAP_PIXELS), GAP_PIXELS),
            first.getType());
    Graphics2D pen = sheet.createGraphics();
    pen.setColor(BACKGROUND);
    pen.fillRect(0, 0, sheet.getWidth(), sheet.getHeight());
    for (int i = 0; i < pictures.size(); i++) {
      int x = GAP_PIXELS + i % columns * (width + GAP_PIXELS);
      int y = GAP_PIXELS + i / columns * (height + GAP_PIXELS);
      draw(pen, pictures.get(i), x, y, width, height);
    }
    pen.dispose();
    return sheet;
  }

  /** A single picture at the grid's scale, without a rim. */
  public BufferedImage magnify(BufferedImage picture) {
    return magnify(picture, scale);
  }

  /** A picture whose pixels are squares of side {@code scale}. */
  static BufferedImage magnify(BufferedImage picture, int scale) {
    if (scale == 1) {
      return picture;
    }
    BufferedImage large =
        new BufferedImage(
            picture.getWidth() * scale, picture.getHeight() * scale, picture.getType());
    Graphics2D pen = large.createGraphics();
    draw(pen, picture, 0, 0, large.getWidth(), large.getHeight());
    pen.dispose();
    return large;
  }

  private static void draw(
      Graphics2D pen, BufferedImage picture, int x, int y, int width, int height) {
    pen.setRenderingHint(
        RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_NEAREST_NEIGHBOR);
    pen.drawImage(picture, x, y, width, height, null);
  }
}
