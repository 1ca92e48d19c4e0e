package retort.exporter.checkpoint;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import retort.exporter.checkpoint.Pickled.Global;
import retort.exporter.checkpoint.Pickled.Instance;
import retort.exporter.checkpoint.Pickled.Maker;

/** The closed list of what a pickle may name. Whatever else it names is refused, never run. */
final class Globals {
  /** PyTorch's own layers: objects with attributes, of which the class does not matter. */
  private static final String LAYERS = "torch.nn.modules.";

  private static final Map<String, Maker> KNOWN = new HashMap<>();

  static {
    KNOWN.putAll(Torch.makers());
    KNOWN.putAll(Python.makers());
    KNOWN.putAll(Numpy.makers());
  }

  private Globals() {}

  /** What a name stands for: a {@link Global}, or an {@link ElementType}. */
  static Object find(String module, String name, PickleMachine machine) {
    machine.budget().objects(1);
    Optional<ElementType> type = elementType(module, name);
    if (type.isPresent()) {
      return type.get();
    }
    String full = module + "." + name;
    Maker maker = KNOWN.get(canonical(module) + "." + name);
    if (maker == null && module.startsWith(LAYERS)) {
      maker = inert(name);
    }
    if (maker == null) {
      throw machine.refusal(
          "names "
              + Words.quoted(full)
              + ", which is not on the list of what networks are made of, so nothing of it was run;"
              + " save the state dictionary alone, torch.save(net.state_dict(), 'weights.pt'), and"
              + " give that file");
    }
    return new Global(full, maker);
  }

  /** Makes objects that keep their arguments and later their attributes. */
  static Maker inert(String className) {
    return call -> {
      call.machine().budget().objects(1);
      return new Instance(className, new ArrayList<>(call.arguments()));
    };
  }

  private static Optional<ElementType> elementType(String module, String name) {
    return switch (module) {
      case "torch", "torch.cuda", "torch.storage" ->
          name.equals("UntypedStorage")
              ? Optional.of(ElementType.UINT8)
              : ElementType.ofTorch(name);
      default -> Optional.empty();
    };
  }

  /** Modules have moved: between Python 2 and 3, and in NumPy 2. */
  private static String canonical(String module) {
    return switch (module) {
      case "__builtin__" -> "builtins";
      case "copy_reg" -> "copyreg";
      case "dnnlib" -> "dnnlib.util";
      case "numpy._core.multiarray" -> "numpy.core.multiarray";
      case "numpy._core.numeric" -> "numpy.core.numeric";
      default -> module;
    };
  }
}
