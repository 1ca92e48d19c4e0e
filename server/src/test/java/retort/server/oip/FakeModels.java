package retort.server.oip;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import retort.server.FakeNetwork;
import retort.server.generator.Generator;
import retort.server.generator.GeneratorException;
import retort.server.generator.GeneratorHandle;
import retort.server.generator.Network;
import retort.server.generator.NetworkUse;
import retort.server.tensor.TensorCall;
import retort.server.tensor.TensorModel;
import retort.server.tensor.TensorSpec;
import retort.server.tensor.TensorValue;

/** Models that give back what they take, each output named as its input with "_out" after it. */
final class FakeModels implements Models {
  /** Holds that nobody has closed. */
  final AtomicInteger held = new AtomicInteger();

  /** Names of models that were loaded or unloaded, with a sign in front. */
  final List<String> changes = new ArrayList<>();

  private final Map<String, Echo> models = new TreeMap<>();

  /** A model with these inputs, version 1, ready. */
  FakeModels with(String name, TensorSpec... inputs) {
    models.put(name, new Echo(List.of(inputs), null));
    return this;
  }

  /** A generator, seen without inputs. */
  FakeModels with(String name, Generator generator) {
    models.put(name, new Echo(List.of(), generator));
    return this;
  }

  private static final class Echo extends FakeNetwork implements TensorModel {
    private final List<TensorSpec> inputs;
    private final @Nullable Generator generator;

    Echo(List<TensorSpec> inputs, @Nullable Generator generator) {
      super("ab".repeat(32), 1, 1);
      this.inputs = inputs;
      this.generator = generator;
    }

    @Override
    public List<TensorSpec> inputs() {
      return inputs;
    }

    @Override
    public List<TensorSpec> outputs() {
      return inputs.stream()
          .map(spec -> new TensorSpec(spec.name() + "_out", spec.type(), spec.shape()))
          .toList();
    }

    @Override
    public TensorCall call(Map<String, TensorValue> given, Set<String> wanted) {
      Map<String, TensorValue> outputs = new LinkedHashMap<>();
      given.forEach((name, value) -> outputs.put(name + "_out", value));
      outputs.keySet().retainAll(wanted);
      return new TensorCall() {
        @Override
        public Map<String, TensorValue> run() {
          return outputs;
        }

        @Override
        public void stop() {}

        @Override
        public void close() {}
      };
    }
  }

  @Override
  public List<Version> versions() {
    List<Version> versions = new ArrayList<>();
    models.keySet().forEach(name -> versions.add(new Version(name, 1, State.READY, "")));
    versions.add(new Version("broken", 1, State.UNAVAILABLE, "its file is torn"));
    return versions;
  }

  @Override
  public Optional<Hold> hold(String model, long version) {
    Echo echo = models.get(model);
    if (echo == null || version > 1) {
      return Optional.empty();
    }
    held.incrementAndGet();
    return Optional.of(
        new Hold() {
          private boolean closed;

          @Override
          public long version() {
            return 1;
          }

          @Override
          public Network network() {
            return echo;
          }

          @Override
          public TensorModel tensors() {
            return echo;
          }

          @Override
          public Optional<GeneratorHandle> frames() {
            return Optional.ofNullable(echo.generator)
                .map(NetworkUse::first)
                .map(use -> new GeneratorHandle(use, Optional::empty));
          }

          @Override
          public synchronized void close() {
            if (!closed) {
              closed = true;
              held.decrementAndGet();
            }
          }
        });
  }

  @Override
  public void load(String model) {
    if (!models.containsKey(model)) {
      throw new GeneratorException("there is no model '" + model + "'");
    }
    changes.add("+" + model);
  }

  @Override
  public void unload(String model) {
    changes.add("-" + model);
  }
}
