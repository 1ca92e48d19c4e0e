package retort.trainer.watch;

import java.util.Locale;

/**
 * What was seen of a run that does not go well, and which flag to change.
 *
 * @param images shown when it was seen
 * @param kind of what was seen, such as {@code divergence}
 * @param text one or two sentences
 */
public record Advice(long images, String kind, String text) {
  Advice(long images, Symptom symptom, String text) {
    this(images, symptom.name().toLowerCase(Locale.ROOT).replace('_', '-'), text);
  }
}
