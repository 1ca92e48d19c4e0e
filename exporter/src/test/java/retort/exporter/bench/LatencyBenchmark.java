package retort.exporter.bench;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import retort.denoiser.DenoiserModel;
import retort.denoiser.EdmPreconditioning;
import retort.exporter.deploy.DistilledGenerator;
import retort.graph.ConstantFolding;
import retort.graph.DropoutRemoval;
import retort.graph.Graph;
import retort.network.SongUNet;
import retort.onnx.OnnxModel;
import retort.onnx.OnnxWriter;

/**
 * One image at a time in ONNX Runtime: our export beside the same network exported by torch.onnx,
 * and beside our own export with constants folded and nothing rewritten. Rounds alternate; a
 * round's time is the best of a few runs, a ratio the median over rounds. Weights are random.
 */
@Command(name = "latency")
public final class LatencyBenchmark implements Callable<Integer> {
  private static final double SIGMA_INIT = 2.5;
  private static final int RUNS_A_ROUND = 4;

  /** Networks that are measured. */
  enum Network {
    DIGITS,
    CIFAR32,
    CIFAR128;

    SongUNet build() {
      return switch (this) {
        case DIGITS -> SongUNet.ddpmpp(28, 1, 10, 0, 16, List.of(1, 2, 4), 4, 1, Set.of(7), 0);
        case CIFAR32 -> SongUNet.ddpmpp(32, 3, 0, 0, 32, List.of(2, 2, 2), 4, 4, Set.of(16), 0);
        case CIFAR128 -> SongUNet.ddpmpp(32, 3, 0, 0, 128, List.of(2, 2, 2), 4, 4, Set.of(16), 0);
      };
    }
  }

  @Option(names = "--network", required = true)
  private Network network = Network.DIGITS;

  @Option(names = "--flags", description = "Print the flags of the peer, and end.")
  private boolean flags;

  @Option(names = "--peer", description = "The file that the peer exported.")
  private @Nullable Path peer;

  @Option(names = "--rounds")
  private int rounds = 100;

  @Option(names = "--threads")
  private int threads = 1;

  /** Runs the measurement. */
  public static void main(String[] arguments) {
    System.exit(
        new CommandLine(new LatencyBenchmark())
            .setCaseInsensitiveEnumValuesAllowed(true)
            .execute(arguments));
  }

  @Override
  public Integer call() throws IOException, OrtException {
    SongUNet unet = network.build();
    if (flags) {
      System.out.println(peerFlags(unet));
      return 0;
    }
    List<String> names = new ArrayList<>(List.of("rewritten", "folded"));
    List<byte[]> files = new ArrayList<>(ours(unet));
    if (peer != null) {
      names.add("torch.onnx");
      files.add(Files.readAllBytes(peer));
    }
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setIntraOpNumThreads(threads);
      List<Contender> contenders = new ArrayList<>();
      for (byte[] file : files) {
        contenders.add(Contender.of(file, options));
      }
      double[][] millis = measure(contenders);
      for (Contender contender : contenders) {
        contender.session.close();
      }
      report(names, millis);
    }
    return 0;
  }

  private double[][] measure(List<Contender> contenders) throws OrtException {
    double[][] millis = new double[contenders.size()][rounds];
    for (int round = -rounds / 5 - 1; round < rounds; round++) {
      for (int i = 0; i < contenders.size(); i++) {
        double best = contenders.get(i).best();
        if (round >= 0) {
          millis[i][round] = best;
        }
      }
    }
    return millis;
  }

  private void report(List<String> names, double[][] millis) {
    for (int i = 0; i < names.size(); i++) {
      System.out.printf(
          Locale.ROOT,
          "%-9s %-11s %7.3f ms%s%n",
          network.toString().toLowerCase(Locale.ROOT),
          names.get(i),
          median(millis[i]),
          i == 0 ? "" : ratio(millis[0], millis[i]));
    }
  }

  /** Of ours over another's, round by round: median, and the middle half. */
  private static String ratio(double[] ours, double[] theirs) {
    double[] ratios =
        IntStream.range(0, ours.length).mapToDouble(i -> ours[i] / theirs[i]).sorted().toArray();
    return String.format(
        Locale.ROOT,
        ", rewritten is %.3f of it (%.3f to %.3f)",
        median(ratios),
        ratios[ratios.length / 4],
        ratios[ratios.length * 3 / 4]);
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }

  /** Our export, and the same without its rewrites. */
  private static List<byte[]> ours(SongUNet unet) throws IOException {
    List<String> labels =
        IntStream.range(0, unet.plan().labelDim()).mapToObj(Integer::toString).toList();
    EdmPreconditioning preconditioning = new EdmPreconditioning(0.5);
    DenoiserModel model =
        new DenoiserModel(
            preconditioning.denoiser(unet.build(1)), preconditioning.sigmaData(), labels, Map.of());
    Path file = Files.createTempFile("generator", ".onnx");
    try {
      model.write(file);
      DistilledGenerator generator = DistilledGenerator.read(file, OptionalDouble.of(SIGMA_INIT));
      Graph folded =
          ConstantFolding.foldAll(DropoutRemoval.remove(generator.model().generator(SIGMA_INIT)));
      return List.of(bytes(generator.images()), bytes(folded));
    } finally {
      Files.delete(file);
    }
  }

  private static byte[] bytes(Graph graph) {
    return OnnxWriter.toBytes(OnnxModel.of(graph, Map.of()));
  }

  private static String peerFlags(SongUNet unet) {
    return String.join(
        " ",
        "--resolution " + unet.plan().resolution(),
        "--image-channels " + unet.plan().inChannels(),
        "--labels " + unet.plan().labelDim(),
        "--channels " + unet.plan().modelChannels(),
        "--mult " + joined(unet.plan().channelMult()),
        "--blocks " + unet.plan().numBlocks(),
        "--attention " + joined(List.copyOf(unet.plan().attnResolutions())));
  }

  private static String joined(List<Integer> numbers) {
    return String.join(",", numbers.stream().map(Object::toString).toList());
  }

  /** A file loaded, with one image's inputs. */
  private record Contender(OrtSession session, Map<String, OnnxTensor> inputs) {
    static Contender of(byte[] file, OrtSession.SessionOptions options) throws OrtException {
      OrtEnvironment environment = OrtEnvironment.getEnvironment();
      OrtSession session = environment.createSession(file, options);
      Random random = new Random(1);
      Map<String, OnnxTensor> inputs = new HashMap<>();
      for (NodeInfo input : session.getInputInfo().values()) {
        long[] shape = ((TensorInfo) input.getInfo()).getShape().clone();
        shape[0] = 1;
        float[] values = new float[(int) Arrays.stream(shape).reduce(1, (a, b) -> a * b)];
        for (int i = 0; i < values.length; i++) {
          values[i] = (float) random.nextGaussian();
        }
        inputs.put(
            input.getName(), OnnxTensor.createTensor(environment, FloatBuffer.wrap(values), shape));
      }
      return new Contender(session, inputs);
    }

    /** Milliseconds of the best of a few runs. */
    double best() throws OrtException {
      long best = Long.MAX_VALUE;
      for (int run = 0; run < RUNS_A_ROUND; run++) {
        long started = System.nanoTime();
        session.run(inputs).close();
        best = Math.min(best, System.nanoTime() - started);
      }
      return best / 1e6;
    }
  }
}
