/**
 * The report of a replay as one page of HTML: it asks nobody for anything, needs no script, and can
 * be read on a telephone and by a screen reader. Whatever comes from a trace is text in it.
 */
package dev.healing.runner.report;
