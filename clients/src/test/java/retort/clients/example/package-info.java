/** The library in use, as the module's README shows it. Nothing depends on it. */
@NullMarked
package retort.clients.example;

import org.jspecify.annotations.NullMarked;
