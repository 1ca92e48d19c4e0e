package retort.clients.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import retort.v1.Model;

/**
 * A model that a server is ready to serve.
 *
 * @param description what the server says of it
 */
record ServedModel(Model description) {

  /**
   * Finds a model.
   *
   * @param models what a server holds
   * @param wanted a name, or nothing for the only one
   * @param server its address, for messages
   * @throws IllegalArgumentException when it is not there or not ready
   */
  static ServedModel choose(List<Model> models, String wanted, String server) {
    String names = models.stream().map(Model::getName).collect(Collectors.joining(", "));
    if (models.isEmpty()) {
      throw new IllegalArgumentException(
          "the server at " + server + " holds no model; put one in the folder it serves");
    }
    if (wanted.isEmpty() && models.size() > 1) {
      throw new IllegalArgumentException(
          "the server at " + server + " holds " + names + "; name one of them");
    }
    Model model =
        models.stream()
            .filter(one -> wanted.isEmpty() || one.getName().equals(wanted))
            .findFirst()
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "the model is to be %s but the server at %s holds %s; name one of them"
                            .formatted(wanted, server, names)));
    if (model.getState() != Model.State.STATE_READY) {
      throw new IllegalArgumentException(
          "the model %s at %s is not ready%s"
              .formatted(
                  model.getName(),
                  server,
                  model.getState() == Model.State.STATE_LOADING
                      ? " yet; try again shortly"
                      : ": " + model.getMessage()));
    }
    if (model.getKind() == Model.Kind.KIND_TENSORS) {
      throw new IllegalArgumentException(
          "the model %s at %s takes tensors and makes no images; name a generator"
              .formatted(model.getName(), server));
    }
    return new ServedModel(model);
  }

  String name() {
    return description.getName();
  }

  /**
   * The numbers of labels given by name or number.
   *
   * @param names as the user typed them; none means every label of the model, in turn
   * @throws IllegalArgumentException when the model has no such label
   */
  List<Integer> labels(List<String> names) {
    if (names.isEmpty()) {
      return IntStream.range(0, description.getLabelNamesCount()).boxed().toList();
    }
    List<Integer> labels = new ArrayList<>();
    for (String name : names) {
      labels.add(label(name.strip()));
    }
    return labels;
  }

  private int label(String name) {
    List<String> known = description.getLabelNamesList();
    int named = known.indexOf(name);
    if (named >= 0) {
      return named;
    }
    if (name.matches("\\d{1,9}") && Integer.parseInt(name) < known.size()) {
      return Integer.parseInt(name);
    }
    throw new IllegalArgumentException(
        known.isEmpty()
            ? "--labels is '%s' but the model %s has no labels; leave the flag out"
                .formatted(name, name())
            : "--labels has '%s' but the model %s knows %s; pass some of them"
                .formatted(name, name(), String.join(", ", known)));
  }
}
