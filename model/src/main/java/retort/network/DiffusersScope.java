package retort.network;

import retort.graph.GraphBuilder;
import retort.graph.Value;

/**
 * What the blocks of one diffusers U-Net share while its graph is built.
 *
 * @param activatedEmbedding {@code [N, E]}, the embedding after the blocks' nonlinearity
 */
record DiffusersScope(GraphBuilder graph, Layers layers, Value activatedEmbedding) {}
