package retort.server.oip;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;
import retort.denoiser.ImageShape;
import retort.server.generator.GeneratorHandle;
import retort.server.generator.Origin;
import retort.server.schedule.StreamPlan;
import retort.server.tensor.ElementType;
import retort.server.tensor.TensorSpec;
import retort.server.tensor.TensorValue;

/** A generator's frames as a decoupled model: what a request asks for, each value a tensor. */
final class FramesModel {
  /** Of its name, after the generator's. */
  static final String SUFFIX = "-frames";

  static final String IMAGE = "image";
  static final String INDEX = "index";
  static final String DUE = "due";
  static final String DROPPED = "dropped";

  private static final String SEED = "seed";
  private static final String LABEL = "label";
  private static final String FPS = "fps";
  private static final String COUNT = "frames";
  private static final String SPEED = "speed";

  private static final List<Long> ONE = List.of(1L);
  private static final double DEFAULT_FPS = 20;

  // The types that numbers have in most languages unless they are told otherwise.
  private static final List<TensorSpec> INPUTS =
      List.of(
          new TensorSpec(SEED, ElementType.INT64, ONE),
          new TensorSpec(LABEL, ElementType.INT64, ONE),
          new TensorSpec(FPS, ElementType.FP64, ONE),
          new TensorSpec(COUNT, ElementType.INT64, ONE),
          new TensorSpec(SPEED, ElementType.FP64, ONE));

  private FramesModel() {}

  static ServedModel of(String name, Models.Hold hold, GeneratorHandle frames) {
    ImageShape shape = frames.generator().shape();
    List<TensorSpec> outputs =
        List.of(
            new TensorSpec(IMAGE, ElementType.UINT8, dims(shape)),
            new TensorSpec(INDEX, ElementType.INT64, ONE),
            new TensorSpec(DUE, ElementType.INT64, ONE),
            new TensorSpec(DROPPED, ElementType.INT64, ONE));
    return new ServedModel(name, hold, INPUTS, INPUTS.size() - 1, outputs, frames);
  }

  private static List<Long> dims(ImageShape shape) {
    return List.of((long) shape.height(), (long) shape.width(), (long) shape.channels());
  }

  /**
   * What a request asks for.
   *
   * @param inputs checked against the model's
   * @param labels how many there are
   * @throws io.grpc.StatusRuntimeException when a value is past its limit
   */
  static Frames.Wanted wanted(Map<String, TensorValue> inputs, int labels) {
    double fps = number(inputs, FPS, DEFAULT_FPS);
    requireRange(FPS, fps, StreamPlan.MIN_FPS, StreamPlan.MAX_FPS);
    double speed = number(inputs, SPEED, fps);
    requireRange(SPEED, speed, 0, StreamPlan.MAX_SPEED);
    long count = integer(inputs, COUNT, 0);
    if (count < 0) {
      throw Refusals.invalid(
          "input 'frames' is " + count + ", but 0 (without an end) or more is expected");
    }
    long label = integer(inputs, LABEL, Origin.NO_LABEL);
    if (label < Origin.NO_LABEL || label >= labels) {
      throw Refusals.invalid(
          "input 'label' is "
              + label
              + (labels == 0
                  ? ", but the model has no labels; leave it out"
                  : ", but the model has " + labels + " labels, numbered from 0; -1 is none"));
    }
    return new Frames.Wanted(integer(inputs, SEED, 0), (int) label, fps, speed, count);
  }

  private static void requireRange(String input, double value, double least, double most) {
    if (!(value >= least && value <= most)) {
      throw Refusals.invalid(
          "input '" + input + "' is " + value + ", but " + least + " to " + most + " is expected");
    }
  }

  private static double number(Map<String, TensorValue> inputs, String name, double otherwise) {
    TensorValue value = inputs.get(name);
    return value == null ? otherwise : value.bytes().getDouble();
  }

  private static long integer(Map<String, TensorValue> inputs, String name, long otherwise) {
    TensorValue value = inputs.get(name);
    return value == null ? otherwise : value.bytes().getLong();
  }

  /** A tensor of one integer. */
  static TensorValue one(long value) {
    ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.nativeOrder());
    return TensorValue.of(ElementType.INT64, ONE, bytes.putLong(0, value));
  }
}
