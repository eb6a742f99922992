package dev.healing.testkit;

import dev.healing.api.ActionId;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * Something that goes wrong on a {@link SimulatedHost}.
 *
 * @param kind what goes wrong
 * @param component a service for {@link Kind#CRASH}, a mount point for {@link Kind#DISK}; otherwise
 *     the kind's own
 * @param begins after how much simulated time
 * @param natures what remedies do about it
 * @param otherwise what all other remedies for it do
 * @param passesAfter it ends by itself after this time
 * @param recursAfter it begins again this long after it ended: a crash becomes a crash loop
 * @param recurrences how often, at most
 */
public record Fault(
    Kind kind,
    String component,
    Duration begins,
    Map<ActionId, Nature> natures,
    Nature otherwise,
    Optional<Duration> passesAfter,
    Optional<Duration> recursAfter,
    int recurrences) {
  /** What can go wrong. */
  public enum Kind {
    /** A service fails, and with it what requires it. */
    CRASH,
    /** Memory in use rises over six hours. */
    LEAK,
    /** A file system fills over a day. */
    DISK,
    /** A process takes all processors. */
    CPU,
    /** A new generation under which all services fail. */
    GENERATION
  }

  /** What a remedy does. */
  public enum Nature {
    /** The fault ends. */
    HELPS,
    /** Nothing, and it says so. */
    DOES_NOTHING,
    /** Nothing, and it says that it is done. */
    LIES,
    /** It waits until it is cancelled. */
    HANGS,
    /** It waits, whatever it is told. */
    HANGS_FOR_EVER,
    /** It says that it is done, and the health of the host is lower as long as the fault lasts. */
    WORSENS,
    /** It throws. */
    THROWS
  }

  /** Copies, and names what has only one component. */
  public Fault {
    natures = Map.copyOf(natures);
    component =
        switch (kind) {
          case LEAK -> "memory";
          case CPU -> "cpu";
          case GENERATION -> SimulatedHost.PROFILE;
          default -> component;
        };
  }

  /** A fault that happens once, on which all remedies have this nature. */
  public static Fault of(Kind kind, String component, Duration begins, Nature remedies) {
    return new Fault(
        kind, component, begins, Map.of(), remedies, Optional.empty(), Optional.empty(), 0);
  }

  /** The same, with another nature of one remedy. */
  public Fault with(ActionId action, Nature nature) {
    Map<ActionId, Nature> all = new java.util.HashMap<>(natures);
    all.put(action, nature);
    return new Fault(
        kind, component, begins, all, otherwise, passesAfter, recursAfter, recurrences);
  }

  /** The same, ending by itself. */
  public Fault passingAfter(Duration duration) {
    return new Fault(
        kind,
        component,
        begins,
        natures,
        otherwise,
        Optional.of(duration),
        recursAfter,
        recurrences);
  }

  /** The same, coming again and again. */
  public Fault recurring(Duration after, int times) {
    return new Fault(
        kind, component, begins, natures, otherwise, passesAfter, Optional.of(after), times);
  }
}
