package retort.exporter.checkpoint;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import retort.exporter.checkpoint.Pickled.Blob;
import retort.exporter.checkpoint.Pickled.Entries;
import retort.exporter.checkpoint.Pickled.Global;
import retort.exporter.checkpoint.Pickled.Instance;
import retort.exporter.checkpoint.Pickled.Items;
import retort.exporter.checkpoint.Pickled.Maker;

/** What PyTorch's pickles call: tensors made of storages, and EDM's persistent objects. */
final class Torch {
  /** EDM's way to keep an object together with the source text of its class. */
  static final String PERSISTENT = "torch_utils.persistence._reconstruct_persistent_obj";

  private Torch() {}

  static Map<String, Maker> makers() {
    Map<String, Maker> makers = new HashMap<>();
    makers.put(PERSISTENT, call -> Instance.persistent(call.entries(0)));
    makers.put("torch._utils._rebuild_tensor", Torch::tensor);
    makers.put("torch._utils._rebuild_tensor_v2", Torch::tensor);
    makers.put("torch._utils._rebuild_tensor_v3", Torch::typedTensor);
    makers.put("torch._utils._rebuild_parameter", Torch::parameter);
    makers.put("torch._utils._rebuild_parameter_with_state", Torch::parameter);
    makers.put("torch._tensor._rebuild_from_type", Torch::ofType);
    makers.put("torch._tensor._rebuild_from_type_v2", Torch::ofType);
    makers.put("torch.storage._load_from_bytes", Torch::load);
    makers.put("torch.Size", call -> call.argument(0, Items.class, "a list"));
    for (String inert :
        List.of(
            "torch.device",
            "torch.Tensor",
            "torch.nn.parameter.Parameter",
            "torch.nn.parameter.Buffer",
            "torch.torch_version.TorchVersion",
            "torch.serialization._get_layout")) {
      makers.put(inert, Globals.inert(inert));
    }
    return makers;
  }

  private static Object tensor(Call call) {
    requireUnchanged(call, 6);
    return view(call, storage(call));
  }

  private static Object typedTensor(Call call) {
    requireUnchanged(call, 7);
    ElementType type = call.argument(6, ElementType.class, "an element type");
    return view(call, storage(call).as(type));
  }

  /** Refuses a view whose values are those of the storage negated or conjugated. */
  private static void requireUnchanged(Call call, int index) {
    if (call.arguments().size() > index
        && call.arguments().get(index) instanceof Entries metadata
        && (Boolean.TRUE.equals(metadata.get("neg"))
            || Boolean.TRUE.equals(metadata.get("conj")))) {
      throw call.machine()
          .refusal(
              "a tensor that is a negated or conjugated view; in Python call resolve_neg() or"
                  + " resolve_conj() on it and save the file again");
    }
  }

  private static Storage storage(Call call) {
    return call.argument(0, Storage.class, "a storage");
  }

  private static StoredTensor view(Call call, Storage storage) {
    long[] shape = call.integers(2);
    long[] strides = call.integers(3);
    call.machine().budget().objects(2);
    try {
      return new StoredTensor(storage, call.integer(1), shape, strides);
    } catch (IllegalArgumentException e) {
      throw call.machine().refusal("a tensor that cannot be: " + e.getMessage(), e);
    }
  }

  private static Object parameter(Call call) {
    return call.argument(0, StoredTensor.class, "a tensor");
  }

  /** A tensor of some subclass, made by the function of the plain class. */
  private static Object ofType(Call call) {
    Global function = call.argument(0, Global.class, "a function");
    if (!function.name().startsWith("torch._utils.")) {
      throw call.machine().refusal("a tensor made by " + function.name() + "; the file is damaged");
    }
    return call.machine().call(function, call.argument(2));
  }

  private static Object load(Call call) {
    Object file = call.argument(0);
    if (file instanceof String text) {
      file = new Blob(new HeldBytes(text.getBytes(ISO_8859_1), call.machine().place()));
    }
    if (file instanceof Blob blob) {
      return call.machine().inner(blob);
    }
    throw call.machine().refusal("loads " + Words.of(file) + ", no bytes; the file is damaged");
  }

  /** Whether a value is a network: an object with parameters, buffers or modules. */
  static boolean isModule(Object value) {
    return value instanceof Instance instance
        && (instance.attributes().get("_modules") instanceof Entries
            || instance.attributes().get("_parameters") instanceof Entries);
  }
}
