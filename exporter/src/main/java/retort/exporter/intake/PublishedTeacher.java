package retort.exporter.intake;

import java.util.Optional;
import retort.exporter.checkpoint.Checkpoint;
import retort.exporter.checkpoint.CheckpointException;
import retort.exporter.checkpoint.Configuration;
import retort.graph.GraphException;

/**
 * The denoiser of a checkpoint, by the class that its configuration names. Without a configuration
 * the class and its arguments are recognised from the tensors' names and shapes.
 */
public final class PublishedTeacher {
  private PublishedTeacher() {}

  /**
   * Builds the denoiser. The values of its weights stay in the checkpoint's file.
   *
   * @param checkpoint names, shapes and configuration of a file
   * @param given a configuration that the user gives instead of the file's
   * @throws CheckpointException when the class is not known, or tensors and configuration disagree
   */
  public static Intake of(Checkpoint checkpoint, Optional<Configuration> given) {
    try {
      Optional<Configuration> said = given.or(checkpoint::configuration);
      Construction construction =
          said.map(how -> new Construction(checkpoint, how))
              .orElseGet(() -> Recognition.of(checkpoint));
      String name = construction.className();
      if (EdmFamily.has(name)) {
        return EdmFamily.intake(construction);
      }
      if (Edm2Family.has(name)) {
        return Edm2Family.intake(construction);
      }
      if (DiffusersFamily.has(name)) {
        return DiffusersFamily.intake(construction);
      }
      throw new IllegalArgumentException(
          "it holds a "
              + name
              + ", but networks of EDM, SiD and SiDA (EDMPrecond, VPPrecond, VEPrecond,"
              + " iDDPMPrecond), EDM2 (Precond) and diffusers (UNet2DModel) are known; export it to"
              + " ONNX and import that");
    } catch (IllegalArgumentException | ArithmeticException | GraphException e) {
      throw new CheckpointException(checkpoint.file() + ": " + e.getMessage(), e);
    }
  }
}
