package retort.exporter.verify;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.spi.AbstractInterruptibleChannel;
import java.util.Map;
import java.util.Set;

/**
 * A run of ONNX Runtime that ends when its thread is interrupted, as reading and writing a channel
 * do: it is told to end after the operator it is at.
 */
final class InterruptibleRun extends AbstractInterruptibleChannel {
  private final OrtSession.RunOptions options;

  private InterruptibleRun(OrtSession.RunOptions options) {
    this.options = options;
  }

  /**
   * Computes outputs, which the caller closes.
   *
   * @throws UncheckedIOException when the thread is interrupted, which it is still afterwards
   */
  static OrtSession.Result of(
      OrtSession session, Map<String, OnnxTensor> feeds, Set<String> outputs) throws OrtException {
    // Closed in this order, so that nobody speaks to options that are closed.
    try (OrtSession.RunOptions options = new OrtSession.RunOptions();
        InterruptibleRun run = new InterruptibleRun(options)) {
      return run.result(session, feeds, outputs);
    } catch (IOException e) {
      throw new UncheckedIOException("ONNX Runtime was interrupted", e);
    }
  }

  private OrtSession.Result result(
      OrtSession session, Map<String, OnnxTensor> feeds, Set<String> outputs)
      throws OrtException, IOException {
    boolean completed = false;
    try {
      begin();
      OrtSession.Result result = session.run(feeds, outputs, options);
      completed = true;
      return result;
    } finally {
      // Throws where the thread was interrupted, whatever ONNX Runtime said of that.
      end(completed);
    }
  }

  @Override
  protected void implCloseChannel() throws IOException {
    try {
      options.setTerminate(true);
    } catch (OrtException e) {
      throw new IOException(e);
    }
  }
}
