package retort.server.schedule;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import retort.denoiser.ImageShape;
import retort.server.generator.Lane;
import retort.server.image.EncodingException;
import retort.server.image.ImageEncoder;
import retort.server.image.ImageFormat;

/**
 * Encodes images and hands them over, by the buffers of one thread. Raw images are handed over
 * where the network has left them. Not thread-safe.
 */
final class Finisher implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Finisher.class);

  /** Images that a run has left in a lane; any number of threads may share the work on them. */
  static final class Unfinished {
    private final List<Render> renders;
    private final Lane lane;
    private final long begun;
    private final long runNanos;
    private final AtomicInteger next = new AtomicInteger();
    private final AtomicBoolean failed = new AtomicBoolean();

    /**
     * After a run.
     *
     * @param renders by slot of the lane
     * @param begun when the batch began
     */
    Unfinished(List<Render> renders, Lane lane, long begun, long runNanos) {
      this.renders = renders;
      this.lane = lane;
      this.begun = begun;
      this.runNanos = runNanos;
    }

    /** How many nobody works on yet. */
    int left() {
      return Math.max(0, renders.size() - next.get());
    }

    /** Whether an image was not handed over. */
    boolean failed() {
      return failed.get();
    }
  }

  private final ImageEncoder encoder = new ImageEncoder();
  private final Time time;
  private byte[] pixels = new byte[0];

  Finisher(Time time) {
    this.time = time;
  }

  /** Finishes images until none is left. */
  void all(Unfinished images) {
    while (one(images)) {
      // The next.
    }
  }

  /** Finishes one image; false when none is left. */
  boolean one(Unfinished images) {
    int slot = images.next.getAndIncrement();
    if (slot >= images.renders.size()) {
      return false;
    }
    Render render = images.renders.get(slot);
    try {
      long ready = time.nanos();
      ByteString lent = lent(images.lane, slot, render);
      ByteString data = lent.isEmpty() ? encoded(images.lane, slot, render) : lent;
      long encodeNanos = time.nanos() - ready;
      long queueNanos = images.begun - render.since();
      render
          .client()
          .rendered(new Rendered(data, queueNanos, images.runNanos, encodeNanos, !lent.isEmpty()));
    } catch (RuntimeException | Error e) {
      // A client that fails must not cost the others of the batch their images.
      log(e);
      images.failed.set(true);
      fail(render, e);
      throwErrors(e);
    }
    return true;
  }

  /** A codec that the machine lacks is the client's to avoid, and must not let it fill the disk. */
  private static void log(Throwable failure) {
    if (failure instanceof EncodingException) {
      LOG.debug("an image could not be encoded", failure);
    } else {
      LOG.error("an image could not be handed over", failure);
    }
  }

  /** The image where it lies, if a client may have it so; else empty. */
  private static ByteString lent(Lane lane, int slot, Render render) {
    ImageFormat format = render.format();
    ImageShape made = render.generator().shape();
    return format.verbatim(made)
        ? lane.view(slot).map(UnsafeByteOperations::unsafeWrap).orElse(ByteString.EMPTY)
        : ByteString.EMPTY;
  }

  private ByteString encoded(Lane lane, int slot, Render render) {
    ImageShape shape = render.generator().shape();
    if (pixels.length < shape.elements()) {
      pixels = new byte[shape.elements()];
    }
    lane.read(slot, pixels);
    byte[] data = encoder.encode(pixels, shape, render.format());
    // Nobody writes to the array after this.
    return UnsafeByteOperations.unsafeWrap(data);
  }

  /** Tells a client that its image was not made. */
  static void fail(Render render, Throwable failure) {
    try {
      render
          .client()
          .failed(
              failure instanceof RuntimeException e
                  ? e
                  : new IllegalStateException("a thread of the server has broken", failure));
    } catch (RuntimeException e) {
      LOG.error("a client could not be told of a failure", e);
    }
  }

  /** After an error, such as lack of memory, nothing that this thread makes can be relied on. */
  static void throwErrors(@Nullable Throwable failure) {
    if (failure instanceof Error error) {
      throw error;
    }
  }

  @Override
  public void close() {
    encoder.close();
  }
}
