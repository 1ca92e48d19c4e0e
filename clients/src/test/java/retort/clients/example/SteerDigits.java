package retort.clients.example;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import retort.clients.FrameStream;
import retort.clients.RetortClient;
import retort.v1.Frame;
import retort.v1.Origin;
import retort.v1.StreamRequest;
import retort.v1.StreamUpdate;

/** Twos that turn into sevens from frame 40 on, over half a second. */
public final class SteerDigits {
  private SteerDigits() {}

  /** Takes the addresses of one server or more, such as {@code one:8001,two:8001}. */
  public static void main(String[] arguments) throws InterruptedException {
    StreamRequest twos =
        StreamRequest.newBuilder()
            .setFps(20)
            .setFrameCount(100)
            .setStart(Origin.newBuilder().setSeed(7).setLabel(2))
            .build();
    StreamUpdate sevens =
        StreamUpdate.newBuilder().setLabel(7).setTransitionFrames(10).setFromIndex(40).build();
    try (RetortClient client = RetortClient.connect(arguments[0]);
        FrameStream stream = client.stream(twos)) {
      CompletableFuture<Frame> shown = stream.steer(sevens);
      for (Optional<Frame> next = stream.next(); next.isPresent(); next = stream.next()) {
        System.out.println("frame " + next.get().getIndex());
      }
      System.out.println("sevens began with frame " + shown.join().getIndex());
    }
  }
}
