package retort.graph;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Einstein's summation: products over named axes, summed over those that the result lacks. The axes
 * of an ellipsis are named 0, 1, ... from the last.
 *
 * @param terms the axis names of each operand
 * @param result the axis names of the result
 * @param dims the length of each named axis
 */
record Einsum(List<String> terms, String result, Map<Character, Integer> dims) {

  static Rule rule() {
    return new SingleResult(
        site -> {
          SingleResult.likeReal(site);
          DataType type = Elementwise.sameType(site, 0, site.count());
          Einsum einsum = of(site);
          return TensorType.of(type, einsum.lengths(einsum.result()));
        },
        (site, type) -> of(site).evaluate(site, type),
        s -> {
          List<String> operands = IntStream.range(0, s.count()).mapToObj(s::in).toList();
          String quoted = '"' + equation(s.site()) + '"';
          return TorchText.call("einsum", quoted, ScriptSite.list(operands));
        });
  }

  private static String equation(Site site) {
    return site.attributes().text("equation", "").replace(" ", "");
  }

  private static Einsum of(Site site) {
    String equation = equation(site);
    int arrow = equation.indexOf("->");
    String[] written = (arrow < 0 ? equation : equation.substring(0, arrow)).split(",", -1);
    if (written.length != site.count()) {
      throw site.fail("'" + equation + "' is not about " + site.count() + " operands");
    }
    List<String> terms = new ArrayList<>();
    Map<Character, Integer> dims = new TreeMap<>();
    int widest = 0;
    for (int i = 0; i < written.length; i++) {
      int extra = site.rank(i) - written[i].replace("...", "").length();
      String term = written[i].replace("...", ellipsis(extra));
      if (term.length() != site.rank(i)) {
        throw site.fail("'" + written[i] + "' does not name " + site.rank(i) + " axes");
      }
      widest = Math.max(widest, written[i].contains("...") ? extra : 0);
      terms.add(term);
      for (int axis = 0; axis < term.length(); axis++) {
        int dim = site.shape(i)[axis];
        int known = dims.merge(term.charAt(axis), dim, (a, b) -> a == 1 ? b : a);
        if (dim != known && dim != 1) {
          throw site.fail("axis " + term.charAt(axis) + " is both " + known + " and " + dim);
        }
      }
    }
    String result =
        arrow < 0
            ? ellipsis(widest) + onceNamed(terms)
            : equation.substring(arrow + 2).replace("...", ellipsis(widest));
    return new Einsum(terms, result, dims);
  }

  private static String ellipsis(int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> Integer.toString(count - 1 - i))
        .collect(Collectors.joining());
  }

  /** The letters that stand once in all terms together, in order. */
  private static String onceNamed(Collection<String> terms) {
    return String.join("", terms)
        .chars()
        .filter(Character::isLetter)
        .sorted()
        .mapToObj(Character::toString)
        .collect(Collectors.groupingBy(name -> name, TreeMap::new, Collectors.counting()))
        .entrySet()
        .stream()
        .filter(entry -> entry.getValue() == 1)
        .map(Map.Entry::getKey)
        .collect(Collectors.joining());
  }

  private int[] lengths(String names) {
    return names.chars().map(name -> dims.getOrDefault((char) name, 1)).toArray();
  }

  private Tensor evaluate(Site site, TensorType type) {
    String summed =
        dims.keySet().stream()
            .map(String::valueOf)
            .filter(name -> !result.contains(name))
            .collect(Collectors.joining());
    String names = result + summed;
    double[] products = new double[Tensor.elements(lengths(names))];
    Arrays.fill(products, 1);
    for (int i = 0; i < terms.size(); i++) {
      int[] own = Walk.strides(site.shape(i));
      int[] strides = new int[names.length()];
      for (int axis = 0; axis < own.length; axis++) {
        int place = names.indexOf(terms.get(i).charAt(axis));
        strides[place] += site.shape(i)[axis] == 1 ? 0 : own[axis];
      }
      int[] offsets = Walk.offsets(0, strides, lengths(names));
      double[] x = site.value(i).reals();
      for (int k = 0; k < products.length; k++) {
        products[k] *= x[offsets[k]];
      }
    }
    int summands = Tensor.elements(lengths(summed));
    double[] sums = new double[Tensor.elements(lengths(result))];
    for (int k = 0; k < products.length; k++) {
      sums[k / summands] += products[k];
    }
    return Tensor.reals(type.type(), type.shape().at(0), sums);
  }
}
