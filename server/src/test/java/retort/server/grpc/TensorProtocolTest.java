package retort.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.grpc.CallOptions;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import retort.denoiser.ImageShape;
import retort.inference.GRPCInferenceServiceGrpc;
import retort.inference.ModelInferRequest;
import retort.inference.ModelInferResponse;
import retort.inference.ModelStreamInferResponse;
import retort.noise.GaussianNoise;
import retort.server.RecordingGenerator;
import retort.server.TinyGenerator;
import retort.v1.Encoding;
import retort.v1.Frame;
import retort.v1.GenerateRequest;
import retort.v1.Origin;
import retort.v1.StreamRequest;
import retort.v1.Walk;

/** The Open Inference Protocol beside ours, on the same models. */
class TensorProtocolTest {
  @TempDir private Path folder;

  private static ModelInferRequest.InferInputTensor input(String name, String type, long... shape) {
    ModelInferRequest.InferInputTensor.Builder input =
        ModelInferRequest.InferInputTensor.newBuilder().setName(name).setDatatype(type);
    for (long dim : shape) {
      input.addShape(dim);
    }
    return input.build();
  }

  private static ByteString floats(float... values) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    return ByteString.copyFrom(bytes);
  }

  private static ByteString bits(long value) {
    return ByteString.copyFrom(
        ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(0, value));
  }

  @Test
  void rowsOfARequestAreTheImagesOfTheirSeeds() {
    TinyGenerator.USUAL.write(folder.resolve("tiny.onnx"));
    try (Served served = Served.folder(folder, 1)) {
      ByteString noise = ByteString.EMPTY;
      ByteString images = ByteString.EMPTY;
      for (long seed = 7; seed < 10; seed++) {
        noise = noise.concat(floats(new GaussianNoise(seed, 0).elements(64)));
        images =
            images.concat(
                served
                    .ask()
                    .generate(
                        GenerateRequest.newBuilder()
                            .addOrigins(Origin.newBuilder().setSeed(seed).setLabel(2))
                            .setEncoding(Encoding.ENCODING_RAW)
                            .build())
                    .getImages(0)
                    .getImage()
                    .getData());
      }

      ModelInferResponse answer =
          GRPCInferenceServiceGrpc.newBlockingStub(served.channel)
              .modelInfer(
                  ModelInferRequest.newBuilder()
                      .setModelName("tiny")
                      .addInputs(input("noise", "FP32", 3, 1, 8, 8))
                      .addInputs(input("label", "FP32", 3, 3))
                      .addRawInputContents(noise)
                      .addRawInputContents(floats(0, 0, 1, 0, 0, 1, 0, 0, 1))
                      .build());

      assertThat(answer.getOutputs(0).getShapeList()).containsExactly(3L, 8L, 8L, 1L);
      assertThat(answer.getRawOutputContents(0)).isEqualTo(images);
    }
  }

  @Test
  void noiseAndLabelsAsTensorsMakeTheImageOfTheirSeed() {
    TinyGenerator.USUAL.write(folder.resolve("tiny.onnx"));
    try (Served served = Served.folder(folder, 1)) {
      ModelInferResponse answer =
          GRPCInferenceServiceGrpc.newBlockingStub(served.channel)
              .modelInfer(
                  ModelInferRequest.newBuilder()
                      .setModelName("tiny")
                      .addInputs(input("noise", "FP32", 1, 1, 8, 8))
                      .addInputs(input("label", "FP32", 1, 3))
                      .addRawInputContents(floats(new GaussianNoise(7, 0).elements(64)))
                      .addRawInputContents(floats(0, 0, 1))
                      .build());

      assertThat(answer.getOutputs(0).getShapeList()).containsExactly(1L, 8L, 8L, 1L);
      assertThat(answer.getRawOutputContents(0))
          .isEqualTo(
              served
                  .ask()
                  .generate(
                      GenerateRequest.newBuilder()
                          .addOrigins(Origin.newBuilder().setSeed(7).setLabel(2))
                          .setEncoding(Encoding.ENCODING_RAW)
                          .build())
                  .getImages(0)
                  .getImage()
                  .getData());
    }
  }

  @Test
  void framesAreThoseOfOurStream() throws Exception {
    TinyGenerator.USUAL.write(folder.resolve("tiny.onnx"));
    try (Served served = Served.folder(folder, 1)) {
      CompletableFuture<List<ModelStreamInferResponse>> answers = new CompletableFuture<>();
      StreamObserver<ModelInferRequest> call =
          GRPCInferenceServiceGrpc.newStub(served.channel).modelStreamInfer(gather(answers));
      call.onNext(
          ModelInferRequest.newBuilder()
              .setModelName("tiny-frames")
              .addInputs(input("seed", "INT64", 1))
              .addInputs(input("label", "INT64", 1))
              .addInputs(input("fps", "FP64", 1))
              .addInputs(input("frames", "INT64", 1))
              .addInputs(input("speed", "FP64", 1))
              .addRawInputContents(bits(7))
              .addRawInputContents(bits(2))
              .addRawInputContents(bits(Double.doubleToLongBits(100)))
              .addRawInputContents(bits(6))
              .addRawInputContents(bits(Double.doubleToLongBits(25)))
              .build());
      call.onCompleted();

      Iterator<Frame> frames =
          served.ask().stream(
              StreamRequest.newBuilder()
                  .setStart(Origin.newBuilder().setSeed(7).setLabel(2))
                  .setFps(100)
                  .setFrameCount(6)
                  .setWalk(Walk.newBuilder().setSpeed(25))
                  .setEncoding(Encoding.ENCODING_RAW)
                  .setSlowClient(retort.v1.SlowClient.SLOW_CLIENT_BLOCK)
                  .build());
      List<ByteString> ours = new ArrayList<>();
      frames.forEachRemaining(frame -> ours.add(frame.getImage().getData()));
      List<ModelStreamInferResponse> theirs = answers.get(10, TimeUnit.SECONDS);
      assertThat(theirs).isNotEmpty();
      assertThat(theirs)
          .allSatisfy(
              one -> {
                ModelInferResponse frame = one.getInferResponse();
                long index =
                    frame
                        .getRawOutputContents(1)
                        .asReadOnlyByteBuffer()
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .getLong();
                assertThat(frame.getRawOutputContents(0)).isEqualTo(ours.get((int) index));
              });
    }
  }

  private static StreamObserver<ModelStreamInferResponse> gather(
      CompletableFuture<List<ModelStreamInferResponse>> answers) {
    List<ModelStreamInferResponse> gathered = new ArrayList<>();
    return new StreamObserver<>() {
      @Override
      public void onNext(ModelStreamInferResponse message) {
        gathered.add(message);
      }

      @Override
      public void onError(Throwable failure) {
        answers.completeExceptionally(failure);
      }

      @Override
      public void onCompleted() {
        answers.complete(gathered);
      }
    };
  }

  /** A method to which any bytes can be sent. */
  private static <A> MethodDescriptor<byte[], A> unchecked(MethodDescriptor<?, A> method) {
    return method.toBuilder(
            new MethodDescriptor.Marshaller<byte[]>() {
              @Override
              public InputStream stream(byte[] bytes) {
                return new ByteArrayInputStream(bytes);
              }

              @Override
              public byte[] parse(InputStream stream) {
                try {
                  return stream.readAllBytes();
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              }
            },
            method.getResponseMarshaller())
        .build();
  }

  @Test
  void whatIsNoMessageIsTheClientsMistake() {
    byte[] torn = {0x2a, 0x7f, 1};
    try (Served served =
        Served.overTheLoopback(RecordingGenerator.open(new ImageShape(1, 2, 2)), 8)) {
      for (MethodDescriptor<?, ?> method :
          List.of(
              GRPCInferenceServiceGrpc.getModelInferMethod(),
              retort.v1.RetortGrpc.getGenerateMethod())) {
        Served.fails(
            Status.Code.INVALID_ARGUMENT,
            () ->
                ClientCalls.blockingUnaryCall(
                    served.channel, unchecked(method), CallOptions.DEFAULT, torn),
            "cannot be read");
      }
    }
  }

  @Test
  void tensorsMayBeLargerThanOtherRequests() {
    try (Served served =
        Served.overTheLoopback(RecordingGenerator.open(new ImageShape(1, 2, 2)), 8)) {
      Served.fails(
          Status.Code.NOT_FOUND,
          () ->
              GRPCInferenceServiceGrpc.newBlockingStub(served.channel)
                  .modelInfer(
                      ModelInferRequest.newBuilder()
                          .setModelName("none")
                          .addRawInputContents(
                              ByteString.copyFrom(new byte[2 * RetortServer.MAX_REQUEST_BYTES]))
                          .build()),
          "unknown model: 'none'");
    }
  }
}
