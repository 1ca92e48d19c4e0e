/**
 * Serves generators over gRPC: unary requests, and frame streams on a clock the server keeps. Here
 * live sessions, admission, batches and the services; the messages live in the proto module, and
 * all that is known about a model is read from its ONNX file. Nothing here trains, exports or knows
 * DJL. Start with {@code retort.proto}, which states what the services promise.
 */
@NullMarked
package retort.server;

import org.jspecify.annotations.NullMarked;
