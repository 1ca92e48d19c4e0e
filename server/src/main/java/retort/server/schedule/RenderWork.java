package retort.server.schedule;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import retort.server.generator.Generator;
import retort.server.generator.Lane;
import retort.server.image.ImageEncoder;

/** What one thread does with a batch, and the memory it does it in. Not thread-safe. */
final class RenderWork implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RenderWork.class);

  private final Map<Generator, Lane> lanes = new HashMap<>();
  private final ImageEncoder encoder = new ImageEncoder();
  private final Time time;
  private final byte[] pixels;

  RenderWork(List<Generator> generators, Time time) {
    this.time = time;
    int largest = 0;
    for (Generator generator : generators) {
      lanes.put(generator, generator.lane());
      largest = Math.max(largest, generator.shape().elements());
    }
    pixels = new byte[largest];
  }

  /** Makes images of one generator and hands them over, each as soon as it is encoded. */
  void render(List<Render> batch) {
    Generator generator = batch.get(0).generator();
    int handedOver = 0;
    try {
      Lane lane = Objects.requireNonNull(lanes.get(generator));
      long begun = time.nanos();
      for (int i = 0; i < batch.size(); i++) {
        lane.set(i, batch.get(i).origin());
      }
      long drawn = time.nanos();
      lane.run(batch.size());
      long run = time.nanos() - drawn;
      for (Render render : batch) {
        long ready = time.nanos();
        lane.read(handedOver, pixels);
        byte[] data = encoder.encode(pixels, generator.shape(), render.encoding());
        long encoded = time.nanos() - ready;
        handedOver++;
        // Nobody writes to the array after this.
        ByteString bytes = UnsafeByteOperations.unsafeWrap(data);
        handOver(render, new Rendered(bytes, begun - render.since(), run, encoded));
      }
    } catch (RuntimeException | Error e) {
      batch.subList(handedOver, batch.size()).forEach(render -> fail(render, e));
      throwErrors(e);
    }
  }

  /** A client that fails must not cost the others of the batch their images. */
  private static void handOver(Render render, Rendered image) {
    try {
      render.client().rendered(image);
    } catch (RuntimeException | Error e) {
      LOG.error("an image could not be handed over", e);
      fail(render, e);
      throwErrors(e);
    }
  }

  private static void fail(Render render, Throwable failure) {
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
  private static void throwErrors(Throwable failure) {
    if (failure instanceof Error error) {
      throw error;
    }
  }

  @Override
  public void close() {
    lanes.values().forEach(Lane::close);
    encoder.close();
  }
}
