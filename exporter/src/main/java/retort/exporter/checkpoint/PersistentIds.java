package retort.exporter.checkpoint;

import java.util.List;

/** What the persistent names of a pickle stand for: PyTorch names storages by them. */
@FunctionalInterface
interface PersistentIds {
  /** For pickles that stand alone. */
  PersistentIds NONE =
      (id, machine) -> {
        throw machine.refusal("names a storage of another file; give the whole file of torch.save");
      };

  /** The value of a name. */
  Object load(List<Object> id, PickleMachine machine);
}
