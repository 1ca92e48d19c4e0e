package retort.server.grpc;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;
import retort.internal.SavedOrigin;
import retort.internal.SavedStream;
import retort.internal.SavedTransition;
import retort.server.generator.Generator;
import retort.server.generator.Origin;
import retort.server.image.ImageFormat;
import retort.server.schedule.StreamPlan;
import retort.server.schedule.StreamState;
import retort.server.schedule.Transition;

/** What {@link ResumeTokens} hold: the state of a stream, field by field. */
final class SavedStreams {
  private SavedStreams() {}

  static SavedStream write(StreamState state) {
    StreamPlan plan = state.plan();
    SavedStream.Builder stream =
        SavedStream.newBuilder()
            .setModelDigest(ByteString.copyFrom(HexFormat.of().parseHex(state.digest())))
            .setSeed(plan.seed())
            .setLabels(packed(plan.labels()))
            .setSpeed(plan.speed())
            .setFps(plan.fps())
            .setFrameCount(plan.frames())
            .setEncoding(Messages.encoding(plan.format().encoding()).getNumber())
            .setWidth(plan.format().width())
            .setHeight(plan.format().height())
            .setQuality(plan.format().quality())
            .setWaits(plan.waits())
            .setBaseIndex(state.base().index())
            .setBasePosition(state.base().position())
            .setNextIndex(state.next())
            .setDropped(state.dropped());
    if (plan.label() != Origin.NO_LABEL) {
      stream.setLabel(plan.label());
    }
    Transition transition = state.transition();
    if (transition != null && !transition.over(state.next())) {
      stream.setTransition(write(transition));
    }
    return stream.build();
  }

  private static SavedTransition.Builder write(Transition transition) {
    SavedTransition.Builder saved =
        SavedTransition.newBuilder().setIndex(transition.index()).setFrames(transition.frames());
    for (Origin layer : transition.from().layers()) {
      SavedOrigin.Builder origin =
          SavedOrigin.newBuilder()
              .setSeed(layer.seed())
              .setBlend(layer.blend())
              .setArrival(layer.arrival());
      if (layer.label() != Origin.NO_LABEL) {
        origin.setLabel(layer.label());
      }
      if (layer.nextLabel() != Origin.NO_LABEL) {
        origin.setNextLabel(layer.nextLabel());
      }
      saved.addFrom(origin);
    }
    return saved;
  }

  /** The state that was saved, but for its number of frames. */
  static StreamState read(SavedStream stream, String digest, long frames, Generator generator) {
    ImageFormat format =
        Requests.format(
            stream.getEncoding(),
            stream.getWidth(),
            stream.getHeight(),
            stream.getQuality(),
            generator);
    StreamPlan plan =
        new StreamPlan(
            stream.getSeed(),
            label(stream.hasLabel(), stream.getLabel(), generator),
            Requests.labels(unpacked(stream.getLabels()), generator),
            Requests.speed("speed", stream.getSpeed()),
            Requests.fps(stream.getFps()),
            frames,
            format,
            stream.getWaits());
    return new StreamState(
        digest,
        plan,
        new StreamState.Base(stream.getBaseIndex(), stream.getBasePosition()),
        transition(stream, generator),
        stream.getNextIndex(),
        stream.getDropped());
  }

  private static @Nullable Transition transition(SavedStream stream, Generator generator) {
    if (!stream.hasTransition()) {
      return null;
    }
    SavedTransition saved = stream.getTransition();
    if (saved.getFromCount() < 1 || saved.getFromCount() > Origin.MAX_FROM) {
      throw new IllegalArgumentException("it moves away from " + saved.getFromCount() + " origins");
    }
    List<Origin> layers = new ArrayList<>();
    // Takes the place of the next layer until all are read.
    Origin nothing = Origin.of(0, Origin.NO_LABEL);
    for (SavedOrigin layer : saved.getFromList()) {
      layers.add(
          new Origin(
              layer.getSeed(),
              label(layer.hasLabel(), layer.getLabel(), generator),
              layer.getBlend(),
              label(layer.hasNextLabel(), layer.getNextLabel(), generator),
              nothing,
              layer.getArrival()));
    }
    return new Transition(Origin.of(layers), saved.getIndex(), saved.getFrames());
  }

  private static int label(boolean present, int label, Generator generator) {
    return present ? Requests.label("label", label, generator) : Origin.NO_LABEL;
  }

  private static ByteString packed(List<Integer> labels) {
    ByteBuffer packed = ByteBuffer.allocate(Short.BYTES * labels.size());
    labels.forEach(label -> packed.putShort(label.shortValue()));
    return ByteString.copyFrom(packed.flip());
  }

  private static List<Integer> unpacked(ByteString packed) {
    List<Integer> labels = new ArrayList<>();
    ByteBuffer bytes = packed.asReadOnlyByteBuffer();
    while (bytes.remaining() >= Short.BYTES) {
      labels.add(Short.toUnsignedInt(bytes.getShort()));
    }
    return labels;
  }
}
