package retort.server.grpc;

import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.SortedMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import retort.denoiser.MetadataKeys;
import retort.server.TinyGenerator;
import retort.server.generator.Network;
import retort.server.repository.ModelRepository;
import retort.v1.Encoding;
import retort.v1.Frame;
import retort.v1.GenerateRequest;
import retort.v1.ListModelsRequest;
import retort.v1.Model;
import retort.v1.Origin;
import retort.v1.SlowClient;
import retort.v1.StreamRequest;

/** A server of a folder with one model, of which versions come and go. */
abstract class ServedFolder {
  @TempDir Path folder = Path.of("");
  ModelRepository models;
  Served served;

  @BeforeEach
  void serve() {
    write(TinyGenerator.USUAL, 1);
    models = Served.repository(folder, 1);
    served = Served.inProcess(models, new RetortServer.Size(2, 256, 256));
  }

  @AfterEach
  void close() {
    served.close();
  }

  /** Versions differ by a word in their metadata, and so in their digest. */
  Path write(TinyGenerator generator, long version) {
    SortedMap<String, String> metadata = generator.card(0).metadata();
    metadata.put(MetadataKeys.LICENCE, "of version " + version);
    return generator.write(file(version), metadata);
  }

  Path file(long version) {
    try {
      Path file = folder.resolve("tiny").resolve(version + "").resolve("model.onnx");
      Files.createDirectories(file.getParent());
      return file;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  String digest() {
    return models
        .model("tiny")
        .flatMap(retort.server.repository.Model::network)
        .map(Network::digest)
        .orElse("");
  }

  Iterator<Frame> stream() {
    return served.ask().stream(
        StreamRequest.newBuilder()
            .setFps(200)
            .setEncoding(Encoding.ENCODING_RAW)
            .setSlowClient(SlowClient.SLOW_CLIENT_BLOCK)
            .build());
  }

  GenerateRequest image() {
    return GenerateRequest.newBuilder()
        .setModel("tiny")
        .addOrigins(Origin.newBuilder().setSeed(3).setLabel(1))
        .build();
  }

  Model listed() {
    return served.ask().listModels(ListModelsRequest.getDefaultInstance()).getModels(0);
  }

  ServingStatus health() {
    return HealthGrpc.newBlockingStub(served.channel)
        .check(HealthCheckRequest.newBuilder().setService("tiny").build())
        .getStatus();
  }
}
