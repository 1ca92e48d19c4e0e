package retort.exporter.checkpoint;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How a published network was constructed, as its file records it.
 *
 * @param className of the network, such as {@code EDMPrecond} or {@code UNet2DModel}
 * @param innerClassName of the network within a preconditioning, such as {@code SongUNet}
 * @param arguments of the constructor, for {@code retort.network.Arguments}: null, booleans, {@link
 *     Long}, {@link Double}, texts, and lists and maps of these
 */
public record Configuration(
    String className, Optional<String> innerClassName, Map<String, @Nullable Object> arguments) {
  public Configuration {
    className = Words.plain(className);
    innerClassName = innerClassName.map(Words::plain);
    arguments = Collections.unmodifiableMap(new LinkedHashMap<>(arguments));
  }
}
