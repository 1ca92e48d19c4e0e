/**
 * Serves generators over gRPC: unary requests, and frame streams on a clock the server keeps. Here
 * lives the command; what it starts lives in the packages below: {@code generator} runs a model's
 * file, {@code schedule} says when, {@code grpc} answers. The messages live in the proto module,
 * and all that is known about a model is read from its ONNX file. Nothing here trains, exports or
 * knows DJL. Start with {@code retort.proto}, which states what the services promise.
 */
@NullMarked
package retort.server;

import org.jspecify.annotations.NullMarked;
