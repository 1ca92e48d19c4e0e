package retort.server.schedule;

import retort.server.generator.Generator;
import retort.server.generator.Origin;
import retort.server.image.Encoding;

/**
 * One image to be made, and who waits for it.
 *
 * @param generator which network makes it
 * @param origin what it is made from
 * @param encoding of the result
 * @param since when it was asked for, or due where it is a frame, in nanoseconds of {@link Time}
 * @param paced whether it is a frame of a stream
 * @param client who waits
 */
public record Render(
    Generator generator,
    Origin origin,
    Encoding encoding,
    long since,
    boolean paced,
    Client client) {
  /** A quarter of a second: a request yields to frames for so long, and is hardly felt to wait. */
  private static final long REQUEST_YIELDS_NANOS = 250_000_000;

  /** When it should be made, in nanoseconds of {@link Time}; the queue goes by it. */
  long due() {
    return paced ? since : since + REQUEST_YIELDS_NANOS;
  }

  /** Who waits for an image. Called by the thread that made it, which must not be held up. */
  public interface Client {
    /**
     * Whether nobody waits any more: the call was cancelled, or its deadline passed. Such an image
     * is never made, and nothing is told. Called by any thread, often.
     */
    boolean gone();

    /** Receives the image. */
    void rendered(Rendered image);

    /** Receives the reason why there will be none. */
    void failed(RuntimeException reason);
  }
}
