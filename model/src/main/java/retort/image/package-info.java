/**
 * Images as pictures to be looked at: {@link retort.image.ImageGrid} writes many as one PNG file.
 */
@NullMarked
package retort.image;

import org.jspecify.annotations.NullMarked;
