package dev.healing.api;

import java.util.Objects;

/**
 * Something that could not be looked at, so that nothing is known of it.
 *
 * @param what a component or the name of a metric, for example {@code /var} or {@code systemd}
 * @param why in words
 */
public record Unreadable(String what, String why) {
  /** Refuses what is not there. */
  public Unreadable {
    Objects.requireNonNull(what, "nobody knows what is unreadable");
    Objects.requireNonNull(why, "unreadable without a reason");
  }
}
