/**
 * Somebody's network becomes our denoiser: checkpoints by the architecture they name, ONNX files by
 * what the user says of them. Start with {@link retort.exporter.intake.PublishedTeacher}.
 */
@NullMarked
package retort.exporter.intake;

import org.jspecify.annotations.NullMarked;
