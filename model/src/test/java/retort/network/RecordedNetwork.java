package retort.network;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.zip.CRC32;
import retort.graph.DataType;
import retort.graph.Graph;
import retort.graph.Shape;
import retort.graph.Tensor;

/**
 * What diffusers 0.42 computes with one configuration, when weights and inputs are those of {@link
 * #scrambled}.
 *
 * @param record the configuration, how many parameters it has, a digest of its state dictionary,
 *     and of small ones eight numbers spread over the answer
 */
record RecordedNetwork(JsonObject record) {
  /** Small networks with what they answer. */
  static List<RecordedNetwork> small() {
    return read("diffusers-networks.json");
  }

  /** Networks of published sizes, without what they answer. */
  static List<RecordedNetwork> published() {
    return read("diffusers-topologies.json");
  }

  private static List<RecordedNetwork> read(String name) {
    try (InputStream file =
            Objects.requireNonNull(RecordedNetwork.class.getResourceAsStream(name));
        InputStreamReader text = new InputStreamReader(file, StandardCharsets.UTF_8)) {
      List<RecordedNetwork> all = new ArrayList<>();
      JsonArray records = JsonParser.parseReader(text).getAsJsonArray();
      records.forEach(each -> all.add(new RecordedNetwork(each.getAsJsonObject())));
      return all;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public String toString() {
    return record.get("name").getAsString();
  }

  DiffusersUNet network() {
    return DiffusersUNet.of(JsonArguments.of(record.getAsJsonObject("config")));
  }

  long parameters() {
    return record.get("parameters").getAsLong();
  }

  String state() {
    return record.get("state").getAsString();
  }

  double largest() {
    return record.get("largest").getAsDouble();
  }

  double[] values() {
    return numbers("values");
  }

  private double[] numbers(String name) {
    return record.getAsJsonArray(name).asList().stream()
        .mapToDouble(JsonElement::getAsDouble)
        .toArray();
  }

  /** Two images, timesteps and labels for a network with these inputs. */
  Map<String, Tensor> feeds(Graph graph) {
    Map<String, Tensor> feeds = new HashMap<>();
    for (Graph.Input input : graph.inputs()) {
      int[] shape = input.shape().at(2);
      feeds.put(
          input.name(),
          switch (input.name()) {
            case "x" -> scrambled("x", 1.7, 0, shape);
            case "noise" -> Tensor.reals(DataType.FLOAT32, shape, numbers("timesteps"));
            default -> label(input.shape());
          });
    }
    return feeds;
  }

  private Tensor label(Shape shape) {
    int[] dims = shape.at(2);
    if (!record.has("labels")) {
      return scrambled("label", 1, 0, dims);
    }
    double[] labels = numbers("labels");
    double[] values = new double[Tensor.elements(dims)];
    for (int i = 0; i < labels.length; i++) {
      if (dims[1] == 1) {
        values[i] = labels[i];
      } else {
        values[i * dims[1] + (int) labels[i]] = 1;
      }
    }
    return Tensor.reals(DataType.FLOAT32, dims, values);
  }

  /** Every weight as a function of its name. */
  static Tensor weight(String name, int[] shape, Supplier<Tensor> initial) {
    if (shape.length > 1) {
      int fanIn = Tensor.elements(shape) / shape[0];
      return scrambled(name, Math.sqrt(3.0 / fanIn), 0, shape);
    }
    if (name.equals("time_proj.weight")) {
      return scrambled(name, 4, 0, shape);
    }
    return scrambled(name, 0.3, name.contains("norm") && name.endsWith("weight") ? 1 : 0, shape);
  }

  /** Numbers between -1 and 1 without a pattern, scaled and shifted. */
  private static Tensor scrambled(String name, double scale, double shift, int... shape) {
    CRC32 crc = new CRC32();
    crc.update(name.getBytes(StandardCharsets.UTF_8));
    float[] values = new float[Tensor.elements(shape)];
    for (int i = 0; i < values.length; i++) {
      double u = Math.sin(i * 12.9898 + crc.getValue() % 1000) * 43758.5453;
      values[i] = (float) (shift + scale * (2 * (u - Math.floor(u)) - 1));
    }
    return Tensor.floats(shape, values);
  }
}
