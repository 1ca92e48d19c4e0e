package retort.denoiser;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import retort.graph.DataType;
import retort.graph.Dim;
import retort.graph.Graph;
import retort.graph.Shape;
import retort.graph.Types;

/** Tells a network's inputs and outputs apart. */
final class SignatureReading {
  private static final Pattern TIME =
      Pattern.compile("t|ts|.*(time|step|sigma|noise|snr).*", Pattern.CASE_INSENSITIVE);
  private static final Pattern LABEL =
      Pattern.compile("y|c|.*(label|class|cond).*", Pattern.CASE_INSENSITIVE);

  /** Images have no more channels than this; latents may. */
  private static final long FEW = 4;

  private final Graph network;
  private final SignatureHints hints;
  private final List<Graph.Input> left;
  private final List<String> sentences = new ArrayList<>();

  SignatureReading(Graph network, SignatureHints hints) {
    this.network = network;
    this.hints = hints;
    left = new ArrayList<>(network.inputs());
    hints.fixed().keySet().forEach(name -> left.remove(input(name, "--fix")));
  }

  List<String> sentences() {
    return sentences;
  }

  NetworkSignature signature() {
    hints.time().ifPresent(name -> left.remove(input(name, "--time-input")));
    hints.label().ifPresent(name -> left.remove(input(name, "--label-input")));
    Graph.Input image =
        taken(
            hints.image(),
            "--image-input",
            "the noisy image",
            SignatureReading::isImage,
            SignatureReading::isImage);
    Graph.Input time =
        taken(
            hints.time(),
            "--time-input",
            "the noise level",
            SignatureReading::isSingle,
            named(TIME).and(named(LABEL).negate().or(input -> input.type().isFloating())));
    Optional<LabelInput> label = label();
    boolean last = hints.channelsLast().orElseGet(() -> channelsLast(image));
    for (Graph.Input input : left) {
      throw new IllegalArgumentException(
          "input "
              + described(input)
              + " is neither image, noise level nor label: name them with --image-input,"
              + " --time-input and --label-input, or give this one a number with --fix "
              + input.name()
              + "=NUMBER");
    }
    return new NetworkSignature(
        image.name(),
        last,
        time.name(),
        label,
        output(image, last),
        hints.features().map(this::inside),
        hints.fixed());
  }

  private static Predicate<Graph.Input> named(Pattern pattern) {
    return input -> pattern.matcher(input.name()).matches();
  }

  private static String described(Graph.Input input) {
    return "'" + input.name() + "' " + input.type().name().toLowerCase(Locale.ROOT) + input.shape();
  }

