/**
 * Metric history on disk: {@code HistoryWriter} collects a minute of samples and has it written,
 * {@code Sealing} makes hours and days of it, {@code Shelf} sees to the room, and {@link
 * dev.healing.core.history.History} reads. A file is a row of {@code Block}s, a block some {@code
 * Track}s.
 *
 * <p>Not safety state: a healing decision never depends on it.
 */
package dev.healing.core.history;
