/**
 * Runs exported files in ONNX Runtime and compares them with the reference samples they carry; an
 * export past its tolerance fails. This is the exporter's only package that sees ONNX Runtime: how
 * files come to be lives in {@link retort.exporter}, how they are served in the server module.
 * Start with the comparison that a failing export names.
 */
@NullMarked
package retort.exporter.verify;

import org.jspecify.annotations.NullMarked;
