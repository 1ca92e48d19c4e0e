package retort.server.grpc;

import com.google.protobuf.Duration;
import retort.denoiser.ImageShape;
import retort.server.generator.Origin;
import retort.server.image.Encoding;
import retort.server.image.ImageFormat;
import retort.server.schedule.Acknowledgement;
import retort.server.schedule.RejectedUpdate;
import retort.server.schedule.Rendered;
import retort.server.schedule.StreamFrame;
import retort.v1.Frame;
import retort.v1.GeneratedImage;
import retort.v1.Image;
import retort.v1.Timings;

/** What was made, in the messages of the protocol. */
final class Messages {
  private static final long NANOS_PER_SECOND = 1_000_000_000;

  private Messages() {}

  static retort.v1.Encoding encoding(Encoding encoding) {
    return switch (encoding) {
      case PNG -> retort.v1.Encoding.ENCODING_PNG;
      case RAW -> retort.v1.Encoding.ENCODING_RAW;
      case JPEG -> retort.v1.Encoding.ENCODING_JPEG;
      case WEBP -> retort.v1.Encoding.ENCODING_WEBP;
    };
  }

  /**
   * One image of an answer.
   *
   * @param made the shape it was made in
   */
  static GeneratedImage generated(Rendered image, ImageShape made, ImageFormat format) {
    return GeneratedImage.newBuilder()
        .setImage(image(image, format.carried(made), format.encoding()))
        .setTimings(timings(image))
        .build();
  }

  /** A frame; the digest is left to the sink, which knows whether it was told. */
  static Frame.Builder frame(StreamFrame frame) {
    Acknowledgement told = frame.told();
    Encoding encoding = frame.after().plan().format().encoding();
    Frame.Builder message =
        Frame.newBuilder()
            .setIndex(frame.index())
            .setDue(duration(frame.dueNanos()))
            .setOrigin(origin(frame.origin()))
            .setImage(image(frame.image(), frame.shape(), encoding))
            .setTimings(timings(frame.image()))
            .setDropped(frame.after().dropped())
            .setPosition(frame.after().position(frame.index()))
            .setResumeToken(ResumeTokens.write(frame.after()))
            .setAppliedUpdate(told.applied())
            .addAllLateUpdates(told.late());
    for (RejectedUpdate rejected : told.rejected()) {
      message.addRejectedUpdates(
          retort.v1.RejectedUpdate.newBuilder()
              .setUpdateId(rejected.id())
              .setReason(rejected.reason()));
    }
    return message;
  }

  private static Image image(Rendered image, ImageShape shape, Encoding encoding) {
    return Image.newBuilder()
        .setEncoding(encoding(encoding))
        .setWidth(shape.width())
        .setHeight(shape.height())
        .setChannels(shape.channels())
        .setData(image.data())
        .build();
  }

  private static retort.v1.Origin origin(Origin origin) {
    retort.v1.Origin.Builder message =
        retort.v1.Origin.newBuilder().setSeed(origin.seed()).setBlend(origin.blend());
    if (origin.label() != Origin.NO_LABEL) {
      message.setLabel(origin.label());
    }
    if (origin.nextLabel() != origin.label()) {
      message.setNextLabel(origin.nextLabel());
    }
    Origin from = origin.from();
    if (from != null) {
      message.setFromOrigin(origin(from)).setArrival(origin.arrival());
    }
    return message.build();
  }

  private static Timings timings(Rendered image) {
    return Timings.newBuilder()
        .setQueue(duration(image.queueNanos()))
        .setRun(duration(image.runNanos()))
        .setEncode(duration(image.encodeNanos()))
        .build();
  }

  private static Duration duration(long nanos) {
    return Duration.newBuilder()
        .setSeconds(nanos / NANOS_PER_SECOND)
        .setNanos((int) (nanos % NANOS_PER_SECOND))
        .build();
  }
}
