package retort.server.schedule;

import org.jspecify.annotations.Nullable;
import retort.server.image.Encoding;
import retort.server.image.ImageFormat;

/**
 * What an update changes of what a stream shows. What is null stays as it is.
 *
 * @param seed of the present keyframe, from here on
 * @param label of every keyframe from here on
 * @param speed keyframes a second
 * @param fps frames a second
 * @param encoding of each image
 * @param width of each image, in pixels; 0 for the width it is made in
 * @param height of each image, in pixels; 0 for the height it is made in
 * @param quality of each image; 0 for what suits most
 * @param transitionFrames over how many frames the image moves to where the walk is by then; 0 or 1
 *     for at once
 */
public record StreamUpdate(
    @Nullable Long seed,
    @Nullable Integer label,
    @Nullable Double speed,
    @Nullable Double fps,
    @Nullable Encoding encoding,
    @Nullable Integer width,
    @Nullable Integer height,
    @Nullable Integer quality,
    @Nullable Integer transitionFrames) {
  /** Changes nothing. */
  public static final StreamUpdate NONE =
      new StreamUpdate(null, null, null, null, null, null, null, null, null);

  /** This update and a newer one in one: of each value the newer. */
  public StreamUpdate then(StreamUpdate newer) {
    return new StreamUpdate(
        newest(seed, newer.seed),
        newest(label, newer.label),
        newest(speed, newer.speed),
        newest(fps, newer.fps),
        newest(encoding, newer.encoding),
        newest(width, newer.width),
        newest(height, newer.height),
        newest(quality, newer.quality),
        newest(transitionFrames, newer.transitionFrames));
  }

  private static <T> @Nullable T newest(@Nullable T older, @Nullable T newer) {
    return newer == null ? older : newer;
  }

  /** A format after this update. */
  public ImageFormat changed(ImageFormat format) {
    return new ImageFormat(
        encoding == null ? format.encoding() : encoding,
        width == null ? format.width() : width,
        height == null ? format.height() : height,
        quality == null ? format.quality() : quality);
  }
}
