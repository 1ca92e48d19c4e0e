package retort.clients;

import com.google.protobuf.ByteString;
import io.grpc.Grpc;
import io.grpc.InsecureServerCredentials;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import retort.v1.Encoding;
import retort.v1.Frame;
import retort.v1.GenerateRequest;
import retort.v1.GenerateResponse;
import retort.v1.GeneratedImage;
import retort.v1.Image;
import retort.v1.ListModelsRequest;
import retort.v1.ListModelsResponse;
import retort.v1.Model;
import retort.v1.Origin;
import retort.v1.RetortGrpc;
import retort.v1.SteerRequest;
import retort.v1.StreamRequest;
import retort.v1.StreamUpdate;

/**
 * A server whose images are flat: all values are {@code 20 * label + seed % 20}. A stream's clock
 * advances when a frame leaves, and when a test says that time passes. Frames are due at once.
 */
public final class FakeServer extends RetortGrpc.RetortImplBase implements AutoCloseable {
  public static final int SIDE = 4;

  private final List<Model> models = new CopyOnWriteArrayList<>();
  private final List<GenerateRequest> requests = new CopyOnWriteArrayList<>();
  private final List<StreamRequest> streams = new CopyOnWriteArrayList<>();
  private final BlockingQueue<StreamUpdate> updates = new LinkedBlockingQueue<>();
  private final BlockingQueue<Long> sent = new LinkedBlockingQueue<>();
  private final AtomicLong passed = new AtomicLong();
  private final CountDownLatch cancelled = new CountDownLatch(1);
  private volatile int room = 256;
  private volatile long failAt = Long.MAX_VALUE;
  private volatile long silentFrom = Long.MAX_VALUE;
  private volatile Status failure = Status.OK;
  private final AtomicReference<Status> once = new AtomicReference<>(Status.OK);
  private volatile UnaryOperator<Image> change = UnaryOperator.identity();
  private volatile int added;
  private final Server server;
  private final int port;

  private FakeServer(String name, int port) throws IOException {
    models.add(model("digits", "0", "1", "two"));
    server =
        (name.isEmpty()
                ? Grpc.newServerBuilderForPort(port, InsecureServerCredentials.create())
                : InProcessServerBuilder.forName(name).directExecutor())
            .addService(this)
            .build()
            .start();
    this.port = server.getPort();
  }

  /** In this process, all in the caller's thread. */
  public static FakeServer inProcess(String name) throws IOException {
    return new FakeServer(name, 0);
  }

  /** On a free port of this machine. */
  public static FakeServer onPort() throws IOException {
    return onPort(0);
  }

  /** On a port that an earlier one had; 0 for a free one. */
  public static FakeServer onPort(int port) throws IOException {
    return new FakeServer("", port);
  }

