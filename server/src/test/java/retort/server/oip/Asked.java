package retort.server.oip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import retort.inference.GRPCInferenceServiceGrpc;
import retort.inference.ModelInferRequest;
import retort.server.generator.GeneratorHandle;
import retort.server.schedule.FrameSink;
import retort.server.schedule.TensorRun;
import retort.server.schedule.TensorRuns;
import retort.server.schedule.Time;

/** The service over fakes: runs wait until the test makes them, frames come when it says so. */
final class Asked implements AutoCloseable {
  /** A stream that was started, and how it was used. */
  static final class Started implements Frames.Playing {
    final Frames.Wanted wanted;
    final FrameSink sink;
    volatile boolean closed;

    private Started(Frames.Wanted wanted, FrameSink sink) {
      this.wanted = wanted;
      this.sink = sink;
    }

    @Override
    public void wake() {}

    @Override
    public void close() {
      closed = true;
    }
  }

  final FakeModels models;
  final Queue<TensorRun> waiting = new ArrayDeque<>();
  final List<Started> streams = new ArrayList<>();
  final InferenceService service;
  final ManagedChannel channel;

  /** Whether runs are made as soon as they are asked for. */
  boolean atOnce = true;

  /** How often the runs that nobody waits for were ended. */
  int stops;

  /** Runs that may wait. */
  int room = 100;

  private final Server server;

  Asked(FakeModels models) {
    this.models = models;
    service =
        new InferenceService(
            models, new FakeRuns(), this::play, Time.ofMachine(), 1 << 20, "1.2.3");
    String name = InProcessServerBuilder.generateName();
    try {
      server =
          InProcessServerBuilder.forName(name)
              .directExecutor()
              .addService(service.definition())
              .build()
              .start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    channel = InProcessChannelBuilder.forName(name).directExecutor().build();
  }

  private final class FakeRuns implements TensorRuns {
    @Override
    public boolean offer(TensorRun run) {
      if (waiting.size() >= room) {
        return false;
      }
      if (atOnce) {
        make(run);
      } else {
        waiting.add(run);
      }
      return true;
    }

    @Override
    public void stopGone() {
      stops++;
    }
  }

  /** As the threads of a server do; whether the client still wanted it. */
  static boolean make(TensorRun run) {
    if (!run.client().begins()) {
      return false;
    }
    try {
      run.client().ran(run.model().run(run.inputs(), run.wanted()), 1, 1);
    } catch (RuntimeException e) {
      run.client().failed(e);
    }
    return true;
  }

  private Frames.Playing play(GeneratorHandle handle, Frames.Wanted wanted, FrameSink sink) {
    Started started = new Started(wanted, sink);
    streams.add(started);
    return started;
  }

  /** Makes a run that waits, whichever comes at this place. */
  void make(int place) {
    make(new ArrayList<>(waiting).get(place));
  }

  GRPCInferenceServiceGrpc.GRPCInferenceServiceBlockingStub ask() {
    return GRPCInferenceServiceGrpc.newBlockingStub(channel);
  }

  GRPCInferenceServiceGrpc.GRPCInferenceServiceStub stub() {
    return GRPCInferenceServiceGrpc.newStub(channel);
  }

  /** A request with one input. */
  static ModelInferRequest.Builder request(
      String model, String input, String type, ByteString raw, Long... shape) {
    return ModelInferRequest.newBuilder()
        .setModelName(model)
        .addInputs(input(input, type, shape))
        .addRawInputContents(raw);
  }

  static ModelInferRequest.InferInputTensor.Builder input(String name, String type, Long... shape) {
    return ModelInferRequest.InferInputTensor.newBuilder()
        .setName(name)
        .setDatatype(type)
        .addAllShape(Arrays.asList(shape));
  }

  /** Numbers as they travel raw. */
  static ByteString floats(float... values) {
    ByteBuffer bytes =
        ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (float value : values) {
      bytes.putFloat(value);
    }
    return ByteString.copyFrom(bytes.flip());
  }

  /** One integer as it travels raw. */
  static ByteString integer(long value) {
    return ByteString.copyFrom(
        ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(0, value));
  }

  /** Checks how a call fails. */
  static void fails(Status.Code code, String message, ThrowingCallable call) {
    Status status = Status.fromThrowable(catchThrowable(call));
    assertThat(status.getDescription()).contains(message);
    assertThat(status.getCode()).isEqualTo(code);
  }

  @Override
  public void close() {
    channel.shutdownNow();
    server.shutdownNow();
    service.close();
  }
}
