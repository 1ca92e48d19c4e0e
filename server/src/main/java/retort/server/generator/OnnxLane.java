package retort.server.generator;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession.RunOptions;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import retort.denoiser.GeneratorSteps;
import retort.denoiser.ImageShape;

/**
 * A lane over direct memory, with tensors for each batch size over the same bytes: a run neither
 * copies nor allocates tensors.
 */
final class OnnxLane implements LanePool.Reusable {
  /** The tensors of one batch size. */
  private record Tensors(Map<String, OnnxTensor> inputs, Map<String, OnnxTensor> image) {}

  private final OnnxSession session;
  private final Signature signature;
  private final Inputs inputs;
  private final List<FloatBuffer> noises = new ArrayList<>();
  private final FloatBuffer label;
  private final ByteBuffer image;
  private final List<Tensors> sizes = new ArrayList<>();
  private final RunOptions runOptions;

  /** Of all images of a run: 32 MiB of noise, and as much again for floating-point images. */
  private static final int MAX_VALUES = 8 << 20;

  /** The largest batch up to {@code wanted} whose images have room in a lane; at least 1. */
  static int room(Signature signature, int wanted) {
    int values = signature.shape().elements() * signature.noiseInputs();
    return Math.max(1, Math.min(wanted, MAX_VALUES / values));
  }

  /**
   * Reserves memory.
   *
   * @param maxBatch images in one run, at most
   */
  OnnxLane(OnnxSession session, int maxBatch) {
    this.session = session;
    signature = session.signature();
    int elements = signature.shape().elements();
    inputs = new Inputs(elements, signature.labels());
    for (int i = 0; i < signature.noiseInputs(); i++) {
      noises.add(direct(Float.BYTES, maxBatch, elements).asFloatBuffer());
    }
    label = direct(Float.BYTES, maxBatch, signature.labels()).asFloatBuffer();
    image = direct(signature.bytes() ? 1 : Float.BYTES, maxBatch, elements);
    runOptions = OnnxSession.runOptions();
    try {
      for (int n = 1; n <= maxBatch; n++) {
        sizes.add(tensors(n));
      }
    } catch (OrtException e) {
      close();
      throw new GeneratorException("no tensors: " + Device.firstLine(e), e);
    }
  }

  private static ByteBuffer direct(int width, int count, int elements) {
    int bytes = Math.multiplyExact(width, Math.multiplyExact(count, elements));
    return ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
  }

  private Tensors tensors(int n) throws OrtException {
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    ImageShape shape = signature.shape();
    long[] planes = {n, shape.channels(), shape.height(), shape.width()};
    int bytes = image.capacity() / noises.get(0).capacity() * n * shape.elements();
    ByteBuffer out = image.slice(0, bytes).order(ByteOrder.nativeOrder());
    OnnxTensor images =
        signature.bytes()
            ? OnnxTensor.createTensor(
                environment,
                out,
                new long[] {n, shape.height(), shape.width(), shape.channels()},
                OnnxJavaType.UINT8)
            : OnnxTensor.createTensor(environment, out.asFloatBuffer(), planes);
    Map<String, OnnxTensor> fed = new HashMap<>();
    for (int i = 0; i < noises.size(); i++) {
      FloatBuffer noise = noises.get(i).slice(0, n * shape.elements());
      fed.put(GeneratorSteps.noiseName(i), OnnxTensor.createTensor(environment, noise, planes));
    }
    if (signature.labels() > 0) {
      fed.put(
          Signature.LABEL,
          OnnxTensor.createTensor(
              environment,
              label.slice(0, n * signature.labels()),
              new long[] {n, signature.labels()}));
    }
    return new Tensors(fed, Map.of(Signature.IMAGE, images));
  }

  @Override
  public void set(int slot, Origin origin) {
    inputs.draw(origin, noises, label, slot);
  }

  @Override
  public void run(int images) {
    Tensors tensors = sizes.get(images - 1);
    session.run(tensors.inputs(), tensors.image(), runOptions);
  }

  @Override
  public void stop() {
    OnnxSession.setTerminate(runOptions, true);
  }

  @Override
  public void renew() {
    OnnxSession.setTerminate(runOptions, false);
  }

  @Override
  public Optional<ByteBuffer> view(int slot) {
    int elements = signature.shape().elements();
    return signature.bytes()
        ? Optional.of(image.slice(slot * elements, elements).asReadOnlyBuffer())
        : Optional.empty();
  }

  @Override
  public void read(int slot, byte[] pixels) {
    ImageShape shape = signature.shape();
    if (signature.bytes()) {
      image.get(slot * shape.elements(), pixels, 0, shape.elements());
      return;
    }
    int plane = shape.height() * shape.width();
    for (int channel = 0; channel < shape.channels(); channel++) {
      int from = (slot * shape.channels() + channel) * plane;
      for (int i = 0; i < plane; i++) {
        float value = image.getFloat((from + i) * Float.BYTES);
        pixels[i * shape.channels() + channel] = (byte) GreyLevel.of(value);
      }
    }
  }

  @Override
  public void close() {
    for (Tensors tensors : sizes) {
      tensors.inputs().values().forEach(OnnxTensor::close);
      tensors.image().values().forEach(OnnxTensor::close);
    }
    sizes.clear();
    runOptions.close();
  }
}
