package retort.network;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import retort.denoiser.Denoiser;
import retort.denoiser.DiffusersScheduler;
import retort.denoiser.ImageShape;
import retort.graph.DropoutRemoval;
import retort.graph.Graph;
import retort.graph.Interpreter;
import retort.graph.Tensor;
import retort.noise.DdpmSchedule;
import retort.reference.ReferenceCase;
import retort.reference.ReferenceCases;
import retort.reference.Tolerance;
import retort.sampling.EulerSampler;

/** Networks that diffusers saved, and what it computed with them. */
class DiffusersParityTest {
  private static final Set<String> KIND = Set.of("diffusers");

  /** Both compute an answer in another order, diffusers in single precision. */
  private static final Tolerance ANSWER = new Tolerance(1e-5);

  /** Single precision adds up over the steps. */
  private static final Tolerance SAMPLE = new Tolerance(1e-3);

  @TestFactory
  Stream<DynamicTest> answersAreThoseOfDiffusers() {
    return ReferenceCases.tests(
        KIND,
        reference -> {
          Graph network = network(reference);
          Map<String, Tensor> feeds = label(reference, network);
          feeds.put("x", reference.tensor("x"));
          feeds.put("noise", reference.tensor("t"));

          Tensor f = Interpreter.run(network, feeds).get("f");

          ANSWER.check("eps", f, reference.tensor("eps"));
        });
  }

  /** The recorded run starts from the case's x, has eta 0, and does not clip. */
  @TestFactory
  Stream<DynamicTest> eulerStepsAreTheDeterministicSamplerOfDiffusers() {
    return ReferenceCases.tests(
        KIND,
        reference -> {
          if (!reference.has("ddim5_final.npy") || reference.has("class_labels.npy")) {
            reference.skip("it has no unconditional run of the sampler");
          }
          DdpmSchedule schedule =
              DiffusersScheduler.of(
                      JsonArguments.of(reference.json("scheduler/scheduler_config.json")))
                  .schedule();
          Tensor x = reference.tensor("x");
          ImageShape image = new ImageShape(x.dim(1), x.dim(2), x.dim(3));
          int steps = reference.tensor("ddim5_timesteps").elements();
          double start = Math.sqrt(1 + Math.pow(schedule.sigmas(steps)[0], 2));
          double[] state =
              Arrays.stream(x.reals()).limit(image.elements()).map(z -> z * start).toArray();

          double[] sample =
              new EulerSampler(schedule, steps)
                  .sampleFrom(
                      state, new ByTimesteps(network(reference), image, schedule), Map.of());

          double[] expected = reference.tensor("ddim5_final").reals();
          SAMPLE.check("sample", sample, Arrays.copyOf(expected, sample.length));
        });
  }

  /** {@code D(y; sigma) = y - sigma eps(y / sqrt(1 + sigma^2), t(sigma))}. */
  private record ByTimesteps(Graph network, ImageShape imageShape, DdpmSchedule schedule)
      implements Denoiser {
    @Override
    public float[] denoise(float[] noisy, float[] sigma, Map<String, float[]> conditioning) {
      int n = sigma.length;
      double[] scaled = new double[noisy.length];
      double[] times = new double[n];
      for (int i = 0; i < n; i++) {
        times[i] = schedule.nearestTimestep(sigma[i]);
      }
      for (int i = 0; i < noisy.length; i++) {
        double s = sigma[i / imageShape.elements()];
        scaled[i] = noisy[i] / Math.sqrt(1 + s * s);
      }
      int[] shape = {n, imageShape.channels(), imageShape.height(), imageShape.width()};
      Map<String, Tensor> feeds =
          Map.of(
              "x", Tensor.reals(retort.graph.DataType.FLOAT32, shape, scaled),
              "noise", Tensor.reals(retort.graph.DataType.FLOAT32, new int[] {n}, times));
      double[] eps = Objects.requireNonNull(Interpreter.run(network, feeds).get("f")).reals();
      float[] denoised = new float[noisy.length];
      for (int i = 0; i < noisy.length; i++) {
        denoised[i] = (float) (noisy[i] - sigma[i / imageShape.elements()] * eps[i]);
      }
      return denoised;
    }
  }

  private static Graph network(ReferenceCase reference) throws IOException {
    DiffusersUNet network = DiffusersUNet.of(JsonArguments.of(reference.json("unet/config.json")));
    Path file = reference.folder().resolve("unet/diffusion_pytorch_model.safetensors");
    PublishedWeights weights = new PublishedWeights(DiffusersNames.current(tensors(file)));
    Graph graph = network.build(weights);
    weights.requireAllTaken(List.of());
    return DropoutRemoval.remove(graph);
  }

  /** The label of the case as the network takes it, a class as one-hot. */
  private static Map<String, Tensor> label(ReferenceCase reference, Graph network) {
    Map<String, Tensor> feeds = new HashMap<>();
    network
        .input("label")
        .ifPresent(
            input -> {
              Tensor labels = reference.tensor("class_labels");
              int[] shape = input.shape().at(labels.dim(0));
              float[] values = labels.floats();
              if (labels.elements() != Tensor.elements(shape)) {
                values = new float[Tensor.elements(shape)];
                for (int i = 0; i < labels.dim(0); i++) {
                  values[i * shape[1] + (int) labels.floats()[i]] = 1;
                }
              }
              feeds.put("label", Tensor.floats(shape, values));
            });
    return feeds;
  }

  /** The float32 tensors of a safetensors file. */
  private static Map<String, Tensor> tensors(Path file) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    int length = Math.toIntExact(bytes.getLong());
    String text = new String(bytes.array(), Long.BYTES, length, StandardCharsets.UTF_8);
    JsonObject header = JsonParser.parseString(text).getAsJsonObject();
    header.remove("__metadata__");
    Map<String, Tensor> tensors = new HashMap<>();
    for (Map.Entry<String, JsonElement> entry : header.entrySet()) {
      JsonObject described = entry.getValue().getAsJsonObject();
      JsonArray dims = described.getAsJsonArray("shape");
      int[] shape = dims.asList().stream().mapToInt(JsonElement::getAsInt).toArray();
      int begin = described.getAsJsonArray("data_offsets").get(0).getAsInt();
      float[] values = new float[Tensor.elements(shape)];
      bytes
          .position(Long.BYTES + length + begin)
          .slice()
          .order(ByteOrder.LITTLE_ENDIAN)
          .asFloatBuffer()
          .get(values);
      tensors.put(entry.getKey(), Tensor.floats(shape, values));
    }
    return tensors;
  }
}
