package retort.trainer.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The sample grids of a run: the first, the best and the last, and all of them as a film. */
final class SamplesSection {
  private static final int MOST_GRIDS = 40;
  private static final long MOST_BYTES = 8L << 20;

  /** Pixels across that a grid has beside others. */
  static final int ROOM = 370;

  private static final int FILM_ROOM = 640;

  private SamplesSection() {}

  /** The section's HTML. */
  static String of(Run run, Delivery delivery) {
    StringBuilder html = new StringBuilder("<h2>Samples</h2>");
    if (run.grids().isEmpty()) {
      return html.append("<p>There is no grid of samples yet.</p>").toString();
    }
    Grid first = run.grids().get(0);
    Grid last = run.grids().get(run.grids().size() - 1);
    Optional<Grid> best = best(run);
    html.append("<p>The same noise, and the same labels, each time.</p><div class=\"grids\">");
    html.append(figure(first, "first", delivery));
    best.filter(grid -> !grid.equals(first) && !grid.equals(last))
        .ifPresent(grid -> html.append(figure(grid, "best Frechet distance", delivery)));
    if (!last.equals(first)) {
      boolean isBest = best.filter(last::equals).isPresent();
      html.append(figure(last, isBest ? "last, best Frechet distance" : "last", delivery));
    }
    run.reference()
        .ifPresent(grid -> html.append(figure(grid, "what they should look like", "", delivery)));
    html.append("</div>");
    List<Grid> film = thinned(run.grids(), best, MOST_GRIDS, MOST_BYTES);
    if (film.size() > 1) {
      film(html, run, film, delivery);
    }
    return html.toString();
  }

  private static void film(StringBuilder html, Run run, List<Grid> film, Delivery delivery) {
    Grid last = film.get(film.size() - 1);
    html.append(
        "<div class=\"film\"><figure><img class=\"shown\" alt=\"\" %s src=\"%s\">"
            .formatted(last.sizeAttributes(FILM_ROOM), delivery.picture(last)));
    html.append("<figcaption>%s</figcaption></figure>".formatted(caption(last)));
    int end = film.size() - 1;
    html.append(
        "<input type=\"range\" min=\"0\" max=\"%d\" value=\"%d\" aria-label=\"which grid\">"
            .formatted(end, end));
    html.append("<div class=\"strip\">");
    for (Grid grid : film) {
      html.append(
          "<img alt=\"%s\" loading=\"lazy\" src=\"%s\">"
              .formatted(caption(grid), delivery.picture(grid)));
    }
    html.append("</div>");
    if (film.size() < run.grids().size()) {
      html.append("<p>%d of %d grids are shown.</p>".formatted(film.size(), run.grids().size()));
    }
    html.append("</div>");
  }

  private static String figure(Grid grid, String what, Delivery delivery) {
    return figure(grid, what, ", " + caption(grid), delivery);
  }

  private static String figure(Grid grid, String what, String images, Delivery delivery) {
    return "<figure><img alt=\"grid of samples, %s\" %s src=\"%s\"><figcaption>%s</figcaption></figure>"
        .formatted(what, grid.sizeAttributes(ROOM), delivery.picture(grid), what + images);
  }

  private static String caption(Grid grid) {
    return "%s images".formatted(Figures.of(grid.images()));
  }

  /** The grid made nearest to the best measurement. */
  private static Optional<Grid> best(Run run) {
    return run.frechetDistance()
        .best(true)
        .flatMap(
            point ->
                run.grids().stream()
                    .min(
                        Comparator.comparingLong(
                            grid -> Math.abs(grid.images() - point.images()))));
  }

  /**
   * At most so many grids, and of so many bytes together where that leaves three: at equal
   * distances, with the first, the best and the last.
   */
  static List<Grid> thinned(List<Grid> grids, Optional<Grid> best, int most, long bytes) {
    int count = Math.min(most, grids.size());
    List<Grid> kept = spaced(grids, best, count);
    while (count > 3 && kept.stream().mapToLong(Grid::bytes).sum() > bytes) {
      count = Math.max(3, count * 3 / 4);
      kept = spaced(grids, best, count);
    }
    return kept;
  }

  private static List<Grid> spaced(List<Grid> grids, Optional<Grid> best, int count) {
    if (count >= grids.size()) {
      return grids;
    }
    Set<Grid> kept = new LinkedHashSet<>();
    best.ifPresent(kept::add);
    int spaced = best.isPresent() ? count - 1 : count;
    for (int i = 0; i < spaced; i++) {
      kept.add(grids.get((int) ((long) i * (grids.size() - 1) / Math.max(1, spaced - 1))));
    }
    List<Grid> ordered = new ArrayList<>(kept);
    ordered.sort(Comparator.comparingLong(Grid::images));
    return ordered;
  }
}
