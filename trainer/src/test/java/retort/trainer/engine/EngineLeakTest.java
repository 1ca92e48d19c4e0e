package retort.trainer.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LongSummaryStatistics;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.management.JMException;
import javax.management.ObjectName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import retort.graph.Graph;
import retort.graph.GraphBuilder;
import retort.graph.Projection;
import retort.graph.Shape;
import retort.graph.Tensor;
import retort.graph.TorchScriptMethod.Layout;
import retort.graph.Value;

/** Twenty rounds of all that training does leave nothing behind in native memory. */
class EngineLeakTest {
  private static final int ROUNDS = 20;

  /** The first line of a mapping in smaps. */
  private static final Pattern MAPPING = Pattern.compile("([0-9a-f]+)-[0-9a-f]+ ");

  private static final Pattern ADDRESS = Pattern.compile("0x([0-9a-f]+)");

  /** A leak of the smallest image batch, 1 MiB, would show 60 MiB in every window. */
  private static final int WINDOW_ROUNDS = 60;

  /** In some of them the allocator or the compiler takes more than it needs. */
  private static final int WINDOWS = 6;

  private static final long ALLOWED_GROWTH_BYTES = 30L << 20;

  private static Graph network() {
    GraphBuilder g = new GraphBuilder();
    Value x = g.input("x", Shape.batch(4, 64, 64));
    Tensor zeros = Tensor.floats(new int[] {4, 4, 3, 3}, new float[144]);
    Value w = g.parameter("w", zeros, Projection.UNIT_FILTERS);
    Value b = g.parameter("b", Tensor.floats(new int[] {4}, 1, 2, 3, 4));
    Value y = x.conv(w, b).silu().times(g.constant(Tensor.floats(new int[] {1}, 3)));
    g.output("loss", y.dropout(0.1).squared().sum());
    g.output("y", y);
    return g.build();
  }

  /** One step as a training method takes it, with the copies that saving and resuming make. */
  private static final class Round {
    private final Program program;
    private final NetworkWeights weights;
    private final Adam adam;
    private final MovingAverage average;
    private final Map<String, Tensor> feeds =
        Map.of("x", Tensor.floats(new int[] {16, 4, 64, 64}, new float[1 << 18]));

    Round(Torch torch) {
      program = torch.compile(network());
      weights = torch.weights(network());
      adam = torch.adam(weights, AdamConfig.of(0.9, 0.999));
      average = torch.average(weights, network());
    }

    void run() {
      weights.project();
      program.differentiate(feeds, weights.learnt(), 1);
      program.differentiate(feeds, weights.learnt(), 2);
      weights.gradientValues();
      adam.step(1e-3);
      average.update(0.9);
      program.compute(feeds, average.averages().frozen());
      adam.restore(adam.state());
      weights.set(weights.parameterValues());
    }
  }

  @ParameterizedTest(name = "{0}, {1} segments")
  @CsvSource({"CONTIGUOUS, 1", "CHANNELS_LAST, 1", "CONTIGUOUS, 4", "CHANNELS_LAST, 4"})
  void theNumberOfNativeArraysStaysFlat(Layout layout, int segments) {
    try (Torch torch = Torch.open(1, layout, new LossForm(segments, false))) {
      Round round = new Round(torch);
      round.run();
      int before = torch.root().getManagedArrays().size();

      for (int i = 0; i < ROUNDS; i++) {
        round.run();
      }

      assertThat(torch.root().getManagedArrays().size()).isEqualTo(before);
    }
  }

  @Test
  void aGraphWithoutInputsLeavesNoResultsBehind() {
    GraphBuilder g = new GraphBuilder();
    g.output("loss", g.parameter("w", Tensor.floats(new int[] {2}, 1, 2)).squared().sum());
    try (Torch torch = Torch.open(1, Layout.CONTIGUOUS)) {
      NetworkWeights weights = torch.weights(g.build());
      Program program = torch.compile(g.build());
      program.differentiate(Map.of(), weights.learnt());
      int before = torch.root().getManagedArrays().size();

      for (int i = 0; i < ROUNDS; i++) {
        program.differentiate(Map.of(), weights.learnt());
      }

      assertThat(torch.root().getManagedArrays().size()).isEqualTo(before);
    }
  }

  @ParameterizedTest(name = "{0} segments")
  @ValueSource(ints = {1, 4})
  @EnabledOnOs(OS.LINUX)
  void nativeMemoryStaysFlat(int segments) throws IOException {
    try (Torch torch = Torch.open(1, Layout.CHANNELS_LAST, new LossForm(segments, false))) {
      Round round = new Round(torch);
      for (int i = 0; i < ROUNDS; i++) {
        round.run();
      }

      assertThat(leastGrowth(round)).isLessThan(ALLOWED_GROWTH_BYTES);
    }
  }

  /** What a window added that added little, or the one that added least: a leak is in each. */
  private static long leastGrowth(Round round) throws IOException {
    long least = Long.MAX_VALUE;
    for (int window = 0; window < WINDOWS && least >= ALLOWED_GROWTH_BYTES; window++) {
      long before = nativeBytes();
      for (int i = 0; i < WINDOW_ROUNDS; i++) {
        round.run();
      }
      least = Math.min(least, nativeBytes() - before);
    }
    return least;
  }

  /** What is resident outside the Java heap, whose pages come and go with the collector. */
  private static long nativeBytes() throws IOException {
    System.gc();
    LongSummaryStatistics heap = heapAddresses();
    boolean counts = true;
    long kibibytes = 0;
    for (String line : Files.readAllLines(Path.of("/proc/self/smaps"))) {
      Matcher mapping = MAPPING.matcher(line);
      if (mapping.lookingAt()) {
        long begin = Long.parseUnsignedLong(mapping.group(1), 16);
        counts = begin < heap.getMin() || begin >= heap.getMax();
      } else if (counts && line.startsWith("Rss:")) {
        kibibytes += Long.parseLong(line.replaceAll("\\D", ""));
      }
    }
    return kibibytes << 10;
  }

  /** The lowest and the highest of the addresses that the collector tells of its heap. */
  private static LongSummaryStatistics heapAddresses() {
    try {
      Object told =
          ManagementFactory.getPlatformMBeanServer()
              .invoke(
                  new ObjectName("com.sun.management:type=DiagnosticCommand"),
                  "gcHeapInfo",
                  new Object[] {new String[0]},
                  new String[] {String[].class.getName()});
      return ADDRESS
          .matcher(String.valueOf(told))
          .results()
          .mapToLong(address -> Long.parseUnsignedLong(address.group(1), 16))
          .summaryStatistics();
    } catch (JMException e) {
      throw new AssertionError("this JVM does not tell where its heap is", e);
    }
  }
}
