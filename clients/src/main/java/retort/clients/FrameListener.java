package retort.clients;

import retort.v1.Frame;

/**
 * Is told of the frames of a stream. Calls come one at a time, on gRPC's threads or the client's,
 * never on one that is in a call to the stream. The next frame is asked for when {@link #onFrame}
 * returns: one that takes long is a slow client to the server. What {@link #onFrame} throws ends
 * the stream, and {@link #onError} is told of it.
 */
public interface FrameListener {
  /** A frame came. */
  void onFrame(Frame frame);

  /** No frame follows: the last one came, or the stream was cancelled. */
  void onEnd();

  /** No frame follows, because of this failure. */
  void onError(RetortException failure);
}
