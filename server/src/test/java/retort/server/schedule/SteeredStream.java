package retort.server.schedule;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.List;
import retort.denoiser.ImageShape;
import retort.server.RecordingGenerator;
import retort.server.generator.Generator;
import retort.server.generator.Origin;
import retort.server.image.Encoding;
import retort.server.image.ImageFormat;

/** Streams on a clock moved by hand: ten frames a second, raw, of nobody in particular. */
abstract class SteeredStream {
  final FakeTime time = new FakeTime();
  final FakeSink sink = new FakeSink();
  final RenderQueue queue = new RenderQueue(1, 1);
  final FrameClock clock = new FrameClock(time);
  final Generator generator = RecordingGenerator.open(new ImageShape(1, 2, 2));
  final StreamState beginning =
      StreamState.beginning(
          generator.digest(),
          new StreamPlan(
              7, Origin.NO_LABEL, List.of(), 2, 10, 0, ImageFormat.of(Encoding.RAW), false));
  final List<Double> promised = new ArrayList<>();
  double most = 240;

  FrameStream start() {
    FrameStream stream =
        new FrameStream(beginning, () -> generator, queue, clock, sink, 0, this::promise);
    clock.start(stream);
    clock.advance();
    return stream;
  }

  void promise(double fps) {
    if (fps > most) {
      throw new RefusedException(RefusedException.Reason.BUSY, "too many");
    }
    promised.add(fps);
  }

  void makeWhatWaits() {
    for (Render render : Taken.from(queue)) {
      render.client().rendered(new Rendered(ByteString.EMPTY, 0, 0, 0));
    }
  }

  void pass(long millis) {
    time.passMillis(millis);
    clock.advance();
    makeWhatWaits();
  }

  StreamFrame last() {
    return sink.frames.get(sink.frames.size() - 1);
  }

  List<Long> applied() {
    return sink.frames.stream().map(frame -> frame.told().applied()).toList();
  }
}
