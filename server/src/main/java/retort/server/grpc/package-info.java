/**
 * The services of {@code retort.v1} over gRPC: requests checked against the limits of the protocol,
 * put in the queue and answered. No thread of gRPC ever waits here; images are made in {@code
 * retort.server.schedule}. Start with {@link retort.server.grpc.RetortServer}.
 */
@NullMarked
package retort.server.grpc;

import org.jspecify.annotations.NullMarked;
