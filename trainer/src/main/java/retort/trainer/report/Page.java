package retort.trainer.report;

import com.google.gson.Gson;
import java.util.Map;
import java.util.Optional;

/**
 * What every page is: a title and sections by name, with style and script in it. Nothing on it
 * comes from elsewhere, and its policy tells the browser to ask nobody.
 *
 * @param title plain text
 * @param sections HTML by name, in their order
 */
record Page(String title, Map<String, String> sections) {
  private static final String POLICY =
      "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:";

  /** A page as one file. */
  String document() {
    return document(Optional.empty());
  }

  /** A page that asks its server every other moment for what has changed since this version. */
  String live(String version) {
    return document(Optional.of(version));
  }

  /** The sections as JSON, for a live page to replace those that have changed. */
  String changes() {
    return new Gson().toJson(sections);
  }

  private String document(Optional<String> version) {
    StringBuilder html = new StringBuilder(1 << 16);
    html.append("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n");
    html.append("<meta http-equiv=\"Content-Security-Policy\" content=\"")
        .append(POLICY)
        .append(version.isPresent() ? " 'self'; connect-src 'self'" : "")
        .append("\">\n");
    html.append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
    html.append("<meta name=\"color-scheme\" content=\"light dark\">\n");
    // An empty picture, or a browser would ask its server for one.
    html.append("<link rel=\"icon\" href=\"data:,\">\n");
    html.append("<title>").append(Markup.escape(title)).append("</title>\n<style>\n");
    html.append(Markup.resource("chart.css")).append(Markup.resource("page.css"));
    html.append("</style></head>\n<body");
    version.ifPresent(
        text ->
            html.append(" data-poll=\"changes\" data-version=\"")
                .append(Markup.escape(text))
                .append('"'));
    html.append(">\n");
    // Above all sections, so that a choice outlives a section that is replaced.
    html.append("<input type=\"radio\" name=\"reading\" id=\"read-images\" checked>");
    html.append("<input type=\"radio\" name=\"reading\" id=\"read-time\">\n<main>\n");
    sections.forEach(
        (name, section) ->
            html.append("<section id=\"%s\">%s</section>\n".formatted(name, section)));
    html.append("</main>\n<script>\n").append(Markup.resource("page.js"));
    return html.append("</script>\n</body></html>\n").toString();
  }
}
