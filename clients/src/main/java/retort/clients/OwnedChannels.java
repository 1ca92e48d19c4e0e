package retort.clients;

import io.grpc.ChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** Channels to replicas, shut down when they are not needed, all of them when this is closed. */
final class OwnedChannels implements Channels {
  /** A server is asked whether it is there when a stream is silent for so long; paused ones are. */
  private static final int STREAM_KEEP_ALIVE_SECONDS = 20;

  private final Replicas replicas;
  private final ChannelCredentials credentials;

  /** One for each address that was written, so they stay few. */
  private final Map<String, ManagedChannel> unary = new HashMap<>();

  private final Set<ManagedChannel> streams = new HashSet<>();
  private boolean closed;

  OwnedChannels(Replicas replicas, ChannelCredentials credentials) {
    this.replicas = replicas;
    this.credentials = credentials;
  }

  private NettyChannelBuilder builder(Replica replica) {
    NettyChannelBuilder builder =
        replica.pinned() == null
            ? NettyChannelBuilder.forTarget("dns:///" + replica.address(), credentials)
            : NettyChannelBuilder.forAddress(replica.pinned(), credentials)
                .overrideAuthority(replica.address());
    return builder.maxInboundMessageSize(MAX_ANSWER_BYTES);
  }

  @Override
  public String address() {
    return replicas.toString();
  }

  @Override
  public List<Replica> replicas() {
    return replicas.written();
  }

  @Override
  public List<Replica> streamReplicas() {
    return replicas.resolved();
  }

  @Override
  public synchronized ManagedChannel unary(Replica replica) {
    ManagedChannel channel =
        unary.computeIfAbsent(
            replica.address(),
            address ->
                builder(new Replica(address, null)).keepAliveTime(5, TimeUnit.MINUTES).build());
    // Its calls fail, and say why.
    return closed ? channel.shutdownNow() : channel;
  }

  @Override
  public synchronized ManagedChannel forStream(Replica replica, FrameSize frames) {
    ManagedChannel stream =
        builder(replica)
            .flowControlWindow(frames.windowBytes())
            .maxInboundMessageSize(frames.messageBytes())
            .keepAliveTime(STREAM_KEEP_ALIVE_SECONDS, TimeUnit.SECONDS)
            .build();
    if (closed) {
      return stream.shutdownNow();
    }
    streams.add(stream);
    return stream;
  }

  @Override
  public synchronized void release(ManagedChannel stream) {
    if (streams.remove(stream)) {
      stream.shutdownNow();
    }
  }

  /** How many streams hold a connection. */
  synchronized int streamCount() {
    return streams.size();
  }

  @Override
  public synchronized boolean closed() {
    return closed;
  }

  @Override
  public synchronized void close() {
    closed = true;
    unary.values().forEach(ManagedChannel::shutdownNow);
    streams.forEach(ManagedChannel::shutdownNow);
    streams.clear();
  }
}
