package retort.trainer.data;

/**
 * An affine map of the plane: {@code (x, y) -> (xx x + xy y + x0, yx x + yy y + y0)}.
 *
 * <p>x runs to the right and y down, both in pixels.
 */
record Affine(double xx, double xy, double x0, double yx, double yy, double y0) {

  static final Affine IDENTITY = new Affine(1, 0, 0, 0, 1, 0);

  static Affine scaling(double x, double y) {
    return new Affine(x, 0, 0, 0, y, 0);
  }

  /** Turns x towards y by {@code angle} radians. */
  static Affine rotation(double angle) {
    double cos = Math.cos(angle);
    double sin = Math.sin(angle);
    return new Affine(cos, -sin, 0, sin, cos, 0);
  }

  static Affine translation(double x, double y) {
    return new Affine(1, 0, x, 0, 1, y);
  }

  /** The map that does {@code first}, then this: the matrix product {@code this * first}. */
  Affine after(Affine first) {
    return new Affine(
        xx * first.xx + xy * first.yx,
        xx * first.xy + xy * first.yy,
        mapX(first.x0, first.y0),
        yx * first.xx + yy * first.yx,
        yx * first.xy + yy * first.yy,
        mapY(first.x0, first.y0));
  }

  double mapX(double x, double y) {
    return xx * x + xy * y + x0;
  }

  double mapY(double x, double y) {
    return yx * x + yy * y + y0;
  }
}
