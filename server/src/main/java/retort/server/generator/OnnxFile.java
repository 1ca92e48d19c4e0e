package retort.server.generator;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import retort.file.FileDigest;
import retort.onnx.OnnxException;
import retort.onnx.OnnxOutline;
import retort.onnx.SignedInputs;

/**
 * A model file that ONNX Runtime is to open. It must not change meanwhile.
 *
 * @param path of the file; its data file, if it has one, is beside it
 * @param device where it runs
 * @param cores that runs of all networks share
 * @param maxBatch images in one run, at most; becomes 1 where the images of a batch would differ
 *     from those made alone
 */
public record OnnxFile(Path path, Device device, int cores, int maxBatch) {
  private static final Logger LOG = LoggerFactory.getLogger(OnnxFile.class);

  /** Of a file that is rewritten before it is opened, which takes some times its size in memory. */
  private static final long MAX_REWRITTEN = 32 << 20;

  /** As {@link #open(Optional)}, where nothing was measured before. */
  public Network open() {
    return open(Optional.empty());
  }

  /**
   * Opens it: a generator where it says that it is one, and has shown it; else, where another tool
   * made it, a network that is run by its tensors.
   *
   * @param before a network that is open, of the same device and cores; what was measured of it
   *     holds for this file too where their graphs are the same, and is not measured again
   * @return a {@link retort.server.tensor.TensorModel}, and perhaps a {@link Generator}; the caller
   *     closes it
   * @throws GeneratorException when it cannot be served
   */
  public Network open(Optional<Network> before) {
    String digest = digest();
    OnnxSession session = session(1);
    if (session.generates()) {
      return OnnxGenerator.of(this, session, digest, before);
    }
    try {
      if (!OnnxTensorModel.takesUnsigned(session)) {
        return new OnnxTensorModel(session, digest);
      }
    } catch (RuntimeException e) {
      session.close();
      throw e;
    }
    session.close();
    return rewritten(digest);
  }

  /**
   * A session of the file.
   *
   * @param threads on which a run is divided, where the processor runs it
   */
  OnnxSession session(int threads) {
    return OnnxSession.open(path, device, threads);
  }

  /** What files share that differ in their weights alone; empty where it is not known. */
  Optional<String> graph() {
    try {
      return Optional.of(OnnxOutline.read(path).graph());
    } catch (OnnxException e) {
      LOG.debug("{}: its graph cannot be compared", path, e);
      return Optional.empty();
    }
  }

  private String digest() {
    try {
      return FileDigest.of(path);
    } catch (UncheckedIOException e) {
      throw new GeneratorException("it cannot be read (" + e.getMessage() + ")", e);
    }
  }

  private Network rewritten(String digest) {
    Path folder = Objects.requireNonNull(path.toAbsolutePath().getParent());
    OnnxSession session = OnnxSession.open(signed(), folder, device, 1);
    try {
      return new OnnxTensorModel(session, digest);
    } catch (RuntimeException e) {
      session.close();
      throw e;
    }
  }

  private byte[] signed() {
    try {
      if (Files.size(path) > MAX_REWRITTEN) {
        throw new GeneratorException(
            "it takes unsigned integers of 16 to 64 bits and has "
                + Files.size(path)
                + " bytes, but files with such inputs are served up to "
                + MAX_REWRITTEN
                + "; keep its weights in a data file, or have it take signed ones");
      }
      return SignedInputs.of(Files.readAllBytes(path));
    } catch (OnnxException e) {
      throw new GeneratorException(String.valueOf(e.getMessage()), e);
    } catch (IOException e) {
      throw new GeneratorException("it cannot be read (" + e.getMessage() + ")", e);
    }
  }
}
