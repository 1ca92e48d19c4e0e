/**
 * A network as one graph: named inputs, named weights and nodes over a closed set of operators.
 *
 * <p>Here live the graph itself ({@link retort.graph.Graph}), the operators with everything each of
 * them knows ({@link retort.graph.Operator}), the builder in which networks and losses are written
 * ({@link retort.graph.GraphBuilder}), shape inference, the interpreter that is the oracle of every
 * other way to run a graph, and rewrites from graph to graph. Files do not live here (see {@code
 * retort.onnx}), nor does anything native. Start with {@link retort.graph.GraphBuilder}.
 */
@NullMarked
package retort.graph;

import org.jspecify.annotations.NullMarked;
