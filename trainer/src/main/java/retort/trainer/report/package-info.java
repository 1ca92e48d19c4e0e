/**
 * What a run looks like: its page, written into its folder or served while it goes on, and several
 * runs compared. Everything here reads run folders, which {@link retort.trainer.distill.RunFolder}
 * writes; the one file written about a run itself is {@code environment.json}. A page is one file
 * that asks nobody for anything: styles, scripts, drawings and pictures are in it.
 *
 * <p>Start with {@link retort.trainer.report.Run}, which is a folder as read, and {@code RunPage},
 * which shows it; {@code Chart} draws every curve.
 */
@NullMarked
package retort.trainer.report;

import org.jspecify.annotations.NullMarked;
