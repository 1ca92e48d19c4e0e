/**
 * Pictures from what a server sends: decoding, and files of one image, many, or a moving one. Where
 * the images come from is no concern of it. Start with {@code PictureSink}.
 */
@NullMarked
package retort.clients.cli.picture;

import org.jspecify.annotations.NullMarked;
