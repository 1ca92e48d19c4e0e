package retort.clients.cli;

import java.util.Optional;
import retort.clients.FrameStream;
import retort.clients.cli.picture.PictureSink;
import retort.v1.Frame;

/**
 * Watches a stream: measures its frames, passes their images on and shows where it is.
 *
 * @param meter measures
 * @param sink takes images; the caller closes it
 */
record Viewer(StreamMeter meter, PictureSink sink) {

  /** Takes frames until there are no more. */
  void watch(FrameStream stream) {
    try (LiveLine line = new LiveLine()) {
      for (Optional<Frame> next = stream.next(); next.isPresent(); next = stream.next()) {
        Frame frame = next.get();
        meter.arrived(frame, stream.startNanos(), System.nanoTime());
        sink.add(frame.getIndex(), frame.getImage());
        line.show(meter);
      }
    } catch (InterruptedException e) {
      stream.close();
      Thread.currentThread().interrupt();
    }
  }
}
