package retort.server.generator;

/** How a value in [-1, 1] becomes one of 256 grey levels. */
final class GreyLevel {
  private GreyLevel() {}

  /** {@code value * 127.5 + 128}, clipped to [0, 255] and truncated, as the papers' code does. */
  static int of(float value) {
    return (int) Math.max(0, Math.min(255, value * 127.5f + 128));
  }
}
