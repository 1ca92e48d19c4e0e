package retort.clients.bench;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import java.util.function.Consumer;
import retort.v1.Encoding;
import retort.v1.Frame;
import retort.v1.Origin;
import retort.v1.RetortGrpc;
import retort.v1.StreamRequest;

/** A stream of raw frames on a connection of its own. */
final class RawStream {
  private final ManagedChannel channel;
  private final ClientCall<StreamRequest, Frame> call;

  private RawStream(String server) {
    channel = Grpc.newChannelBuilder(server, InsecureChannelCredentials.create()).build();
    call = channel.newCall(RetortGrpc.getStreamMethod(), CallOptions.DEFAULT);
  }

  /** One that asks for the next frame when it has one, and hands each over. */
  static RawStream read(String server, double fps, long seed, Consumer<Frame> frames) {
    RawStream stream = new RawStream(server);
    stream.begin(fps, seed, frames);
    stream.call.request(1);
    return stream;
  }

  /** One that never asks for a frame. */
  static RawStream unread(String server, double fps, long seed) {
    RawStream stream = new RawStream(server);
    stream.begin(fps, seed, frame -> {});
    return stream;
  }

  private void begin(double fps, long seed, Consumer<Frame> frames) {
    call.start(
        new ClientCall.Listener<>() {
          @Override
          public void onMessage(Frame frame) {
            frames.accept(frame);
            call.request(1);
          }
        },
        new Metadata());
    call.sendMessage(
        StreamRequest.newBuilder()
            .setStart(Origin.newBuilder().setSeed(seed).setLabel(3))
            .setFps(fps)
            .setEncoding(Encoding.ENCODING_RAW)
            .build());
    call.halfClose();
  }

  /** Gives the stream up, and the connection with it. */
  void cancel() {
    call.cancel("enough", null);
    channel.shutdownNow();
  }
}
