package retort.trainer.watch;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import retort.trainer.watch.RunHistory.Setting;

/**
 * Judges the statistics of a run, line by line. What it says follows from the lines alone, so that
 * a resumed run says the same; each kind of advice is given once.
 */
public final class Adviser {
  private final RunHistory run;
  private final Set<Symptom> unseen = EnumSet.allOf(Symptom.class);

  /**
   * An adviser that has seen nothing.
   *
   * @param options what the run was started with, by flag without dashes
   * @param labels how many labels there are; 0 for none
   * @param network name of the network that the run makes, such as {@code generator}
   */
  public Adviser(Map<String, String> options, int labels, String network) {
    this.run = new RunHistory(new Setting(options, labels, network));
  }

  /** Looks at the next line; returns what it says for the first time. */
  public List<Advice> judge(Map<String, Double> line) {
    run.add(line);
    long images = line.getOrDefault("images", 0.0).longValue();
    List<Advice> given = new ArrayList<>();
    for (Symptom symptom : List.copyOf(unseen)) {
      symptom
          .seen(run)
          .ifPresent(
              text -> {
                given.add(new Advice(images, symptom, text));
                unseen.remove(symptom);
              });
    }
    return given;
  }
}
