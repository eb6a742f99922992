/**
 * Series of values in CSV files, for the verbs that look at a file instead of the host.
 *
 * <p>Files are read a row at a time, so that their length does not matter, and every mistake is
 * told with file, line and what was expected.
 */
package dev.healing.runner.series;
