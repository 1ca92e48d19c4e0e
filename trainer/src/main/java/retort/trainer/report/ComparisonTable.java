package retort.trainer.report;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import retort.trainer.report.Comparison.Member;
import retort.trainer.report.Comparison.Row;

/** The table of a comparison, as HTML, Markdown and JSON. */
final class ComparisonTable {
  private static final String SPREAD =
      "Figures are means over seeds, ± their sample standard deviation; the best of the runs is"
          + " marked.";

  private final Comparison comparison;
  private final List<Measure> measures;

  ComparisonTable(Comparison comparison) {
    this.comparison = comparison;
    this.measures = comparison.measures();
  }

  /** A table with one colour a row, as in the charts. */
  String html() {
    StringBuilder html =
        new StringBuilder("<div class=\"scroll\"><table><tr><th></th><th>Seeds</th>");
    measures.forEach(measure -> html.append("<th>%s</th>".formatted(measure.title())));
    html.append("</tr>");
    for (int i = 0; i < comparison.rows().size(); i++) {
      Row row = comparison.rows().get(i);
      html.append(
          "<tr%s><td><i class=\"c%d\"></i>%s</td><td>%d</td>"
              .formatted(
                  row.isBaseline() ? " class=\"baseline\"" : "",
                  i % Chart.COLOURS,
                  Markup.escape(row.name()),
                  row.members().size()));
      for (Measure measure : measures) {
        html.append(
            "<td%s>%s</td>"
                .formatted(isBest(row, measure) ? " class=\"best\"" : "", cell(row, measure)));
      }
      html.append("</tr>");
    }
    html.append("</table></div><p>").append(SPREAD).append("</p>");
    comparison
        .unfinished()
        .ifPresent(
            notice -> html.append("<p class=\"notice\">%s</p>".formatted(Markup.escape(notice))));
    html.append("<ul>");
    comparison.sources().forEach(line -> html.append("<li>%s</li>".formatted(Markup.escape(line))));
    return html.append("</ul>").toString();
  }

  /** A table for documents. */
  String markdown() {
    StringBuilder text = new StringBuilder("| | seeds |");
    measures.forEach(
        measure -> text.append(' ').append(measure.key().replace('_', ' ')).append(" |"));
    text.append("\n|---|---|").append("---|".repeat(measures.size())).append('\n');
    for (Row row : comparison.rows()) {
      text.append("| %s | %d |".formatted(Markup.markdown(row.name()), row.members().size()));
      for (Measure measure : measures) {
        String mark = isBest(row, measure) ? "**" : "";
        text.append(" %s%s%s |".formatted(mark, cell(row, measure), mark));
      }
      text.append('\n');
    }
    text.append('\n').append(SPREAD).append(" Seconds are times in steps.\n\n");
    comparison
        .unfinished()
        .ifPresent(notice -> text.append(Markup.markdown(notice)).append("\n\n"));
    return text
        + comparison.sources().stream()
            .map(line -> "- " + Markup.markdown(line) + "\n")
            .collect(Collectors.joining());
  }

  private boolean isBest(Row row, Measure measure) {
    return comparison.best(measure).filter(row::equals).isPresent();
  }

  private static String cell(Row row, Measure measure) {
    Optional<Spread> spread = row.spread(measure);
    return spread.map(s -> measure.text(s.mean(), s.deviation())).orElse("–");
  }

  /** Everything with all its digits, for other programs. */
  String json() {
    JsonArray rows = new JsonArray();
    for (Row row : comparison.rows()) {
      JsonObject json = new JsonObject();
      json.addProperty("name", row.name());
      json.addProperty("baseline", row.isBaseline());
      for (Measure measure : measures) {
        row.spread(measure).ifPresent(spread -> json.add(measure.key(), json(spread)));
      }
      JsonArray members = new JsonArray();
      row.members().forEach(member -> members.add(json(member)));
      json.add("members", members);
      rows.add(json);
    }
    JsonObject all = new JsonObject();
    all.add("rows", rows);
    return new GsonBuilder().setPrettyPrinting().create().toJson(all) + "\n";
  }

  private static JsonObject json(Spread spread) {
    JsonObject json = new JsonObject();
    json.addProperty("mean", spread.mean());
    if (spread.count() > 1) {
      json.addProperty("standard_deviation", spread.deviation());
    }
    json.addProperty("count", spread.count());
    return json;
  }

  private static JsonObject json(Member member) {
    JsonObject json = new JsonObject();
    member
        .run()
        .ifPresent(
            run -> {
              json.addProperty("run", run.name());
              json.addProperty("method", run.method());
              json.addProperty("seed", run.options().get("seed"));
              json.addProperty("state", run.state().toString());
            });
    json.addProperty("source", member.source());
    for (Measure measure : Measure.values()) {
      member.figure(measure).ifPresent(value -> json.addProperty(measure.key(), value));
    }
    return json;
  }
}
