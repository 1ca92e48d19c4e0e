package retort.trainer.report;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** The page of one run. */
final class RunPage {
  private static final int DIGEST = 64;

  /** Facts about a session that have a place of their own, or none. */
  private static final Set<String> NOT_LISTED = Set.of("total_images", "max_seconds");

  private final Run run;
  private final Delivery delivery;

  private RunPage(Run run, Delivery delivery) {
    this.run = run;
    this.delivery = delivery;
  }

  /** The page, as one file or to be served. */
  static Page of(Run run, Delivery delivery, Instant now) {
    RunPage page = new RunPage(run, delivery);
    Map<String, String> sections = new LinkedHashMap<>();
    sections.put("head", new RunHead(run, now).html());
    sections.put("notes", page.notes());
    sections.put("curves", CurvesSection.of(run.statistics()));
    sections.put("samples", SamplesSection.of(run, delivery));
    sections.put("options", page.options());
    sections.put("environment", page.environment());
    sections.put("files", page.files());
    return new Page(run.name() + ": " + run.method(), sections);
  }

  private String notes() {
    StringBuilder html = new StringBuilder();
    if (run.state() == Run.State.FAILED) {
      html.append(
          "<p class=\"advice\"><b>failed</b> %s</p>"
              .formatted(Markup.escape(Json.text(newest().get("reason")))));
    }
    for (Advice advice : run.advice()) {
      html.append(
          "<p class=\"advice\"><b>%s at %s images</b> %s</p>"
              .formatted(
                  Markup.escape(advice.kind().replace('_', ' ')),
                  Figures.of(advice.images()),
                  Markup.escape(advice.text())));
    }
    for (String notice : run.notices()) {
      html.append("<p class=\"notice\">%s</p>".formatted(Markup.escape(notice)));
    }
    return html.toString();
  }

  private String options() {
    StringBuilder html = new StringBuilder("<h2>Options</h2>");
    if (run.options().isEmpty()) {
      return html.append("<p>They are not known.</p>").toString();
    }
    Set<String> given = given();
    if (run.options().keySet().stream().anyMatch(given::contains)) {
      html.append("<p>Those in <b>bold</b> were given, the others are the preset's.</p>");
    }
    html.append("<dl class=\"options\">");
    run.options()
        .forEach(
            (name, value) ->
                html.append(
                    "<div%s><dt>%s</dt><dd title=\"%s\">%s</dd></div>"
                        .formatted(
                            given.contains(name) ? " class=\"given\"" : "",
                            Markup.escape(name),
                            Markup.escape(value),
                            Markup.escape(shortened(value)))));
    return html.append("</dl>").toString();
  }

  /** The flags on the newest command line. */
  private Set<String> given() {
    if (run.sessions().isEmpty()) {
      return Set.of();
    }
    String command = Json.text(newest().get("command"));
    return Arrays.stream(command.split("\\s+"))
        .filter(word -> word.startsWith("--"))
        .map(word -> word.substring(2).split("=", 2)[0])
        .collect(Collectors.toSet());
  }

  private JsonObject newest() {
    return run.sessions().get(run.sessions().size() - 1);
  }

  /** A value of an option, the beginning of it where it is a digest. */
  static String shortened(String value) {
    return value.length() == DIGEST && value.matches("[0-9a-f]+")
        ? value.substring(0, 12) + "…"
        : value;
  }

  private String environment() {
    StringBuilder html = new StringBuilder("<h2>Environment</h2>");
    if (run.sessions().isEmpty()) {
      return html.append("<p>The run kept no %s.</p>".formatted(Run.ENVIRONMENT)).toString();
    }
    html.append("<dl class=\"facts\">");
    newest()
        .entrySet()
        .forEach(
            fact -> {
              if (!NOT_LISTED.contains(fact.getKey())) {
                html.append(
                    "<div><dt>%s</dt><dd>%s</dd></div>"
                        .formatted(
                            Markup.escape(fact.getKey().replace('_', ' ')),
                            Markup.escape(Json.text(fact.getValue()))));
              }
            });
    html.append("</dl>");
    List<JsonObject> earlier = run.sessions().subList(0, run.sessions().size() - 1);
    if (!earlier.isEmpty()) {
      html.append("<h3>Earlier sessions</h3><ul>");
      for (JsonObject session : earlier) {
        html.append(
            "<li>%s to %s, %s</li>"
                .formatted(
                    Markup.escape(Json.text(session.get("started"))),
                    session.has("ended") ? Markup.escape(Json.text(session.get("ended"))) : "?",
                    session.has("end") ? Markup.escape(Json.text(session.get("end"))) : "killed"));
      }
      html.append("</ul>");
    }
    return html.toString();
  }

  private String files() {
    StringBuilder html = new StringBuilder("<h2>Files</h2><ul class=\"files\">");
    for (Path file : run.files()) {
      String name = Markup.escape(file.getFileName().toString());
      String link = delivery.link(file);
      String linked = link.isEmpty() ? name : "<a href=\"%s\">%s</a>".formatted(link, name);
      html.append("<li>%s %s</li>".formatted(linked, size(file)));
    }
    return html.append("</ul>").toString();
  }

  private static String size(Path file) {
    try {
      return Figures.bytes(Files.size(file));
    } catch (IOException e) {
      return "";
    }
  }

  /** A moment as a page shows it. */
  static String moment(Instant instant) {
    return instant
        .truncatedTo(ChronoUnit.SECONDS)
        .toString()
        .replace('T', ' ')
        .replace("Z", " UTC");
  }
}
