package retort.clients.example;

import java.util.concurrent.CountDownLatch;
import retort.clients.FrameListener;
import retort.clients.RetortClient;
import retort.clients.RetortException;
import retort.clients.StreamHandle;
import retort.v1.Frame;
import retort.v1.StreamRequest;

/** Five seconds of frames, told to a listener. */
public final class ListenToDigits {
  private ListenToDigits() {}

  /** Takes the server's address, such as {@code 127.0.0.1:8001}. */
  public static void main(String[] arguments) throws InterruptedException {
    CountDownLatch over = new CountDownLatch(1);
    FrameListener listener =
        new FrameListener() {
          @Override
          public void onFrame(Frame frame) {
            System.out.println("frame " + frame.getIndex());
          }

          @Override
          public void onEnd() {
            over.countDown();
          }

          @Override
          public void onError(RetortException failure) {
            System.err.println(failure.getMessage());
            over.countDown();
          }
        };
    try (RetortClient client = RetortClient.connect(arguments[0])) {
      StreamHandle stream =
          client.stream(StreamRequest.newBuilder().setFps(20).setFrameCount(100).build(), listener);
      over.await();
      stream.cancel(); // Does nothing here, where the stream has ended; it would end one that runs.
    }
  }
}
