/**
 * Grey levels into what a client asked for: its size, and plain bytes or a PNG, JPEG or WebP file.
 * Nothing here knows networks or the wire. Start with {@link retort.server.image.ImageEncoder}.
 */
@NullMarked
package retort.server.image;

import org.jspecify.annotations.NullMarked;
