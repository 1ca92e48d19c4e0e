package retort.clients.example;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import retort.clients.FrameStream;
import retort.clients.RetortClient;
import retort.v1.Frame;
import retort.v1.GeneratedImage;
import retort.v1.StreamRequest;
import retort.v1.Walk;

/** A seven as a file, then five seconds of frames that walk between ones, fours and sevens. */
public final class WatchDigits {
  private WatchDigits() {}

  /** Takes the server's address, such as {@code 127.0.0.1:8001}. */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    try (RetortClient client = RetortClient.connect(arguments[0])) {
      GeneratedImage seven = client.images(7, 0).get(0);
      Files.write(Path.of("seven.png"), seven.getImage().getData().toByteArray());

      StreamRequest request =
          StreamRequest.newBuilder()
              .setFps(20)
              .setFrameCount(100)
              .setWalk(Walk.newBuilder().setSpeed(1).addLabels(1).addLabels(4).addLabels(7))
              .build();
      try (FrameStream stream = client.stream(request)) {
        for (Optional<Frame> next = stream.next(); next.isPresent(); next = stream.next()) {
          Frame frame = next.get();
          System.out.printf("frame %d, %d dropped%n", frame.getIndex(), frame.getDropped());
        }
      }
    }
  }
}
