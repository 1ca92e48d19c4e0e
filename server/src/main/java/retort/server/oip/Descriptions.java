package retort.server.oip;

import java.util.List;
import retort.inference.ModelConfig;
import retort.inference.ModelInput;
import retort.inference.ModelMetadataResponse;
import retort.inference.ModelOutput;
import retort.inference.ModelParameter;
import retort.inference.ModelTransactionPolicy;
import retort.inference.ModelVersionPolicy;
import retort.server.generator.Generator;
import retort.server.tensor.TensorSpec;

/** A model as clients ask for it: its metadata and its configuration. */
final class Descriptions {
  private static final String PLATFORM = "onnx_onnxv1";
  private static final String BACKEND = "onnxruntime";

  private Descriptions() {}

  /**
   * Its metadata.
   *
   * @param ready versions
   */
  static ModelMetadataResponse metadata(ServedModel model, List<String> ready) {
    ModelMetadataResponse.Builder metadata =
        ModelMetadataResponse.newBuilder()
            .setName(model.name())
            .addAllVersions(ready)
            .setPlatform(PLATFORM);
    model.inputs().forEach(spec -> metadata.addInputs(tensor(spec)));
    model.outputs().forEach(spec -> metadata.addOutputs(tensor(spec)));
    return metadata.build();
  }

  private static ModelMetadataResponse.TensorMetadata tensor(TensorSpec spec) {
    return ModelMetadataResponse.TensorMetadata.newBuilder()
        .setName(spec.name())
        .setDatatype(Datatype.name(spec.type()))
        .addAllShape(spec.shape())
        .build();
  }

  /** Its configuration. */
  static ModelConfig configuration(ServedModel model) {
    ModelConfig.Builder configuration =
        ModelConfig.newBuilder()
            .setName(model.name())
            .setPlatform(PLATFORM)
            .setBackend(BACKEND)
            .setDefaultModelFilename("model.onnx")
            .setVersionPolicy(
                ModelVersionPolicy.newBuilder()
                    .setLatest(ModelVersionPolicy.Latest.newBuilder().setNumVersions(1)))
            .setMaxBatchSize(model.maxBatch())
            .setModelTransactionPolicy(
                ModelTransactionPolicy.newBuilder().setDecoupled(model.decoupled()));
    int needed = model.inputs().size() - model.optional();
    for (int i = 0; i < model.inputs().size(); i++) {
      TensorSpec spec = model.inputs().get(i);
      configuration.addInput(
          ModelInput.newBuilder()
              .setName(spec.name())
              .setDataType(Datatype.configured(spec.type()))
              .addAllDims(dims(model, spec))
              .setOptional(i >= needed));
    }
    for (TensorSpec spec : model.outputs()) {
      configuration.addOutput(
          ModelOutput.newBuilder()
              .setName(spec.name())
              .setDataType(Datatype.configured(spec.type()))
              .addAllDims(dims(model, spec)));
    }
    configuration.putParameters("retort.digest", text(model.hold().network().digest()));
    model.hold().frames().ifPresent(frames -> describe(configuration, frames.generator()));
    return configuration.build();
  }

  private static void describe(ModelConfig.Builder configuration, Generator generator) {
    configuration
        .putParameters("retort.method", text(generator.method()))
        .putParameters("retort.labels", text(String.join("\n", generator.labelNames())));
  }

  private static ModelParameter text(String value) {
    return ModelParameter.newBuilder().setStringValue(value).build();
  }

  private static List<Long> dims(ServedModel model, TensorSpec spec) {
    return model.maxBatch() > 0 ? spec.shape().subList(1, spec.shape().size()) : spec.shape();
  }
}
