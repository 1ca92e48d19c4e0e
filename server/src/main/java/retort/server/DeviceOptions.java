package retort.server;

import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Option;
import retort.server.generator.Device;

/** Flags that say what runs the networks. */
final class DeviceOptions {
  @Option(
      names = "--provider",
      paramLabel = "NAME[,NAME...]",
      split = ",",
      description =
          "What runs the networks: cpu, cuda or tensorrt. Of several the first that can be had, with"
              + " a line on each that cannot. Default: cpu.")
  private List<Device.Provider> providers = List.of(Device.Provider.CPU);

  @Option(
      names = "--device",
      paramLabel = "N",
      description = "Number of the CUDA or TensorRT device. Default: ${DEFAULT-VALUE}.")
  private int device;

  /** Refuses what cannot be. */
  void check() {
    Ranges.require("--device", device, 0, 1024);
  }

  /** The first that can be had; a line on each that cannot goes to {@code err}. */
  Device first(PrintWriter err) {
    return Device.firstOf(
        providers.stream()
            .map(provider -> new Device(provider, provider == Device.Provider.CPU ? 0 : device))
            .toList(),
        (why, next) -> {
          String name = next.provider().name().toLowerCase(Locale.ROOT);
          err.println("retort: " + why.getMessage() + "; trying " + name);
          err.flush();
        });
  }
}
