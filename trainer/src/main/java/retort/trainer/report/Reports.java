package retort.trainer.report;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import retort.file.WholeFile;
import retort.trainer.distill.RunException;
import retort.trainer.distill.RunLock;

/** What the command {@code report} does with the runs that it is given. */
public final class Reports {
  private static final Pattern ADDRESS = Pattern.compile("(?:\\[([^\\]]+)\\]|([^:/]+)):(\\d{1,5})");
  private static final int MOST_PORT = 65535;

  private final List<Path> folders;

  /**
   * About some runs.
   *
   * @throws RunException when one of the folders holds no run
   */
  public Reports(List<Path> folders) {
    this.folders = distinct(folders);
    for (Path folder : folders) {
      if (!Files.isDirectory(folder)) {
        throw new RunException(
            folder + ": there is no such folder; pass one that a run was given with --out");
      }
      if (!Run.isIn(folder)) {
        throw new RunException(
            folder
                + ": holds no run, neither options.json nor stats.jsonl; pass a folder that a run"
                + " was given with --out");
      }
    }
  }

  /** Each folder once, by whatever paths it was given. */
  private static List<Path> distinct(List<Path> folders) {
    Map<Path, Path> distinct = new LinkedHashMap<>();
    for (Path folder : folders) {
      try {
        distinct.putIfAbsent(folder.toRealPath(), folder);
      } catch (IOException e) {
        distinct.putIfAbsent(folder, folder);
      }
    }
    return List.copyOf(distinct.values());
  }

  /** Writes the page of the first run, and returns where. */
  public Path page(Optional<Path> file) {
    Path target = file.orElse(folders.get(0).resolve(RunReport.FILE));
    requireFolder(target);
    Delivery delivery = isIn(folders.get(0), target) ? Delivery.FILE : Delivery.ELSEWHERE;
    write(target, RunReport.html(read(folders.get(0)), delivery));
    return target;
  }

  private static boolean isIn(Path folder, Path file) {
    Path parent = file.toAbsolutePath().normalize().getParent();
    return folder.toAbsolutePath().normalize().equals(parent);
  }

  /**
   * Compares the runs.
   *
   * @param baselines what is no run, each {@code NAME=FILE}
   */
  public Compared compare(List<String> baselines) {
    Map<String, List<Evaluation>> evaluations = new LinkedHashMap<>();
    for (String baseline : baselines) {
      int split = baseline.indexOf('=');
      if (split < 1 || split == baseline.length() - 1) {
        throw new IllegalArgumentException(
            "--baseline is " + baseline + " but should be NAME=FILE, such as teacher=teacher.json");
      }
      evaluations
          .computeIfAbsent(baseline.substring(0, split), name -> new ArrayList<>())
          .add(evaluation(Path.of(baseline.substring(split + 1))));
    }
    Comparison comparison =
        Comparison.of(folders.stream().map(Reports::read).toList(), evaluations);
    comparison.requireSeeds();
    return new Compared(comparison);
  }

  /** A comparison, to be written. */
  public static final class Compared {
    private final Comparison comparison;

    private Compared(Comparison comparison) {
      this.comparison = comparison;
    }

    /** It as text. */
    public String text(ComparisonFormat format) {
      return format.text(comparison);
    }

    /** Writes it, when every file has a folder and everything could be made. */
    public void write(Map<ComparisonFormat, Path> files) {
      files.values().forEach(Reports::requireFolder);
      if (files.values().stream().map(file -> file.toAbsolutePath().normalize()).distinct().count()
          < files.size()) {
        throw new IllegalArgumentException(
            "two of --out, --markdown, --svg and --json name the same file; pass one for each");
      }
      Map<ComparisonFormat, String> texts = new EnumMap<>(ComparisonFormat.class);
      files.keySet().forEach(format -> texts.put(format, text(format)));
      texts.forEach((format, text) -> Reports.write(files.getOrDefault(format, Path.of("")), text));
    }
  }

  /**
   * Serves the pages of the runs.
   *
   * @param address host and port, such as {@code 127.0.0.1:8090}
   */
  public LiveServer serve(String address) {
    Matcher parts = ADDRESS.matcher(address);
    if (!parts.matches() || Integer.parseInt(parts.group(3)) > MOST_PORT) {
      throw new IllegalArgumentException(
          "--serve is " + address + " but should be HOST:PORT, such as 127.0.0.1:8090");
    }
    String host = Optional.ofNullable(parts.group(1)).orElse(parts.group(2));
    InetSocketAddress socket = new InetSocketAddress(host, Integer.parseInt(parts.group(3)));
    if (socket.isUnresolved()) {
      throw new IllegalArgumentException(
          "--serve is " + address + ", which is no address of this machine; pass 127.0.0.1:8090");
    }
    try {
      return LiveServer.start(socket, folders);
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "cannot listen on "
              + address
              + " ("
              + e.getMessage()
              + "); pass another --serve HOST:PORT, with port 0 for any free one",
          e);
    }
  }

  private static Run read(Path folder) {
    return Run.read(folder, RunLock.isHeld(folder));
  }

  private static Evaluation evaluation(Path file) {
    if (!Files.isRegularFile(file)) {
      throw new RunException(
          file + ": there is no such file; pass what 'evaluate --out' wrote to --baseline");
    }
    try {
      Optional<JsonObject> json = Json.object(Json.read(file));
      return json.flatMap(read -> Evaluation.of(read, file.getFileName().toString()))
          .orElseThrow(() -> noEvaluation(file));
    } catch (MalformedInputException e) {
      throw noEvaluation(file);
    } catch (IOException e) {
      throw new UncheckedIOException(file + ": cannot be read (" + e + ")", e);
    }
  }

  private static RunException noEvaluation(Path file) {
    return new RunException(
        file
            + ": is no evaluation, a JSON object with frechet_distance or another figure; pass what"
            + " 'evaluate --out' wrote to --baseline");
  }

  private static void requireFolder(Path file) {
    Path folder = file.toAbsolutePath().normalize().getParent();
    if (folder == null || !Files.isDirectory(folder)) {
      throw new RunException(file + ": cannot be written, its folder is missing; make it first");
    }
  }

  private static void write(Path file, String text) {
    try {
      WholeFile.write(file, part -> Files.writeString(part, text));
    } catch (IOException e) {
      throw new RunException(
          file + ": cannot be written (" + e.getMessage() + "); pass another file", e);
    }
  }
}
