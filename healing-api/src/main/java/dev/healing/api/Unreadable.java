package dev.healing.api;

/**
 * Something that could not be looked at, so that nothing is known of it.
 *
 * @param what a component or the name of a metric, for example {@code /var} or {@code systemd}
 * @param why in words
 */
public record Unreadable(String what, String why) {}