  /** In a process of its own, which prints its address and serves until it is killed. */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    try (FakeServer fake = onPort()) {
      System.out.println(fake.address());
      fake.server.awaitTermination();
    }
  }

  public static Model model(String name, String... labels) {
    return Model.newBuilder()
        .setName(name)
        .setState(Model.State.STATE_READY)
        .setWidth(SIDE)
        .setHeight(SIDE)
        .setChannels(1)
        .setMaxBatch(8)
        .addAllLabelNames(List.of(labels))
        .build();
  }

  public String address() {
    return "127.0.0.1:" + port;
  }

  public FakeServer holding(Model... held) {
    models.clear();
    models.addAll(List.of(held));
    return this;
  }

  /** Refuses requests for more images than its queue holds. */
  public FakeServer withRoomFor(int images) {
    room = images;
    return this;
  }

  /** Ends each stream with a failure instead of this frame; 0 refuses requests for images too. */
  public FakeServer failingAt(long index, Status status) {
    failAt = index;
    failure = status;
    return this;
  }

  /** Fails the next request for images, and no later one. */
  public FakeServer failingOnce(Status status) {
    once.set(status);
    return this;
  }

  /** Sends no frame from this one on. */
  public FakeServer silentFrom(long index) {
    silentFrom = index;
    return this;
  }

  /** Sends other images in its frames. */
  public FakeServer sending(UnaryOperator<Image> changed) {
    change = changed;
    return this;
  }

  /** Answers with more images than were asked for, or with fewer. */
  public FakeServer withExtraImages(int extra) {
    added = extra;
    return this;
  }

  /** Time passes in which no client was ready. */
  public void pass(long periods) {
    passed.addAndGet(periods);
  }

  public List<GenerateRequest> requests() {
    return requests;
  }

  public List<StreamRequest> streams() {
    return streams;
  }

  /** Each update that came. */
  public BlockingQueue<StreamUpdate> updates() {
    return updates;
  }

  /** The index of each frame that left. */
  public BlockingQueue<Long> sent() {
    return sent;
  }

  public void awaitCancellation() throws InterruptedException {
    cancelled.await();
  }

  /** The value of every pixel. */
  public static int grey(Origin origin) {
    return 20 * origin.getLabel() + (int) (origin.getSeed() % 20);
  }

  private static Image image(Origin origin) {
    byte[] data = new byte[SIDE * SIDE];
    Arrays.fill(data, (byte) grey(origin));
    return Image.newBuilder()
        .setEncoding(Encoding.ENCODING_RAW)
        .setWidth(SIDE)
        .setHeight(SIDE)
        .setChannels(1)
        .setData(ByteString.copyFrom(data))
        .build();
  }

  @Override
  public void listModels(ListModelsRequest request, StreamObserver<ListModelsResponse> answer) {
    answer.onNext(ListModelsResponse.newBuilder().addAllModels(models).build());
    answer.onCompleted();
  }

  @Override
  public void generate(GenerateRequest request, StreamObserver<GenerateResponse> answer) {
    requests.add(request);
    Status refusal = once.getAndSet(Status.OK);
    if (!refusal.isOk()) {
      answer.onError(refusal.asRuntimeException());
      return;
    }
    if (failAt == 0) {
      if (!failure.isOk()) {
        answer.onError(failure.asRuntimeException());
      }
      return;
    }
    if (request.getOriginsCount() > room) {
      answer.onError(
          Status.RESOURCE_EXHAUSTED
              .withDescription(
                  "origins has %d but the queue holds %d"
                      .formatted(request.getOriginsCount(), room))
              .asRuntimeException());
      return;
    }
    List<GeneratedImage> images = new ArrayList<>();
    for (Origin origin : request.getOriginsList()) {
      images.add(GeneratedImage.newBuilder().setImage(image(origin)).build());
    }
    for (int i = 0; i < added; i++) {
      images.add(images.get(0));
    }
    images
        .subList(Math.min(images.size(), request.getOriginsCount() + added), images.size())
        .clear();
    answer.onNext(GenerateResponse.newBuilder().addAllImages(images).build());
    answer.onCompleted();
  }

  @Override
  public void stream(StreamRequest request, StreamObserver<Frame> answer) {
    new FakeStream(this, answer).begin(request);
  }

  @Override
  public StreamObserver<SteerRequest> steer(StreamObserver<Frame> answer) {
    return new FakeStream(this, answer);
  }

  void began(StreamRequest request) {
    streams.add(request);
  }

  void wasCancelled() {
    cancelled.countDown();
  }

  void left(Frame frame) {
    sent.add(frame.getIndex());
  }

  void updated(StreamUpdate update) {
    updates.add(update);
  }

  long periodsPassed() {
    return passed.get();
  }

  boolean silentAt(long index) {
    return index >= silentFrom;
  }

  /** What ends a stream at this frame; OK for nothing. */
  Status failureAt(long index) {
    return index >= failAt ? failure : Status.OK;
  }

  Image imageOf(Origin origin) {
    return change.apply(image(origin));
  }

  @Override
  public void close() {
    server.shutdownNow();
  }
}
