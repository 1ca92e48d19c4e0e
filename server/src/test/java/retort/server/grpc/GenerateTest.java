package retort.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.util.concurrent.ListenableFuture;
import io.grpc.Status;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.imageio.ImageIO;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import retort.file.FileDigest;
import retort.server.RecordingGenerator;
import retort.server.TinyGenerator;
import retort.v1.Encoding;
import retort.v1.GenerateRequest;
import retort.v1.GenerateResponse;
import retort.v1.GeneratedImage;
import retort.v1.Image;
import retort.v1.ListModelsRequest;
import retort.v1.Model;
import retort.v1.ModelVersion;
import retort.v1.Origin;
import retort.v1.RetortGrpc;

class GenerateTest {
  @TempDir private Path folder;

  private static GenerateRequest raw(Origin... origins) {
    return GenerateRequest.newBuilder()
        .addAllOrigins(List.of(origins))
        .setEncoding(Encoding.ENCODING_RAW)
        .build();
  }

  private static Origin seed(long seed) {
    return Origin.newBuilder().setSeed(seed).build();
  }

  @Test
  void imagesAreThoseOfTheirOriginsInTheirOrder() {
    TinyGenerator.USUAL.write(folder.resolve("tiny.onnx"));
    try (Served served = Served.folder(folder, 4)) {
      Origin blended =
          Origin.newBuilder().setSeed(3).setLabel(1).setBlend(0.5).setNextLabel(2).build();
      Origin labelled = Origin.newBuilder().setSeed(-4).setLabel(2).build();

      GenerateResponse response = served.ask().generate(raw(seed(5), blended, labelled, seed(5)));

      assertThat(response.getModelDigest()).isEqualTo(FileDigest.of(folder.resolve("tiny.onnx")));
      assertThat(response.getImagesList())
          .extracting(image -> image.getImage().getData().toByteArray())
          .containsExactly(
              TinyGenerator.USUAL.pixels(5, -1),
              TinyGenerator.USUAL.pixels(3, 1, 0.5, 2),
              TinyGenerator.USUAL.pixels(-4, 2),
              TinyGenerator.USUAL.pixels(5, -1));
      for (GeneratedImage image : response.getImagesList()) {
        assertThat(image.getImage().getWidth()).isEqualTo(8);
        assertThat(image.getImage().getChannels()).isEqualTo(1);
        assertThat(image.getTimings().hasRun()).isTrue();
      }
    }
  }

  @Test
  void pngIsTheDefaultAndHoldsTheSamePixels() throws IOException {
    TinyGenerator.USUAL.write(folder.resolve("tiny.onnx"));
    try (Served served = Served.folder(folder, 1)) {
      GenerateResponse response =
          served.ask().generate(GenerateRequest.newBuilder().addOrigins(seed(5)).build());

      assertThat(response.getImages(0).getImage().getEncoding()).isEqualTo(Encoding.ENCODING_PNG);
      BufferedImage image = ImageIO.read(response.getImages(0).getImage().getData().newInput());
      byte[] expected = TinyGenerator.USUAL.pixels(5, -1);
      for (int i = 0; i < expected.length; i++) {
        assertThat((byte) image.getRaster().getSample(i % 8, i / 8, 0)).isEqualTo(expected[i]);
      }
    }
  }

  @Test
  void imagesComeInTheSizeAndEncodingAskedFor() throws IOException {
    TinyGenerator.USUAL.write(folder.resolve("tiny.onnx"));
    try (Served served = Served.folder(folder, 1)) {
      GenerateRequest request = raw(seed(5)).toBuilder().setWidth(4).setHeight(2).build();

      Image small = served.ask().generate(request).getImages(0).getImage();
      Image jpeg =
          served
              .ask()
              .generate(request.toBuilder().setEncoding(Encoding.ENCODING_JPEG).build())
              .getImages(0)
              .getImage();

      assertThat(small.getWidth()).isEqualTo(4);
      assertThat(small.getHeight()).isEqualTo(2);
      byte[] expected = TinyGenerator.USUAL.pixels(5, -1);
      for (int i = 0; i < 8; i++) {
        int sum = 4;
        for (int j = 0; j < 8; j++) {
          sum += expected[(i / 4 * 4 + j / 2) * 8 + i % 4 * 2 + j % 2] & 0xff;
        }
        assertThat(small.getData().byteAt(i) & 0xff).isEqualTo(sum / 8);
      }
      assertThat(jpeg.getEncoding()).isEqualTo(Encoding.ENCODING_JPEG);
      BufferedImage picture = ImageIO.read(jpeg.getData().newInput());
      assertThat(picture.getWidth()).isEqualTo(jpeg.getWidth()).isEqualTo(4);
      assertThat(picture.getHeight()).isEqualTo(jpeg.getHeight()).isEqualTo(2);
    }
  }

