package dev.healing.api;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

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

  // Written out, as in all that is looked up at every look: those that a record brings along are
  // put together at their first use, of dozens of classes.
  @Override
  public boolean equals(@Nullable Object o) {
    return this == o
        || o instanceof Unreadable other && other.what.equals(what) && other.why.equals(why);
  }

  @Override
  public int hashCode() {
    return 31 * what.hashCode() + why.hashCode();
  }
}
