package retort.server.grpc;

import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.List;
import retort.server.generator.Generator;
import retort.server.generator.GeneratorHandle;
import retort.server.generator.Network;
import retort.server.generator.Origin;
import retort.server.grpc.Admission.StreamPart;
import retort.server.image.Encoding;
import retort.server.image.ImageFormat;
import retort.server.schedule.FrameClock;
import retort.server.schedule.FrameSink;
import retort.server.schedule.FrameStream;
import retort.server.schedule.RefusedException;
import retort.server.schedule.RefusedException.Reason;
import retort.server.schedule.RenderQueue;
import retort.server.schedule.Replay;
import retort.server.schedule.StreamState;
import retort.server.schedule.Time;
import retort.server.schedule.UpdateLog;
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
  private final FrameStreams streams;
  private final Time time;
  private volatile boolean draining;

  RetortService(
      ModelTable models,
      RenderQueue queue,
      FrameClock clock,
      Admission admission,
      FrameStreams streams,
      Time time) {
    this.models = models;
    this.queue = queue;
    this.clock = clock;
    this.admission = admission;
    this.streams = streams;
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
      GeneratorHandle held = models.find(request.getModel());
      try {
        generate(request, held, (ServerCallStreamObserver<GenerateResponse>) observer);
      } catch (RuntimeException e) {
        held.close();
        throw e;
      }
    } catch (RuntimeException e) {
      observer.onError(Failures.status(e));
    }
  }

  private void generate(
      GenerateRequest request,
      GeneratorHandle held,
      ServerCallStreamObserver<GenerateResponse> answer) {
    Generator generator = held.generator();
    ImageFormat format = Requests.format(request, generator);
    List<Origin> origins = Requests.origins(request, generator, format, queue.capacity());
    GenerateCall call = new GenerateCall(answer, generator, format, origins.size());
    int imageBytes = format.mostBytes(generator.shape());
    admission.answer(answer, origins.size(), imageBytes, () -> cancel(call), held::close);
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

  /** A stream that nobody steers. */
  @Override
  public void stream(StreamRequest request, StreamObserver<Frame> observer) {
    StreamObserver<SteerRequest> call = steer(observer);
    call.onNext(SteerRequest.newBuilder().setStart(request).build());
    call.onCompleted();
  }

  @Override
  public StreamObserver<SteerRequest> steer(StreamObserver<Frame> observer) {
    ServerCallStreamObserver<Frame> call = (ServerCallStreamObserver<Frame>) observer;
    try {
      requireAdmission();
      // What a call may be told of must be said now, before its first message.
      StreamPart part = admission.stream();
      GrpcFrameSink sink = new GrpcFrameSink(call);
      SteerCall steering = new SteerCall(call, request -> start(request, sink, part), part::frames);
      part.heldBy(call, steering::cancel);
      call.setOnReadyHandler(steering::wake);
      return steering;
    } catch (RuntimeException e) {
      return SteerCall.refused(call, e);
    }
  }

  /** Sets a stream going as a request says. */
  private FrameStream start(StreamRequest request, FrameSink sink, StreamPart part) {
    requireAdmission();
    GeneratorHandle held = models.find(request.getModel());
    part.holds(held::close);
    Generator generator = held.generator();
    StreamState beginning = beginning(request, generator);
    part.frames(beginning.plan().format(), generator.shape());
    FrameStream stream = streams.start(beginning, held, sink, part);
    if (draining) {
      stream.stop(drained());
    }
    return stream;
  }

  private static StreamState beginning(StreamRequest request, Generator generator) {
    return request.getResumeToken().isEmpty()
        ? StreamState.beginning(generator.digest(), Requests.plan(request, generator))
        : ResumeTokens.read(request, generator);
  }

  @Override
  public void replay(ReplayRequest request, StreamObserver<Frame> observer) {
    try {
      requireAdmission();
      GeneratorHandle held = models.find(request.getStart().getModel());
      try {
        replay(request, held, (ServerCallStreamObserver<Frame>) observer);
      } catch (RuntimeException e) {
        held.close();
        throw e;
      }
    } catch (RuntimeException e) {
      observer.onError(Failures.status(e));
    }
  }

  private void replay(
      ReplayRequest request, GeneratorHandle held, ServerCallStreamObserver<Frame> call) {
    Generator generator = held.generator();
    StreamState beginning = beginning(request.getStart(), generator);
    UpdateRequests.requireRange(request, beginning);
    UpdateLog log = UpdateRequests.log(request, beginning, generator);
    GrpcFrameSink sink = new GrpcFrameSink(call);
    Replay replay =
        new Replay(log, request.getFirstIndex(), request.getCount(), generator, queue, clock, sink);
    StreamPart part = admission.stream();
    try {
      part.frames(beginning.plan().format(), generator.shape());
      for (UpdateLog.Entry logged : log.entries()) {
        ImageFormat asked = logged.update().changed(ImageFormat.of(Encoding.RAW));
        part.frames(asked, generator.shape());
      }
    } catch (RefusedException e) {
      part.giveBack();
      throw e;
    }
    part.holds(held::close);
    part.heldBy(call, replay::cancel);
    call.setOnReadyHandler(replay::wake);
    clock.start(replay);
    if (draining) {
      replay.stop(drained());
    }
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
