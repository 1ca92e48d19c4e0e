package retort.clients.cli.bench;

import io.grpc.MethodDescriptor.Marshaller;
import java.io.InputStream;

/** Takes an answer without reading it: that it came is all that is measured. */
final class Unread implements Marshaller<Unread> {
  static final Unread ANSWER = new Unread();

  private Unread() {}

  @Override
  public InputStream stream(Unread answer) {
    throw new UnsupportedOperationException("answers are only taken");
  }

  /** The stream is closed by gRPC, with what is in it. */
  @Override
  public Unread parse(InputStream stream) {
    return this;
  }
}
