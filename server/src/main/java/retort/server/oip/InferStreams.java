package retort.server.oip;

import io.grpc.stub.ServerCallStreamObserver;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import retort.inference.ModelInferRequest;
import retort.inference.ModelStreamInferResponse;
import retort.server.generator.GeneratorHandle;
import retort.server.tensor.TensorValue;

/** The calls of {@code ModelStreamInfer} that are open, and what they are answered from. */
final class InferStreams {
  private final ModelDirectory directory;
  private final Inference inference;
  private final Frames frames;
  private final Tallies tallies;
  private final Set<InferStream> open = ConcurrentHashMap.newKeySet();
  private volatile boolean draining;

  InferStreams(ModelDirectory directory, Inference inference, Frames frames, Tallies tallies) {
    this.directory = directory;
    this.inference = inference;
    this.frames = frames;
    this.tallies = tallies;
  }

  /** A call that begins; see {@link InferStream}. */
  InferStream open(ServerCallStreamObserver<ModelStreamInferResponse> call, boolean endsByError) {
    InferStream stream = new InferStream(call, this, endsByError);
    open.add(stream);
    if (draining) {
      stream.drain();
    }
    return stream;
  }

  void closed(InferStream stream) {
    open.remove(stream);
  }

  /** Refuses what comes from now on, and ends each call once what it accepted is answered. */
  void drain() {
    draining = true;
    open.forEach(InferStream::drain);
  }

  boolean draining() {
    return draining;
  }

  void requireServing() {
    if (draining) {
      throw Refusals.draining();
    }
  }

  /** The model of a request; the caller closes it. */
  ServedModel find(ModelInferRequest request) {
    return directory.find(request.getModelName(), request.getModelVersion());
  }

  /** As {@link Inference#start}. */
  Inference.Run start(ModelInferRequest request, ServedModel model, Inference.Client client) {
    return inference.start(request, model, client);
  }

  /** What a request for frames asks for, checked. */
  FrameAnswers frames(ModelInferRequest request, ServedModel model, InferStream stream) {
    RequestParameters parameters = RequestParameters.of(request);
    WantedOutputs wanted = new WantedOutputs(request, model);
    Map<String, TensorValue> inputs = InputTensors.of(request, model);
    Frames.Wanted what = FramesModel.wanted(inputs, makes(model).generator().labelNames().size());
    return new FrameAnswers(
        stream, request, model, wanted, what, parameters.emptyFinal(), tallies.of(model));
  }

  private static GeneratorHandle makes(ServedModel model) {
    return model.hold().frames().orElseThrow();
  }

  /** Starts frames. */
  void play(ServedModel model, FrameAnswers answers) {
    answers.from(frames.play(makes(model), answers.what(), answers));
    if (draining) {
      answers.fail(Refusals.draining());
    }
  }
}
