package retort.graph;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/** A decomposed form of an operator, recognised from its last node. */
interface Pattern {
  /**
   * What was recognised.
   *
   * @param inside the nodes that go
   * @param replacement adds the nodes that define the last node's result instead
   */
  record Match(Set<Node> inside, Consumer<Draft> replacement) {
    static Match of(List<Node> inside, Consumer<Draft> replacement) {
      return new Match(new HashSet<>(inside), replacement);
    }
  }

  /** The match that ends in {@code last}, if there is one. */
  Optional<Match> match(Node last, Wiring wiring);
}
