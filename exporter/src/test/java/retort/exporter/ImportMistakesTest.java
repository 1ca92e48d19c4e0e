package retort.exporter;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import retort.exporter.checkpoint.PublishedForms;
import retort.graph.Tensor;
import retort.network.features.CifarResNet;
import retort.network.features.Lpips;
import retort.network.features.Trunk;
import retort.onnx.OnnxModel;
import retort.onnx.OnnxWriter;

/** What cannot be imported ends in a sentence, and loses nothing. */
class ImportMistakesTest {
  @TempDir Path folder;

  private Path file(String name) {
    return folder.resolve(name);
  }

  @BeforeEach
  void writeFiles() throws IOException {
    Map<String, Tensor> tensors = TinyNetworks.edm("EDMPrecond");
    Map<String, Object> arguments = new HashMap<>(TinyNetworks.EDM);
    arguments.putAll(Map.of("sigma_min", 0.01, "sigma_max", 50.0));
    Path edm =
        PublishedForms.pickle(
            file("edm.pkl"),
            Map.of("ema", new PublishedForms.Network("EDMPrecond", arguments, tensors)));
    byte[] bytes = Files.readAllBytes(edm);
    Files.write(file("cut.pkl"), Arrays.copyOf(bytes, bytes.length / 2));
    PublishedForms.pickle(
        file("other.pkl"), Map.of("ema", new PublishedForms.Network("GAN", arguments, tensors)));
    PublishedForms.pickle(file("pair.pkl"), Map.of("first", tensors, "second", tensors));
    PublishedForms.hostile(file("hostile.pkl"));
    Map<String, Tensor> damaged = new LinkedHashMap<>(tensors);
    damaged.put(
        "model.map_label.weight",
        nan(Objects.requireNonNull(tensors.get("model.map_label.weight"))));
    PublishedForms.safetensors(file("nan.safetensors"), damaged);
    Map<String, Tensor> missing = new LinkedHashMap<>(tensors);
    missing.remove("model.map_layer1.bias");
    PublishedForms.safetensors(file("missing.safetensors"), missing);
    PublishedForms.zip(file("unknown.pt"), Map.of("w", Tensor.floats(new int[] {2}, 1, 2)));
    PublishedForms.zip(
        file("resnet.pt"), TinyNetworks.tensors("", new CifarResNet(1, 4, 3, false)::build));
    Map<String, Tensor> linear = TinyNetworks.tensors("", new Lpips(Trunk.ALEXNET)::build);
    linear.keySet().removeIf(name -> !name.startsWith("lin"));
    PublishedForms.zip(file("linear.pt"), linear);
    OnnxWriter.write(
        OnnxModel.of(TinyNetworks.foreign(true, false), Map.of()), file("network.onnx"));
    OnnxWriter.write(OnnxModel.of(TinyNetworks.foreign(false, true), Map.of()), file("extra.onnx"));
    TinyGenerators.teacher(0, 0).write(file("ours.onnx"));
    Files.write(file("empty.pkl"), new byte[0]);
    Files.writeString(file("text.txt"), "This is a recipe for pancakes.\n");
    Files.writeString(file("text.onnx"), "This is a recipe for pancakes.\n");
    Files.writeString(file("config.json"), "{\"img_resolution\": 8}");
    Files.createDirectory(file("folder"));
    bomb(file("bomb.npz"));
    Files.writeString(file("old.onnx"), "what was there before");
  }

  private static Tensor nan(Tensor tensor) {
    float[] values = tensor.floats().clone();
    values[1] = Float.NaN;
    return Tensor.floats(tensor.shape(), values);
  }

