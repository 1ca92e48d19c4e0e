package retort.server.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import retort.denoiser.ImageShape;
import retort.server.RecordingGenerator;
import retort.server.generator.Generator;
import retort.server.generator.Lane;
import retort.server.generator.Origin;
import retort.server.image.Encoding;
import retort.server.image.ImageFormat;
import retort.server.schedule.Finisher.Unfinished;

class EncoderThreadsTest {
  private static final int IMAGES = 16;

  private final Generator generator = RecordingGenerator.open(new ImageShape(3, 128, 128));
  private final Set<Thread> encoders = ConcurrentHashMap.newKeySet();
  private final Map<Long, ByteString> made = new ConcurrentHashMap<>();
  private final List<Long> failed = new ArrayList<>();

  /** Every image has other pixels. */
  private final class NoisyLane implements Lane {
    private final long first;

    /** With an image's number in slot 0. */
    NoisyLane(long first) {
      this.first = first;
    }

    @Override
    public void set(int slot, Origin origin) {}

    @Override
    public void run(int images) {}

    @Override
    public void stop() {}

    @Override
    public void read(int slot, byte[] pixels) {
      encoders.add(Thread.currentThread());
      new Random(first + slot).nextBytes(pixels);
    }

    @Override
    public Optional<ByteBuffer> view(int slot) {
      return Optional.empty();
    }

    @Override
    public void close() {}
  }

  private final class Asker implements Render.Client {
    private final long number;

    Asker(long number) {
      this.number = number;
    }

    @Override
    public boolean gone() {
      return false;
    }

    @Override
    public void rendered(Rendered image) {
      if (number == RecordingGenerator.BROKEN_SEED) {
        throw new IllegalStateException("this client is broken");
      }
      made.put(number, image.data());
    }

    @Override
    public void failed(RuntimeException reason) {
      failed.add(number);
    }
  }

  private Unfinished images(long first, int count, ImageFormat format) {
    List<Render> renders = new ArrayList<>();
    for (long i = first; i < first + count; i++) {
      Origin origin = Origin.of(i, Origin.NO_LABEL);
      renders.add(Render.request(generator, origin, format, 0, new Asker(i)));
    }
    return new Unfinished(renders, new NoisyLane(first), 0, 0);
  }

  private void finish(int freeCores, Unfinished images) {
    RenderQueue queue = new RenderQueue(1, 4);
    queue.takeCores(4 - freeCores);
    try (EncoderThreads threads = new EncoderThreads(queue, 4, Time.ofMachine());
        Finisher own = new Finisher(Time.ofMachine())) {
      threads.finish(images, own);
    }
    assertThat(queue.takeCores(4)).isEqualTo(freeCores);
  }

  private static Stream<ImageFormat> formats() {
    return Stream.of(
        ImageFormat.of(Encoding.RAW),
        ImageFormat.of(Encoding.PNG),
        ImageFormat.of(Encoding.JPEG),
        new ImageFormat(Encoding.JPEG, 61, 200, 40),
        ImageFormat.of(Encoding.WEBP),
        new ImageFormat(Encoding.WEBP, 200, 61, 100));
  }

  @ParameterizedTest
  @MethodSource("formats")
  void bytesDependNeitherOnWhoEncodesNorOnTheBatch(ImageFormat format) {
    for (int i = 0; i < IMAGES; i++) {
      finish(0, images(i, 1, format));
    }
    Map<Long, ByteString> alone = Map.copyOf(made);
    assertThat(encoders).containsExactly(Thread.currentThread());
    made.clear();

    finish(3, images(0, IMAGES, format));

    assertThat(made).hasSize(IMAGES).isEqualTo(alone);
    assertThat(alone.values()).doesNotHaveDuplicates();
  }

  @Test
  void clientThatFailsCostsTheOthersNothing() {
    Unfinished images =
        images(RecordingGenerator.BROKEN_SEED, IMAGES, ImageFormat.of(Encoding.PNG));

    finish(3, images);

    assertThat(made).hasSize(IMAGES - 1);
    assertThat(failed).containsExactly(RecordingGenerator.BROKEN_SEED);
    assertThat(images.failed()).isTrue();
  }
}
