package retort.graph;

import java.util.List;
import java.util.Optional;
import java.util.function.IntPredicate;

/**
 * A product of two batches of matrices written as Einsum, as in {@code ncq,nck->nqk}: becomes
 * MatMul, so that {@link AttentionPatterns} finds it.
 */
final class EinsumPattern {
  private EinsumPattern() {}

  static Optional<Pattern.Match> product(Node last, Wiring wiring) {
    if (last.operator() != Operator.EINSUM || last.inputs().size() != 2) {
      return Optional.empty();
    }
    String equation = last.attributes().text("equation", "").replace(" ", "");
    String[] sides = equation.split("->", -1);
    String[] terms = sides[0].split(",", -1);
    if (sides.length != 2 || terms.length != 2 || equation.contains(".")) {
      return Optional.empty();
    }
    String result = sides[1];
    int batch = result.length() - 2;
    boolean matrices =
        batch >= 0
            && terms[0].length() == result.length()
            && terms[1].length() == result.length()
            && distinct(terms[0])
            && distinct(terms[1])
            && distinct(result);
    if (!matrices) {
      return Optional.empty();
    }
    String single =
        only(result, label -> terms[0].indexOf(label) < 0 || terms[1].indexOf(label) < 0);
    if (single.length() != 2) {
      return Optional.empty();
    }
    char row = single.charAt(0);
    int left = terms[0].indexOf(row) >= 0 ? 0 : 1;
    if (terms[1 - left].indexOf(row) >= 0 || terms[1 - left].indexOf(single.charAt(1)) < 0) {
      return Optional.empty();
    }
    String leading = only(result, label -> single.indexOf(label) < 0);
    Optional<Character> summed = summed(terms[left], leading + row);
    String rows = leading + row + summed.map(String::valueOf).orElse("");
    String columns = leading + summed.map(String::valueOf).orElse("") + single.charAt(1);
    if (!permutes(terms[left], rows) || !permutes(terms[1 - left], columns)) {
      return Optional.empty();
    }
    return Optional.of(
        Pattern.Match.of(
            List.of(last),
            draft -> {
              String a = arranged(draft, last, left, terms[left], rows);
              String b = arranged(draft, last, 1 - left, terms[1 - left], columns);
              String product = leading + single;
              String y = Wiring.result(last);
              if (product.equals(result)) {
                draft.result(y, Operator.MAT_MUL, Attributes.none(), a, b);
              } else {
                String c = draft.add(y + "/product", Operator.MAT_MUL, Attributes.none(), a, b);
                long[] order = result.chars().mapToLong(product::indexOf).toArray();
                draft.result(y, Operator.TRANSPOSE, Attributes.none().with("perm", order), c);
              }
            }));
  }

  private static String only(String labels, IntPredicate kept) {
    return labels
        .chars()
        .filter(kept)
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }

  private static boolean distinct(String labels) {
    return labels.chars().distinct().count() == labels.length();
  }

  /** The one label of a term that is not among the given ones. */
  private static Optional<Character> summed(String term, String kept) {
    List<Character> rest =
        term.chars().filter(c -> kept.indexOf(c) < 0).mapToObj(c -> (char) c).toList();
    return rest.size() == 1 ? Optional.of(rest.get(0)) : Optional.empty();
  }

  private static boolean permutes(String term, String order) {
    return term.length() == order.length() && term.chars().allMatch(c -> order.indexOf(c) >= 0);
  }

  private static String arranged(Draft draft, Node einsum, int operand, String term, String order) {
    String value = einsum.inputs().get(operand);
    if (term.equals(order)) {
      return value;
    }
    long[] permutation = order.chars().mapToLong(term::indexOf).toArray();
    return draft.add(
        Wiring.result(einsum) + (operand == 0 ? "/left" : "/right"),
        Operator.TRANSPOSE,
        Attributes.none().with("perm", permutation),
        value);
  }
}
