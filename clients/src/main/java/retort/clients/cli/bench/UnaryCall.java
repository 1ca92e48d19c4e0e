package retort.clients.cli.bench;

import io.grpc.MethodDescriptor;
import java.util.function.LongFunction;

/**
 * What is asked again and again, and answered once each time.
 *
 * @param <Q> request
 * @param <A> answer
 * @param requests of the i-th call, which may be made on any thread
 */
record UnaryCall<Q, A>(MethodDescriptor<Q, A> method, LongFunction<Q> requests) {}
