package retort.server.schedule;

import retort.server.generator.Generator;
import retort.server.generator.Network;
import retort.server.generator.Origin;
import retort.server.image.ImageFormat;

/**
 * One image to be made, and who waits for it.
 *
 * @param generator which network makes it
 * @param origin what it is made from
 * @param format of the result
 * @param since when it was asked for, or due where it is a frame, in nanoseconds of {@link Time}
 * @param patience how long after that it should be made at the latest, in nanoseconds
 * @param paced whether it is a frame of a stream
 * @param client who waits
 */
public record Render(
    Generator generator,
    Origin origin,
    ImageFormat format,
    long since,
    long patience,
    boolean paced,
    Client client)
    implements Work {
  /** A quarter of a second: a request yields to frames for so long, and is hardly felt to wait. */
  static final long REQUEST_YIELDS_NANOS = 250_000_000;

  /** An image of a request, asked for at a time. */
  public static Render request(
      Generator generator, Origin origin, ImageFormat format, long since, Client client) {
    return new Render(generator, origin, format, since, REQUEST_YIELDS_NANOS, false, client);
  }

  /**
   * A frame is on time within half a period, and a slow stream's within what a request may wait.
   */
  static long patience(double fps) {
    return Math.min(Math.round(0.5e9 / fps), REQUEST_YIELDS_NANOS);
  }

  /**
   * A frame.
   *
   * @param due when, in nanoseconds of {@link Time}
   * @param fps of its stream
   */
  public static Render frame(
      Generator generator, Origin origin, ImageFormat format, long due, double fps, Client client) {
    return new Render(generator, origin, format, due, patience(fps), true, client);
  }

  @Override
  public Network network() {
    return generator;
  }

  @Override
  public long due() {
    return since + patience;
  }

  @Override
  public boolean gone() {
    return client.gone();
  }

  @Override
  public boolean make(Batch batch) {
    return batch.bench().render(batch);
  }

  /** Who waits for an image. Called by the thread that made it, which must not be held up. */
  public interface Client {
    /**
     * Whether nobody waits any more: the call was cancelled, or its deadline passed. Such an image
     * is never made, and nothing is told. Called by any thread, often.
     */
    boolean gone();

    /**
     * Receives the image. Bytes that are {@linkplain Rendered#lent lent} are good until this
     * returns: who keeps them keeps {@link Rendered#kept}.
     */
    void rendered(Rendered image);

    /** Receives the reason why there will be none. */
    void failed(RuntimeException reason);
  }
}
