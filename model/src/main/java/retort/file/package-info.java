/**
 * Files as wholes: written at once or not at all, and known by their digest. What is in a file is
 * the business of the packages that read and write it.
 */
@NullMarked
package retort.file;

import org.jspecify.annotations.NullMarked;