  private Graph.Input input(String name, String flag) {
    return network
        .input(name)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    flag
                        + " names '"
                        + name
                        + "' but the inputs are "
                        + network.inputs().stream().map(SignatureReading::described).toList()));
  }

  /** The input that is hinted, or the only one that may be meant, which leaves the list. */
  private Graph.Input taken(
      Optional<String> hint,
      String flag,
      String what,
      Predicate<Graph.Input> fits,
      Predicate<Graph.Input> better) {
    if (hint.isPresent()) {
      Graph.Input found = input(hint.get(), flag);
      left.remove(found);
      return found;
    }
    List<Graph.Input> possible = left.stream().filter(fits).toList();
    List<Graph.Input> best = possible.stream().filter(better).toList();
    List<Graph.Input> chosen = best.isEmpty() ? possible : best;
    if (chosen.size() != 1) {
      throw new IllegalArgumentException(
          (chosen.isEmpty() ? "no input looks like " : "several inputs could be ")
              + what
              + " among "
              + network.inputs().stream().map(SignatureReading::described).toList()
              + ": name it with "
              + flag);
    }
    left.remove(chosen.get(0));
    sentences.add("input " + described(chosen.get(0)) + " is " + what + " (" + flag + ")");
    return chosen.get(0);
  }

  private static boolean isImage(Graph.Input input) {
    return input.type().isFloating() && input.shape().rank() == 4 && !isSingle(input);
  }

  /** One number for each image, or for all of them. */
  private static boolean isSingle(Graph.Input input) {
    return input.type() != DataType.BOOL
        && input.shape().dims().stream().skip(1).allMatch(Dim.of(1)::equals);
  }

  private Optional<LabelInput> label() {
    Optional<Graph.Input> found = hints.label().map(name -> input(name, "--label-input"));
    if (found.isEmpty()) {
      found =
          left.stream()
              .filter(named(LABEL))
              .filter(i -> isRow(i) || (isSingle(i) && !i.type().isFloating()))
              .findFirst();
      found.ifPresent(
          input -> {
            left.remove(input);
            sentences.add("input " + described(input) + " is the label (--label-input)");
          });
    }
    return found.map(input -> new LabelInput(input.name(), rows(input), hints.nullLabel()));
  }

  private static boolean isRow(Graph.Input input) {
    return input.type().isFloating() && input.shape().rank() == 2 && !isSingle(input);
  }

  private int rows(Graph.Input label) {
    OptionalInt rows =
        isRow(label)
            ? OptionalInt.of(Math.toIntExact(label.shape().dim(1).constant()))
            : LabelTables.rows(network, label.name());
    if (rows.isPresent() && hints.labels().isPresent() && !rows.equals(hints.labels())) {
      throw new IllegalArgumentException(
          "--labels is "
              + hints.labels().getAsInt()
              + " but the network knows "
              + rows.getAsInt()
              + ", the null label included");
    }
    if (rows.isEmpty() && hints.labels().isEmpty()) {
      throw new IllegalArgumentException(
          "input "
              + described(label)
              + " does not show how many labels there are: pass --labels, the null label included");
    }
    if (!isRow(label) && hints.nullLabel().isEmpty()) {
      sentences.add(
          "no label means none; where one of them does, name it with --null-label, so that it"
              + " answers for labels that are left out");
    }
    return rows.orElseGet(() -> hints.labels().getAsInt());
  }

  private static boolean channelsLast(Graph.Input image) {
    Shape shape = image.shape();
    Dim first = shape.dim(1);
    Dim last = shape.dim(3);
    boolean fewFirst = first.constant() <= FEW;
    boolean fewLast = last.constant() <= FEW;
    if (fewFirst != fewLast) {
      return fewLast;
    }
    boolean squareFirst = shape.dim(2).equals(last) && !first.equals(last);
    boolean squareLast = shape.dim(2).equals(first) && !first.equals(last);
    if (squareFirst != squareLast) {
      return squareLast;
    }
    throw new IllegalArgumentException(
        "input "
            + described(image)
            + " could hold its channels first or last: pass --layout=nchw or --layout=nhwc");
  }

  private String output(Graph.Input image, boolean last) {
    if (hints.output().isPresent()) {
      return inside(hints.output().get());
    }
    if (network.outputs().size() == 1) {
      return network.outputs().get(0);
    }
    Types types = Types.of(network);
    int axis = last ? 3 : 1;
    List<String> fitting =
        network.outputs().stream()
            .filter(
                name -> {
                  Shape shape = types.type(name).shape();
                  boolean fits = shape.rank() == 4;
                  for (int i = 1; fits && i < 4; i++) {
                    long size = image.shape().dim(i).constant();
                    long given = shape.dim(i).constant();
                    fits = given == size || (i == axis && given == 2 * size);
                  }
                  return fits;
                })
            .toList();
    if (fitting.size() != 1) {
      throw new IllegalArgumentException(
          "the outputs are "
              + network.outputs()
              + ", of which "
              + (fitting.isEmpty() ? "none has" : "several have")
              + " the shape of the image: name the answer with --output");
    }
    sentences.add("output '" + fitting.get(0) + "' is the answer (--output)");
    return fitting.get(0);
  }

  /** A value of the network, which need not be an output yet. */
  private String inside(String name) {
    boolean known = network.nodes().stream().anyMatch(node -> node.outputs().contains(name));
    if (!known) {
      throw new IllegalArgumentException(
          "the network has no value '"
              + name
              + "' for --output or --features; its outputs are "
              + network.outputs()
              + ", and values inside a normalisation or attention are not kept");
    }
    return name;
  }
}
