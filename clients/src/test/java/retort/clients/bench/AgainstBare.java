package retort.clients.bench;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;

/**
 * What serving takes away from a bare session loop, of rounds in which they took turns: medians of
 * what {@code BareLoop} and {@code bench --callers} wrote. A share of the bare loop is taken within
 * each round, so that what slows a machine down for a while slows both. Prints one line of JSON.
 *
 * <pre>{@code
 * AgainstBare FOLDER ROUNDS CALLERS...
 * }</pre>
 *
 * where the folder holds {@code bare-ROUND.json} and {@code served-ROUND-CALLERS.json}.
 */
public final class AgainstBare {
  private AgainstBare() {}

  /** Reads the files. */
  public static void main(String[] arguments) throws IOException {
    Path folder = Path.of(arguments[0]);
    int rounds = Integer.parseInt(arguments[1]);
    List<JsonObject> bare = new ArrayList<>();
    for (int round = 1; round <= rounds; round++) {
      bare.add(read(folder.resolve("bare-" + round + ".json")));
    }
    Map<String, Object> told = new LinkedHashMap<>();
    told.put("rounds", rounds);
    told.put("threads", bare.get(0).get("threads").getAsInt());
    told.put("batch", bare.get(0).get("batch").getAsInt());
    told.put("bare_images_per_second", median(rounds, i -> rate(bare.get(i), "images_per_second")));
    told.put("bare_p50_ms", median(rounds, i -> rate(bare.get(i), "p50") / 1e3));
    List<Object> rows = new ArrayList<>();
    for (int i = 2; i < arguments.length; i++) {
      List<JsonObject> served = new ArrayList<>();
      for (int round = 1; round <= rounds; round++) {
        served.add(read(folder.resolve("served-" + round + "-" + arguments[i] + ".json")));
      }
      rows.add(row(arguments[i], bare, served));
    }
    told.put("served", rows);
    System.out.println(new GsonBuilder().create().toJson(told));
  }

  private static Map<String, Object> row(
      String callers, List<JsonObject> bare, List<JsonObject> served) {
    int rounds = bare.size();
    String images = "answers_per_second";
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("callers", Integer.valueOf(callers));
    row.put("images_per_second", median(rounds, i -> rate(served.get(i), images)));
    row.put(
        "of_bare",
        median(rounds, i -> rate(served.get(i), images) / rate(bare.get(i), "images_per_second")));
    row.put("p50_ms", median(rounds, i -> p50(served.get(i))));
    row.put(
        "added_p50_ms", median(rounds, i -> p50(served.get(i)) - rate(bare.get(i), "p50") / 1e3));
    row.put("client_cpu", median(rounds, i -> rate(served.get(i), "client_cpu_share")));
    return row;
  }

  private static JsonObject read(Path file) throws IOException {
    JsonObject read = JsonParser.parseString(Files.readString(file)).getAsJsonObject();
    if (read.has("failures")) {
      throw new IOException(file + " tells of failures: " + read.get("failures"));
    }
    return read;
  }

  private static double rate(JsonObject from, String key) {
    return from.get(key).getAsDouble();
  }

  private static double p50(JsonObject served) {
    return served.getAsJsonObject("latency_ms").get("p50").getAsDouble();
  }

  /** To four digits, which is more than is meant. */
  private static double median(int rounds, IntToDoubleFunction ofRound) {
    double[] sorted = IntStream.range(0, rounds).mapToDouble(ofRound).sorted().toArray();
    double middle = (sorted[(rounds - 1) / 2] + sorted[rounds / 2]) / 2;
    return Math.rint(middle * 1e4) / 1e4;
  }
}