  @Test
  void modelsAreListedWithWhatTheirFilesSay() throws IOException {
    TinyGenerator.USUAL.write(folder.resolve("tiny.onnx"));
    Files.write(folder.resolve("broken.onnx"), new byte[] {1});
    try (Served served = Served.folder(folder, 4)) {
      List<Model> models =
          served.ask().listModels(ListModelsRequest.getDefaultInstance()).getModelsList();

      assertThat(models).extracting(Model::getName).containsExactly("broken", "tiny");
      assertThat(models.get(0).getState()).isEqualTo(Model.State.STATE_FAILED);
      assertThat(models.get(0).getMessage()).contains("ONNX Runtime refuses it");
      String digest = FileDigest.of(folder.resolve("tiny.onnx"));
      assertThat(models.get(1))
          .isEqualTo(
              Model.newBuilder()
                  .setName("tiny")
                  .setState(Model.State.STATE_READY)
                  .setDigest(digest)
                  .setWidth(8)
                  .setHeight(8)
                  .setChannels(1)
                  .addAllLabelNames(TinyGenerator.USUAL.labelNames())
                  .setMethod("sid")
                  .setMaxBatch(4)
                  .setVersion(1)
                  .setKind(Model.Kind.KIND_GENERATOR)
                  .addVersions(
                      ModelVersion.newBuilder()
                          .setVersion(1)
                          .setState(Model.State.STATE_READY)
                          .setDigest(digest))
                  .build());
    }
  }

  @Test
  void cancelledRequestNeverReachesTheSession() throws Exception {
    RecordingGenerator generator = RecordingGenerator.shut(1);
    try (Served served = Served.one(generator, 2)) {
      RetortGrpc.RetortFutureStub stub = RetortGrpc.newFutureStub(served.channel);
      ListenableFuture<GenerateResponse> first = stub.generate(raw(seed(1)));
      assertThat(generator.nextRun()).containsExactly(1L);
      ListenableFuture<GenerateResponse> cancelled = stub.generate(raw(seed(2), seed(3)));
      // Full: whatever comes is refused until the places are given up.
      Served.fails(
          Status.Code.RESOURCE_EXHAUSTED, () -> served.ask().generate(raw(seed(4))), "holds 2");

      cancelled.cancel(true);
      ListenableFuture<GenerateResponse> last = offered(stub, raw(seed(5), seed(6)));
      generator.open();

      assertThat(first.get(10, TimeUnit.SECONDS).getImagesCount()).isEqualTo(1);
      assertThat(last.get(10, TimeUnit.SECONDS).getImagesCount()).isEqualTo(2);
      assertThat(generator.seeds()).containsExactly(5L, 6L);
    }
  }

  /** Asks until there is room: a cancellation takes a moment to arrive. */
  private static ListenableFuture<GenerateResponse> offered(
      RetortGrpc.RetortFutureStub stub, GenerateRequest request) throws Exception {
    for (int i = 0; i < 10_000; i++) {
      ListenableFuture<GenerateResponse> answer = stub.generate(request);
      try {
        answer.get(20, TimeUnit.MILLISECONDS);
        return answer;
      } catch (TimeoutException e) {
        return answer;
      } catch (ExecutionException e) {
        assertThat(Status.fromThrowable(e).getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
      }
    }
    throw new AssertionError("the places were never given up");
  }

  @Test
  void requestPastItsDeadlineNeverReachesTheSession() throws Exception {
    RecordingGenerator generator = RecordingGenerator.shut(1);
    try (Served served = Served.one(generator, 8)) {
      RetortGrpc.RetortFutureStub stub = RetortGrpc.newFutureStub(served.channel);
      ListenableFuture<GenerateResponse> first = stub.generate(raw(seed(1)));
      assertThat(generator.nextRun()).containsExactly(1L);

      Served.fails(
          Status.Code.DEADLINE_EXCEEDED,
          () -> served.ask().withDeadlineAfter(30, TimeUnit.MILLISECONDS).generate(raw(seed(2))),
          "eadline");
      ListenableFuture<GenerateResponse> last = stub.generate(raw(seed(3)));
      generator.open();

      assertThat(last.get(10, TimeUnit.SECONDS).getImagesCount()).isEqualTo(1);
      assertThat(first.get(10, TimeUnit.SECONDS).getImagesCount()).isEqualTo(1);
      assertThat(generator.seeds()).containsExactly(3L);
    }
  }

  @Test
  void callIsAnsweredWholeOrNotAtAll() {
    RecordingGenerator generator = RecordingGenerator.shut(1);
    generator.open();
    try (Served served = Served.one(generator, 8)) {
      Served.fails(
          Status.Code.INTERNAL,
          () -> served.ask().generate(raw(seed(1), seed(RecordingGenerator.BROKEN_SEED), seed(2))),
          "its log says why");

      assertThat(served.ask().generate(raw(seed(4))).getImagesCount()).isEqualTo(1);
    }
  }

  @Test
  void repeatedCallsGiveTheSameBytes() {
    new TinyGenerator(3, 3, false).write(folder.resolve("tiny.onnx"));
    try (Served alone = Served.folder(folder, 1);
        Served batched = Served.folder(folder, 8)) {
      GenerateRequest request = raw(seed(1), seed(2), seed(3), seed(4), seed(5), seed(6), seed(7));

      List<byte[]> images = bytes(alone.ask().generate(request));

      Assertions.assertThat(bytes(batched.ask().generate(request)))
          .containsExactlyElementsOf(images);
      Assertions.assertThat(bytes(alone.ask().generate(request))).containsExactlyElementsOf(images);
    }
  }

  private static List<byte[]> bytes(GenerateResponse response) {
    return response.getImagesList().stream()
        .map(image -> image.getImage().getData().toByteArray())
        .toList();
  }
}
