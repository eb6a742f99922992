package dev.healing.core.plugins;

import java.util.Optional;

/**
 * A plugin that was found, and what became of it.
 *
 * @param kind detector, action, guard, planner, knowledge, trigger, listener, sampler, optimizer
 * @param name its name; for a provider that could not even be made, what is known of it
 * @param origin its class and where it came from
 * @param problem why it is not used although it should be
 */
public record Found(
    String kind, String name, String origin, State state, Optional<String> problem) {
  /** What became of it. */
  public enum State {
    /** It is used. */
    ON,
    /** The configuration has switched it off. */
    OFF,
    /** It could not be made, or does not work. */
    SKIPPED
  }

  static Found on(String kind, String name, String origin) {
    return new Found(kind, name, origin, State.ON, Optional.empty());
  }

  static Found off(String kind, String name, String origin) {
    return new Found(kind, name, origin, State.OFF, Optional.empty());
  }

  static Found skipped(String kind, String name, String origin, String why) {
    return new Found(kind, name, origin, State.SKIPPED, Optional.of(why));
  }

  boolean is(String otherKind, State otherState) {
    return kind.equals(otherKind) && state == otherState;
  }
}