  /** 64 MiB of zeros in a few KiB. */
  private static void bomb(Path file) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      zip.putNextEntry(new ZipEntry("a.npy"));
      for (int i = 0; i < 64; i++) {
        zip.write(new byte[1 << 20]);
      }
    }
    Files.write(file, bytes.toByteArray());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--from %none.pkl --out %out.onnx | there is no such file or folder",
        "--from %folder --out %out.onnx | is no diffusers folder",
        "--from %text.txt --out %out.onnx | is none of the files that Retort reads",
        "--from %text.onnx --out %out.onnx | not an ONNX model",
        "--from %empty.pkl --out %out.onnx | is none of the files that Retort reads",
        "--from %cut.pkl --out %out.onnx | cut.pkl",
        "--from %hostile.pkl --out %out.onnx | 'os.system', which is not on the list",
        "--from %bomb.npz --out %out.onnx | bomb.npz",
        "--from %other.pkl --out %out.onnx | it holds a GAN",
        "--from %pair.pkl --out %out.onnx | holds several networks",
        "--from %edm.pkl --out %out.onnx --network net | has no network 'net'",
        "--from %unknown.pt --out %out.onnx | of no network that is known",
        "--from %missing.safetensors --out %out.onnx | 'map_layer1.bias'",
        "--from %nan.safetensors --out %out.onnx | 'model.map_label.weight' has values that are not finite",
        "--from %nan.safetensors --out %out.onnx --images 0 | not finite",
        "--from %edm.pkl --out %out.onnx --config %none.json | there is no such file",
        "--from %edm.pkl --out %out.onnx --config %text.txt | is no JSON object",
        "--from %edm.pkl --out %out.onnx --config %config.json | does not say class_name",
        "--from %edm.pkl --out %out.onnx --predicts eps | --predicts is for ONNX networks",
        "--from %edm.pkl --out %out.onnx --freeze x | --freeze is for ONNX networks",
        "--from %edm.pkl --out %out.onnx --tolerance 1 | --tolerance is for ONNX networks",
        "--from %edm.pkl --out %out.onnx --size 64 | --size is for classifiers",
        "--from %edm.pkl --out %out.onnx --as student | TEACHER, GENERATOR",
        "--from %edm.pkl --out %out.onnx --as teacher --sigma-init 2 | --sigma-init is for generators",
        "--from %edm.pkl --out %out.onnx --sigma-init 80 | trained for sigma 0.01000 to 50.00",
        "--from %edm.pkl --out %out.onnx --sigma-init 0 | positive noise level",
        "--from %edm.pkl --out %out.onnx --label-names cat,dog | has 2 names but the network takes 3",
        "--from %edm.pkl --out %out.onnx --images -1 | --images is -1",
        "--from %edm.pkl --out %out.onnx --steps 0 | --steps is 0",
        "--from %edm.pkl --out %out.onnx --threads 0 | --threads is 0",
        "--from %edm.pkl --out %edm.pkl | are both",
        "--from %edm.pkl --out %folder | which is a folder",
        "--from %edm.pkl --out %none/out.onnx | is no folder; make it",
        "--from %edm.pkl --out %text.txt/out.onnx | is no folder; make it",
        "--from %edm.pkl --out %out.onnx --grid %out.onnx | are both",
        "--from %edm.pkl --out %out.onnx --grid %edm.pkl | are both",
        "--from %edm.pkl --out %out.onnx --report %edm.pkl | are both",
        "--from %edm.pkl --out %out.onnx --report %out.onnx.png | are both",
        "--from %edm.pkl --out %out.onnx --report %none/card.json | is no folder; make it",
        "--from %edm.pkl | --out=FILE",
        "--from %ours.onnx --out %out.onnx | is a file of Retort's own",
        "--from %network.onnx --out %out.onnx --network ema | --network is for checkpoints",
        "--from %network.onnx --out %out.onnx --config %config.json | --config is for checkpoints",
        "--from %network.onnx --out %out.onnx --resize 224 | --resize is for classifiers",
        "--from %network.onnx --out %out.onnx | pass --predicts",
        "--from %network.onnx --out %out.onnx --predicts eps | pass --schedule",
        "--from %network.onnx --out %out.onnx --predicts nothing | nothing",
        "--from %network.onnx --out %out.onnx --predicts eps --schedule dice | --schedule is dice",
        "--from %network.onnx --out %out.onnx --predicts eps --schedule file | --schedule-file",
        "--from %network.onnx --out %out.onnx --predicts flow --schedule linear | pass --schedule=flow",
        "--from %network.onnx --out %out.onnx --predicts eps --schedule linear --range 1 | --range has 1",
        "--from %network.onnx --out %out.onnx --predicts eps --schedule linear --range 1,1 | range",
        "--from %network.onnx --out %out.onnx --predicts eps --schedule linear --layout chw | --layout is chw",
        "--from %network.onnx --out %out.onnx --predicts eps --schedule linear --output none | none",
        "--from %network.onnx --out %out.onnx --predicts eps --schedule linear --freeze none | --freeze is none",
        "--from %network.onnx --out %out.onnx --predicts eps --schedule linear --freeze ( | no regular expression",
        "--from %network.onnx --out %out.onnx --predicts eps --schedule linear --features none | none",
        "--from %extra.onnx --out %out.onnx --predicts eps --schedule linear --time-input when | --fix",
        "--from %extra.onnx --out %out.onnx --predicts eps --schedule linear --fix extra=1 --guidance 2 | takes no label",
        "--from %resnet.pt --out %out.onnx --as teacher | --as is for denoisers",
        "--from %resnet.pt --out %out.onnx --images 4 | --images is for denoisers",
        "--from %resnet.pt --out %out.onnx --size 64 | takes images of 32x32",
        "--from %resnet.pt --out %out.onnx --size 64,0 | --size should be",
        "--from %resnet.pt --out %out.onnx --resize 64 | --resize is for LPIPS",
        "--from %resnet.pt --out %out.onnx --lpips %linear.pt | of no known trunk",
        "--from %resnet.pt --out %out.onnx --lpips %unknown.pt | not the linear layers of LPIPS",
        "--from %linear.pt --out %out.onnx | only the linear layers of LPIPS for AlexNet",
        "--from %linear.pt --out %out.onnx --lpips-version 2 | should be 0.0 or 0.1",
      })
  void aMistakeIsOneSentenceAndWritesNothing(String flags, String sentence) {
    Shell shell = new Shell(folder);
    Set<String> before = shell.content();

    Shell.Outcome outcome = shell.run("import " + flags);

    assertThat(outcome.err()).contains(sentence).doesNotContain("\tat ", "Exception");
    assertThat(outcome.err().lines().filter(line -> line.startsWith("retort: "))).hasSize(1);
    assertThat(outcome.code()).isEqualTo(2);
    assertThat(outcome.out()).isEmpty();
    assertThat(shell.content()).isEqualTo(before);
  }

  @Test
  void anOlderFileSurvivesAFailedImport() {
    Shell shell = new Shell(folder);

    Shell.Outcome outcome = shell.run("import --from %nan.safetensors --out %old.onnx");

    assertThat(outcome.code()).isEqualTo(2);
    assertThat(file("old.onnx")).hasContent("what was there before");
  }
}
