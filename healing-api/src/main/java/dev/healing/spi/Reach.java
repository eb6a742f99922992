package dev.healing.spi;

import dev.healing.api.RefusedException;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;

/** How far a restart reaches, as systemd propagates stops and starts. See systemd.unit(5). */
final class Reach {
  private static final int MOST_REACHED = 200;
  private static final int MOST_PULLED_IN = 1000;

  /** Cannot be beside the unit: a start of it stops them. */
  private static final Set<String> RIVALS = Set.of("Conflicts", "ConflictedBy");

  /** A start of the unit starts these, whether it needs them or just likes them to be there. */
  private static final Set<String> PULLED_IN = Set.of("Requires", "BindsTo", "Wants", "Upholds");

  /** A stop or restart of the unit goes on to these; a start also stops its rivals. */
  private static final Set<String> ENTANGLED =
      Set.of(
          "RequiredBy",
          "RequisiteOf",
          "BoundBy",
          "ConsistsOf",
          "PropagatesStopTo",
          "Conflicts",
          "ConflictedBy");

  private Reach() {}

  static Set<String> entangledWith(Systemd systemd, String unit) {
    return passable(systemd.related(unit, ENTANGLED));
  }

  static Set<String> ofRestart(Systemd systemd, String unit) {
    Set<String> stopped = new LinkedHashSet<>(Set.of(unit));
    Function<String, Set<String>> start =
        started -> {
          stopped.addAll(passable(systemd.related(started, RIVALS)));
          return systemd.related(started, PULLED_IN);
        };
    closure(Set.of(unit), start, unit + " would start", MOST_PULLED_IN);
    Set<String> reached =
        closure(stopped, systemd::entangledWith, unit + " would reach", MOST_REACHED);
    reached.remove(unit);
    return reached;
  }

  /** These, and all that they lead to. */
  private static Set<String> closure(
      Collection<String> from, Function<String, Set<String>> step, String what, int most) {
    Set<String> found = new LinkedHashSet<>(from);
    Deque<String> next = new ArrayDeque<>(from);
    while (!next.isEmpty()) {
      if (found.size() > most) {
        throw new RefusedException(
            "a restart of " + what + " more than " + most + " other units: not by itself");
      }
      for (String other : step.apply(next.remove())) {
        // To start a device is to wait for it; it has nothing that follows.
        if (!other.endsWith(".device") && found.add(other)) {
          next.add(other);
        }
      }
    }
    return found;
  }

  private static Set<String> passable(Set<String> units) {
    Set<String> kept = new TreeSet<>(units);
    kept.removeIf(name -> name.endsWith(".target") || name.endsWith(".slice"));
    return kept;
  }
}
