package retort.server.oip;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status.Code;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import retort.denoiser.ImageShape;
import retort.inference.LogSettingsRequest;
import retort.inference.ModelConfig;
import retort.inference.ModelConfigRequest;
import retort.inference.ModelMetadataRequest;
import retort.inference.ModelMetadataResponse;
import retort.inference.ModelReadyRequest;
import retort.inference.RepositoryIndexRequest;
import retort.inference.RepositoryModelLoadRequest;
import retort.inference.RepositoryModelUnloadRequest;
import retort.inference.ServerMetadataRequest;
import retort.inference.ServerReadyRequest;
import retort.inference.SystemSharedMemoryRegisterRequest;
import retort.inference.SystemSharedMemoryStatusRequest;
import retort.inference.TraceSettingRequest;
import retort.server.RecordingGenerator;
import retort.server.tensor.ElementType;
import retort.server.tensor.TensorSpec;

class RepositoryTest {
  private final Asked asked =
      new Asked(
          new FakeModels()
              .with("rows", new TensorSpec("x", ElementType.STRING, List.of(-1L, 2L)))
              .with("maker", RecordingGenerator.open(new ImageShape(1, 2, 2))));

  @AfterEach
  void close() {
    asked.close();
  }

  private boolean ready(String model, String version) {
    return asked
        .ask()
        .modelReady(ModelReadyRequest.newBuilder().setName(model).setVersion(version).build())
        .getReady();
  }

  @Test
  void onlyModelsThatRunAreReady() {
    assertThat(ready("rows", "")).isTrue();
    assertThat(ready("rows", "1")).isTrue();
    assertThat(ready("rows", "2")).isFalse();
    assertThat(ready("maker-frames", "")).isTrue();
    assertThat(ready("rows-frames", "")).isFalse();
    assertThat(ready("broken", "")).isFalse();
    assertThat(ready("none", "")).isFalse();
    assertThat(asked.models.held).hasValue(0);
    asked.service.drain();
    assertThat(ready("rows", "")).isFalse();
    assertThat(asked.ask().serverReady(ServerReadyRequest.getDefaultInstance()).getReady())
        .isFalse();
  }

  @Test
  void metadataHasTheBatchInFrontAndTheConfigurationHasNot() {
    ModelMetadataResponse metadata =
        asked.ask().modelMetadata(ModelMetadataRequest.newBuilder().setName("rows").build());
    ModelConfig configuration =
        asked
            .ask()
            .modelConfig(ModelConfigRequest.newBuilder().setName("rows").build())
            .getConfig();

    assertThat(metadata.getVersionsList()).containsExactly("1");
    assertThat(metadata.getInputs(0).getDatatype()).isEqualTo("BYTES");
    assertThat(metadata.getInputs(0).getShapeList()).containsExactly(-1L, 2L);
    assertThat(configuration.getMaxBatchSize()).isEqualTo(1024);
    assertThat(configuration.getInput(0).getDimsList()).containsExactly(2L);
    assertThat(configuration.getInput(0).getDataType().name()).isEqualTo("TYPE_STRING");
    assertThat(configuration.getModelTransactionPolicy().getDecoupled()).isFalse();
  }

  @Test
  void framesAreConfiguredAsDecoupledWithAllButTheSeedOptional() {
    ModelConfig configuration =
        asked
            .ask()
            .modelConfig(ModelConfigRequest.newBuilder().setName("maker-frames").build())
            .getConfig();

    assertThat(configuration.getModelTransactionPolicy().getDecoupled()).isTrue();
    assertThat(configuration.getMaxBatchSize()).isZero();
    assertThat(configuration.getInputList())
        .allMatch(input -> input.getOptional() == !input.getName().equals("seed"));
    assertThat(configuration.getOutput(0).getDimsList()).containsExactly(2L, 2L, 1L);
  }

  @Test
  void theIndexListsWhatIsNotReadyToo() {
    assertThat(
            asked
                .ask()
                .repositoryIndex(RepositoryIndexRequest.getDefaultInstance())
                .getModelsList())
        .extracting(model -> model.getName() + " " + model.getState() + " " + model.getReason())
        .containsExactly(
            "maker READY ",
            "maker-frames READY ",
            "rows READY ",
            "broken UNAVAILABLE its file is torn");
    assertThat(
            asked
                .ask()
                .repositoryIndex(RepositoryIndexRequest.newBuilder().setReady(true).build())
                .getModelsCount())
        .isEqualTo(3);
  }

  @Test
  void clientsOfKserveAndOfTritonLoadAndUnload() {
    asked.ask().repositoryModelLoad(load("", "rows"));
    boolean loaded = asked.ask().repositoryModelLoad(load("rows", "")).getIsLoaded();
    asked
        .ask()
        .repositoryModelUnload(
            RepositoryModelUnloadRequest.newBuilder().setRepositoryName("rows").build());

    assertThat(loaded).isTrue();
    assertThat(asked.models.changes).containsExactly("+rows", "+rows", "-rows");
    Asked.fails(
        Code.NOT_FOUND,
        "failed to load 'none'",
        () -> asked.ask().repositoryModelLoad(load("", "none")));
    Asked.fails(
        Code.UNIMPLEMENTED,
        "'repository_name' specification is not supported",
        () -> asked.ask().repositoryModelLoad(load("other", "rows")));
  }

  private static RepositoryModelLoadRequest load(String repository, String model) {
    return RepositoryModelLoadRequest.newBuilder()
        .setRepositoryName(repository)
        .setModelName(model)
        .build();
  }

  @Test
  void settingsAreToldAndNotChanged() {
    assertThat(
            asked
                .ask()
                .traceSetting(TraceSettingRequest.getDefaultInstance())
                .getSettingsOrThrow("trace_level")
                .getValueList())
        .containsExactly("OFF");
    LogSettingsRequest.SettingValue two =
        LogSettingsRequest.SettingValue.newBuilder().setUint32Param(2).build();
    Asked.fails(
        Code.UNIMPLEMENTED,
        "log setting 'log_verbose_level' cannot be changed",
        () ->
            asked
                .ask()
                .logSettings(
                    LogSettingsRequest.newBuilder().putSettings("log_verbose_level", two).build()));
    Asked.fails(
        Code.INVALID_ARGUMENT,
        "log setting 'mine' is not known",
        () ->
            asked
                .ask()
                .logSettings(LogSettingsRequest.newBuilder().putSettings("mine", two).build()));
  }

  @Test
  void memoryIsNotSharedAndTheServerSaysWhatItServes() {
    assertThat(
            asked
                .ask()
                .systemSharedMemoryStatus(SystemSharedMemoryStatusRequest.getDefaultInstance())
                .getRegionsCount())
        .isZero();
    Asked.fails(
        Code.UNIMPLEMENTED,
        "shares no memory",
        () ->
            asked
                .ask()
                .systemSharedMemoryRegister(
                    SystemSharedMemoryRegisterRequest.getDefaultInstance()));
    assertThat(
            asked
                .ask()
                .serverMetadata(ServerMetadataRequest.getDefaultInstance())
                .getExtensionsList())
        .contains("model_configuration", "statistics")
        .doesNotContain("sequence", "system_shared_memory");
  }
}
