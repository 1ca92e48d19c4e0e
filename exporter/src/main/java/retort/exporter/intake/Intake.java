package retort.exporter.intake;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import retort.denoiser.DenoiserModel;
import retort.denoiser.MetadataKeys;
import retort.graph.Graph;

/**
 * A denoiser made of somebody's file, and what was understood of it.
 *
 * @param model the denoiser
 * @param network the network within, from what it is fed to what it answers
 * @param source the kind of file
 * @param architecture of the network, in words
 * @param convention how it speaks of noise, in words
 * @param generator whether the weights are those of a one-step generator
 * @param remarks what was guessed or left out, each a sentence
 */
public record Intake(
    DenoiserModel model,
    Graph network,
    String source,
    String architecture,
    String convention,
    boolean generator,
    List<String> remarks) {
  public Intake {
    remarks = List.copyOf(remarks);
  }

  /** The same with more properties of the model. */
  public Intake with(Map<String, String> properties) {
    return new Intake(
        model.withProperties(properties),
        network,
        source,
        architecture,
        convention,
        generator,
        remarks);
  }

  /**
   * The same with names for its labels.
   *
   * @param names in order; none for the names it has
   */
  public Intake named(List<String> names) {
    if (names.isEmpty()) {
      return this;
    }
    if (names.size() != model.labels()) {
      throw new IllegalArgumentException(
          "--label-names has "
              + names.size()
              + " names but the network takes "
              + model.labels()
              + " labels");
    }
    return new Intake(
        new DenoiserModel(model.graph(), model.sigmaData(), names, model.properties()),
        network,
        source,
        architecture,
        convention,
        generator,
        remarks);
  }

  /**
   * The same weights, said to be those of a one-step generator or not. How they were made is known
   * only where the file says the same.
   */
  public Intake as(boolean oneStep) {
    if (oneStep == generator) {
      return this;
    }
    Map<String, String> properties = new TreeMap<>(model.properties());
    properties.remove(MetadataKeys.METHOD);
    return new Intake(
        new DenoiserModel(model.graph(), model.sigmaData(), model.labelNames(), properties),
        network,
        source,
        architecture,
        convention,
        oneStep,
        remarks.stream().filter(remark -> !remark.endsWith("(--as)")).toList());
  }

  /** What the weights may be used for, where it is known. */
  public Optional<String> licence() {
    return model.property(MetadataKeys.LICENCE);
  }
}
