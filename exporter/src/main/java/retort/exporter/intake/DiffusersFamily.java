package retort.exporter.intake;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import retort.denoiser.DiffusersScheduler;
import retort.denoiser.ImageRange;
import retort.denoiser.LabelInput;
import retort.denoiser.MetadataKeys;
import retort.denoiser.NetworkConvention;
import retort.denoiser.NetworkSignature;
import retort.denoiser.Prediction;
import retort.denoiser.TimeInput;
import retort.denoiser.TimestepTable;
import retort.graph.Graph;
import retort.network.Arguments;
import retort.network.DiffusersNames;
import retort.network.DiffusersUNet;
import retort.network.PublishedWeights;

/** Networks of diffusers in its folders, with the schedule they were trained on. */
final class DiffusersFamily {
  private static final String SCHEDULER = "scheduler";

  private DiffusersFamily() {}

  static boolean has(String className) {
    return className.equals("UNet2DModel");
  }

  static Intake intake(Construction construction) {
    DiffusersUNet unet = DiffusersUNet.of(construction.arguments());
    PublishedWeights weights =
        new PublishedWeights(
            DiffusersNames.current(Construction.tensors(construction.checkpoint(), "", Set.of())));
    Graph network = unet.build(weights);
    weights.requireAllTaken(List.of());
    if (!construction.checkpoint().notes().containsKey(SCHEDULER)) {
      construction.remark(
          "there is no scheduler_config.json: the network is taken for one that predicts eps on"
              + " DDPM's linear schedule of 1000 timesteps");
    }
    Arguments scheduler =
        new Arguments(construction.checkpoint().notes().getOrDefault(SCHEDULER, Map.of()));
    DiffusersScheduler schedule = DiffusersScheduler.of(scheduler);
    Prediction prediction = Prediction.named(schedule.predicts());
    Optional<LabelInput> label =
        network
            .input("label")
            .map(
                input ->
                    new LabelInput(
                        "label",
                        Math.toIntExact(input.shape().dim(1).constant()),
                        OptionalInt.empty()));
    NetworkConvention convention =
        new NetworkConvention(
            new NetworkSignature(
                "x", false, "noise", label, "f", Optional.of("features"), Map.of()),
            prediction,
            new TimeInput(TimestepTable.ofAlphaBars(schedule.schedule().alphaBars())),
            ImageRange.OURS);
    Map<String, String> properties = new HashMap<>(convention.trained().properties());
    properties.put(MetadataKeys.METHOD, "ddpm");
    return construction.intake(
        convention.denoiser(network),
        network,
        0.5,
        "UNet2DModel",
        prediction
            + " at "
            + schedule.schedule().alphaBars().length
            + " timesteps, "
            + convention.trained(),
        "",
        false,
        properties);
  }
}
