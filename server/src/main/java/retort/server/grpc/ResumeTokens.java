package retort.server.grpc;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import java.util.HexFormat;
import java.util.zip.CRC32;
import retort.internal.ResumeToken;
import retort.internal.SavedStream;
import retort.server.generator.Generator;
import retort.server.schedule.RefusedException;
import retort.server.schedule.StreamState;
import retort.v1.StreamRequest;

/** The state of a stream as bytes that a client can bring back, to this server or to another. */
final class ResumeTokens {
  private static final int VERSION = 2;
  private static final int MAX_BYTES = 1024;

  /** Beyond it a float64 no longer tells one keyframe from the next. */
  private static final double MAX_POSITION = 1L << 53;

  private ResumeTokens() {}

  /** The token of a state: at most 1 KiB. */
  static ByteString write(StreamState state) {
    return sealed(SavedStreams.write(state).toByteString());
  }

  /** The token of a {@link SavedStream}'s bytes. */
  static ByteString sealed(ByteString bytes) {
    return ResumeToken.newBuilder()
        .setVersion(VERSION)
        .setStream(bytes)
        .setChecksum(checksum(bytes))
        .build()
        .toByteString();
  }

  private static int checksum(ByteString bytes) {
    CRC32 checksum = new CRC32();
    checksum.update(bytes.asReadOnlyByteBuffer());
    return (int) checksum.getValue();
  }

  /**
   * The state that a request goes on from.
   *
   * @param generator the one that the request names
   * @throws RefusedException when the token is damaged or of another model, or the request says
   *     again what the token says
   */
  static StreamState read(StreamRequest request, Generator generator) {
    if (request.hasStart()
        || request.getFps() != 0
        || request.getEncodingValue() != 0
        || request.hasWalk()
        || request.getSlowClientValue() != 0
        || request.getWidth() != 0
        || request.getHeight() != 0
        || request.getQuality() != 0) {
      throw Failures.invalid(
          "resume_token is present, so start, fps, encoding, width, height, quality, walk and"
              + " slow_client must be absent: they are as in the first stream");
    }
    SavedStream stream = parse(request.getResumeToken());
    String digest = HexFormat.of().formatHex(stream.getModelDigest().toByteArray());
    if (!digest.equals(generator.digest())) {
      throw Failures.invalid(
          "resume_token is of the model with digest "
              + digest
              + ", but the model asked for has digest "
              + generator.digest()
              + "; name the model it came from, or begin a new stream");
    }
    long frames = request.getFrameCount() == 0 ? stream.getFrameCount() : request.getFrameCount();
    StreamState state;
    try {
      state = SavedStreams.read(stream, digest, frames, generator);
    } catch (IllegalArgumentException | RefusedException e) {
      throw damaged(String.valueOf(e.getMessage()));
    }
    double position = state.position(state.next());
    if (position > MAX_POSITION) {
      throw damaged("its position is " + position);
    }
    return state;
  }

  private static SavedStream parse(ByteString token) {
    if (token.size() > MAX_BYTES) {
      throw Failures.invalid(
          "resume_token has "
              + token.size()
              + " bytes, but at most "
              + MAX_BYTES
              + " are expected");
    }
    try {
      ResumeToken parsed = ResumeToken.parseFrom(token);
      if (parsed.getVersion() != VERSION && parsed.getVersion() != 0) {
        throw Failures.invalid(
            "resume_token is of version "
                + Integer.toUnsignedString(parsed.getVersion())
                + ", but this server knows version "
                + VERSION
                + " only; ask a server like the one it came from, or begin a new stream");
      }
      if (parsed.getVersion() != VERSION || parsed.getChecksum() != checksum(parsed.getStream())) {
        throw damaged("its checksum is wrong");
      }
      SavedStream stream = SavedStream.parseFrom(parsed.getStream());
      if (stream.getNextIndex() < 0 || stream.getNextIndex() > Requests.MAX_INDEX) {
        throw damaged("its index is " + Long.toUnsignedString(stream.getNextIndex()));
      }
      return stream;
    } catch (InvalidProtocolBufferException e) {
      throw damaged("it is no token");
    }
  }

  private static RefusedException damaged(String how) {
    return Failures.invalid(
        "resume_token is damaged ("
            + how
            + "); pass it as it came in a frame, or begin a new stream");
  }
}
