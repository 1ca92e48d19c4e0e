package retort.server.grpc;

import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.List;
import retort.server.generator.Generator;
import retort.server.generator.Network;
import retort.server.generator.Origin;
import retort.server.schedule.Capacity;
import retort.server.schedule.FrameClock;
import retort.server.schedule.FrameStream;
import retort.server.schedule.RefusedException;
import retort.server.schedule.RefusedException.Reason;
import retort.server.schedule.RenderQueue;
import retort.server.schedule.StreamState;
import retort.server.schedule.Time;
import retort.v1.Frame;
import retort.v1.GenerateRequest;
import retort.v1.GenerateResponse;
import retort.v1.ListModelsRequest;
import retort.v1.ListModelsResponse;
import retort.v1.ReplayRequest;
import retort.v1.RetortGrpc;
import retort.v1.SteerRequest;
import retort.v1.StreamRequest;

/** The methods of {@code retort.v1.Retort}: check, put in the queue, return. */
final class RetortService extends RetortGrpc.RetortImplBase {
  private final ModelTable models;
  private final RenderQueue queue;
  private final FrameClock clock;
  private final Admission admission;
  private final Time time;
  private volatile boolean draining;

  RetortService(
      ModelTable models, RenderQueue queue, FrameClock clock, Admission admission, Time time) {
    this.models = models;
    this.queue = queue;
    this.clock = clock;
    this.admission = admission;
    this.time = time;
  }

  @Override
  public void listModels(ListModelsRequest request, StreamObserver<ListModelsResponse> observer) {
    observer.onNext(models.list());
    observer.onCompleted();
  }

  @Override
  public void generate(GenerateRequest request, StreamObserver<GenerateResponse> observer) {
    try {
      requireAdmission();
      Generator generator = models.find(request.getModel());
      List<Origin> origins = Requests.origins(request, generator, queue.capacity());
      ServerCallStreamObserver<GenerateResponse> answer =
          (ServerCallStreamObserver<GenerateResponse>) observer;
      GenerateCall call =
          new GenerateCall(
              answer, generator, Requests.encoding(request.getEncodingValue()), origins.size());
      admission.answer(answer, origins.size(), generator.shape().elements(), () -> cancel(call));
      if (!queue.offer(call.renders(origins, time.nanos()))) {
        requireAdmission();
        throw new RefusedException(
            Reason.BUSY,
            "the queue holds "
                + queue.capacity()
                + " images and has no room for "
                + origins.size()
                + " more; ask later, or for fewer",
            untilMade(generator));
      }
    } catch (RuntimeException e) {
      observer.onError(Failures.status(e));
    }
  }

  private void cancel(GenerateCall call) {
    call.cancel();
    queue.stopGone();
  }

  /** How long a full queue of a model's images takes. */
  private Duration untilMade(Network network) {
    double core = network.costs().perImage(Long.MAX_VALUE) * network.cores();
    return Duration.ofNanos(Math.round(core * queue.capacity() / queue.cores()));
  }

  @Override
  public void stream(StreamRequest request, StreamObserver<Frame> observer) {
    try {
      requireAdmission();
      Generator generator = models.find(request.getModel());
      StreamState state =
          request.getResumeToken().isEmpty()
              ? StreamState.beginning(generator.digest(), Requests.plan(request, generator))
              : ResumeTokens.read(request, generator);
      ServerCallStreamObserver<Frame> call = (ServerCallStreamObserver<Frame>) observer;
      GrpcFrameSink sink = new GrpcFrameSink(call, generator.shape());
      long now = time.nanos();
      Capacity.Place place = admission.place(generator, state.plan().fps(), now);
      FrameStream stream = new FrameStream(state, generator, queue, clock, sink, place.due() - now);
      admission.stream(call, place, stream::cancel);
      call.setOnReadyHandler(stream::wake);
      clock.start(stream);
      if (draining) {
        stream.stop(drained());
      }
    } catch (RuntimeException e) {
      observer.onError(Failures.status(e));
    }
  }

  @Override
  public StreamObserver<SteerRequest> steer(StreamObserver<Frame> observer) {
    observer.onError(Failures.status(unsupported("Steer", "start another Stream to change one")));
    return new StreamObserver<>() {
      @Override
      public void onNext(SteerRequest request) {}

      @Override
      public void onError(Throwable failure) {}

      @Override
      public void onCompleted() {}
    };
  }

  @Override
  public void replay(ReplayRequest request, StreamObserver<Frame> observer) {
    observer.onError(
        Failures.status(
            unsupported("Replay", "Generate with a frame's origin makes its image again")));
  }

  private static RefusedException unsupported(String method, String instead) {
    return new RefusedException(
        Reason.UNSUPPORTED, "this server does not serve " + method + "; " + instead);
  }

  /** Refuses what comes from now on, and ends the streams, each after the frame in the works. */
  void drain() {
    draining = true;
    clock.stopAll(drained());
  }

  private void requireAdmission() {
    if (draining) {
      throw drained();
    }
  }

  private static RefusedException drained() {
    return new RefusedException(
        Reason.UNAVAILABLE,
        "the server is draining; ask another, where the resume token of a stream's last frame is"
            + " good too");
  }
}
