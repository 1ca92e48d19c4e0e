package retort.server.oip;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import retort.server.generator.GeneratorHandle;
import retort.server.oip.Models.Hold;
import retort.server.oip.Models.State;
import retort.server.oip.Models.Version;

/**
 * Finds models by the names of the protocol. A generator {@code NAME} has two: {@code NAME} by its
 * tensors, and {@code NAME-frames} by its frames. A file that is called so itself comes first.
 */
final class ModelDirectory {
  private final Models models;

  ModelDirectory(Models models) {
    this.models = models;
  }

  /**
   * Finds a model; the caller closes it.
   *
   * @param version as in requests
   * @throws io.grpc.StatusRuntimeException when there is none, or it is not ready
   */
  ServedModel find(String name, String version) {
    long number = number(name, version);
    return held(name, number).orElseThrow(() -> missing(name, number));
  }

  /** As {@link #find}, but empty where there is none, or it is not ready. */
  Optional<ServedModel> ready(String name, String version) {
    return held(name, number(name, version));
  }

  private Optional<ServedModel> held(String name, long version) {
    Optional<Hold> hold = models.hold(name, version);
    if (hold.isPresent()) {
      return hold.map(held -> ServedModel.tensors(name, held));
    }
    if (!name.endsWith(FramesModel.SUFFIX) || known(name)) {
      return Optional.empty();
    }
    return models.hold(base(name), version).flatMap(held -> frames(name, held));
  }

  private static Optional<ServedModel> frames(String name, Hold hold) {
    Optional<GeneratorHandle> frames = hold.frames();
    if (frames.isEmpty()) {
      hold.close();
    }
    return frames.map(makes -> FramesModel.of(name, hold, makes));
  }

  private static String base(String name) {
    return name.substring(0, name.length() - FramesModel.SUFFIX.length());
  }

  private boolean known(String name) {
    return models.versions().stream().anyMatch(version -> version.model().equals(name));
  }

  private RuntimeException missing(String name, long number) {
    String asked = "Request for unknown model: '" + Refusals.name(name) + "'";
    List<Version> held =
        models.versions().stream()
            .filter(version -> version.model().equals(name) || isFramesOf(version.model(), name))
            .toList();
    if (held.isEmpty()) {
      return Refusals.notFound(asked + " is not found");
    }
    if (number != Models.NEWEST) {
      held = held.stream().filter(version -> version.number() == number).toList();
      asked += " version " + number;
      if (held.isEmpty()) {
        return Refusals.notFound(asked + " is not found");
      }
    }
    String reason = held.get(0).reason();
    return held.get(0).state() == State.READY
        ? Refusals.notFound(asked + " is not found: this model makes no frames")
        : Refusals.unavailable(
            asked + " is not at ready state" + (reason.isEmpty() ? "" : ": ") + reason);
  }

  private static boolean isFramesOf(String model, String name) {
    return name.endsWith(FramesModel.SUFFIX) && base(name).equals(model);
  }

  private static long number(String name, String version) {
    if (version.isEmpty()) {
      return Models.NEWEST;
    }
    try {
      long number = Long.parseLong(version);
      if (number >= 1) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Told below, like a number below 1.
    }
    throw Refusals.invalid(
        "failed to get model version from specified version string '"
            + Refusals.name(version)
            + "' for model '"
            + Refusals.name(name)
            + "': an integer from 1 is expected, or nothing for the newest");
  }

  /** All versions under the names of the protocol, frames after the tensors of their generator. */
  List<Version> versions() {
    List<Version> listed = new ArrayList<>();
    List<Version> held = models.versions();
    for (Version version : held) {
      listed.add(version);
      String name = version.model() + FramesModel.SUFFIX;
      boolean taken = held.stream().anyMatch(other -> other.model().equals(name));
      if (version.state() == State.READY && !taken && makesFrames(version)) {
        listed.add(new Version(name, version.number(), version.state(), version.reason()));
      }
    }
    return listed;
  }

  private boolean makesFrames(Version version) {
    return models
        .hold(version.model(), version.number())
        .map(
            held -> {
              try (held) {
                return held.frames().isPresent();
              }
            })
        .orElse(false);
  }

  /** Numbers of the versions of a model that are ready. */
  List<String> ready(String name) {
    return versions().stream()
        .filter(version -> version.model().equals(name) && version.state() == State.READY)
        .map(version -> Long.toString(version.number()))
        .sorted()
        .toList();
  }
}
