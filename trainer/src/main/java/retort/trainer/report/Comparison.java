package retort.trainer.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;
import retort.trainer.distill.RunException;

/**
 * Runs side by side, with baselines that are no runs. Runs of the same options but the seed are one
 * row.
 *
 * @param rows the runs' in the order in which they were given, then the baselines'
 */
record Comparison(List<Row> rows) {
  /** The option in which runs of one row differ. */
  private static final String SEED = "seed";

  /**
   * One line of a table.
   *
   * @param name the method, with the options that tell it from others of the method
   * @param members a run, or an evaluation of a baseline, for each seed
   */
  record Row(String name, List<Member> members) {
    Row {
      members = List.copyOf(members);
    }

    boolean isBaseline() {
      return members.stream().allMatch(member -> member.run().isEmpty());
    }

    /** A number over the members that have it, if any has. */
    Optional<Spread> spread(Measure measure) {
      List<Double> values =
          members.stream().flatMap(member -> member.figure(measure).stream()).toList();
      return values.isEmpty() ? Optional.empty() : Optional.of(Spread.of(values));
    }
  }

  /**
   * One run, or one evaluation of a baseline.
   *
   * @param run empty for a baseline
   * @param figures what is known of it
   * @param source where that was found
   */
  record Member(Optional<Run> run, Map<Measure, Double> figures, String source) {
    Member {
      figures = Map.copyOf(figures);
    }

    private static Member of(Run run) {
      Map<Measure, Double> figures = new EnumMap<>(Measure.class);
      run.judged().ifPresent(judged -> figures.putAll(judged.figures()));
      run.statistics()
          .last()
          .ifPresent(
              last -> {
                figures.put(Measure.IMAGES, (double) last.images());
                figures.put(Measure.SECONDS, last.seconds());
              });
      String source = run.judged().map(Evaluation::source).orElse("not measured");
      return new Member(Optional.of(run), figures, source);
    }

    Optional<Double> figure(Measure measure) {
      return Optional.ofNullable(figures.get(measure)).filter(Double::isFinite);
    }
  }

  Comparison {
    rows = List.copyOf(rows);
  }

  /**
   * Compares.
   *
   * @param baselines evaluations by name, one for each seed
   */
  static Comparison of(List<Run> runs, Map<String, List<Evaluation>> baselines) {
    Map<Map<String, String>, List<Run>> groups = new LinkedHashMap<>();
    for (Run run : runs) {
      Map<String, String> options = new LinkedHashMap<>(run.options());
      options.remove(SEED);
      groups.computeIfAbsent(options, key -> new ArrayList<>()).add(run);
    }
    List<Row> rows = new ArrayList<>();
    groups.forEach(
        (options, group) ->
            rows.add(
                new Row(
                    name(group.get(0), options, groups), group.stream().map(Member::of).toList())));
    baselines.forEach(
        (name, evaluations) ->
            rows.add(
                new Row(
                    name,
                    evaluations.stream()
                        .map(one -> new Member(Optional.empty(), one.figures(), one.source()))
                        .toList())));
    return new Comparison(rows);
  }

  /** The method, and each option in which other rows of the method differ from this one. */
  private static String name(
      Run run, Map<String, String> options, Map<Map<String, String>, List<Run>> groups) {
    TreeSet<String> different = new TreeSet<>();
    groups.forEach(
        (others, group) -> {
          if (group.get(0).method().equals(run.method())) {
            options.forEach(
                (name, value) -> {
                  if (!value.equals(others.get(name))) {
                    different.add(name + " " + RunPage.shortened(value));
                  }
                });
          }
        });
    return different.isEmpty() ? run.method() : run.method() + ", " + String.join(", ", different);
  }

  /**
   * Refuses two runs of one row that have one seed: they are no two draws.
   *
   * @throws RunException that names them
   */
  void requireSeeds() {
    for (Row row : rows) {
      Map<String, Run> bySeed = new HashMap<>();
      for (Member member : row.members()) {
        Optional<String> seed = member.run().map(run -> run.options().get(SEED));
        if (seed.isPresent()) {
          Run run = member.run().orElseThrow();
          Run other = bySeed.putIfAbsent(seed.get(), run);
          if (other != null) {
            throw new RunException(
                "%s and %s have the same options and the same seed, %s; pass one of them"
                    .formatted(other.folder(), run.folder(), seed.get()));
          }
        }
      }
    }
  }

  /** What to know of runs that are not finished; empty when all are. */
  Optional<String> unfinished() {
    String names =
        runs().stream()
            .filter(run -> run.state() != Run.State.FINISHED)
            .map(run -> run.name() + " (" + run.state() + ")")
            .collect(Collectors.joining(", "));
    return names.isEmpty()
        ? Optional.empty()
        : Optional.of("Not finished, and compared as they are: " + names + ".");
  }

  /** The measures that any row has. */
  List<Measure> measures() {
    return List.of(Measure.values()).stream()
        .filter(measure -> rows.stream().anyMatch(row -> row.spread(measure).isPresent()))
        .toList();
  }

  /** The row of runs whose mean is best, where there are two rows of runs to choose from. */
  Optional<Row> best(Measure measure) {
    List<Row> measured =
        rows.stream().filter(row -> !row.isBaseline() && row.spread(measure).isPresent()).toList();
    if (!measure.judges() || measured.size() < 2) {
      return Optional.empty();
    }
    double sign = measure.better() == Measure.Better.LOWER ? 1 : -1;
    return measured.stream()
        .min(
            Comparator.comparingDouble(
                row -> sign * row.spread(measure).map(Spread::mean).orElse(Double.NaN)));
  }

  /** All runs, in the order of the rows. */
  List<Run> runs() {
    return rows.stream()
        .flatMap(row -> row.members().stream())
        .flatMap(member -> member.run().stream())
        .toList();
  }

  /** Where the figures of each row come from, a sentence a row. */
  List<String> sources() {
    return rows.stream()
        .map(
            row ->
                row.name()
                    + ": "
                    + row.members().stream()
                        .map(
                            member ->
                                member.run().map(Comparison::called).orElse("") + member.source())
                        .collect(Collectors.joining("; ")))
        .toList();
  }

  private static String called(Run run) {
    String state = run.state() == Run.State.FINISHED ? "" : ", " + run.state();
    return run.name() + " (seed " + run.options().getOrDefault(SEED, "unknown") + state + "), ";
  }
}
