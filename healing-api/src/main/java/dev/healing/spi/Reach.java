package dev.healing.spi;

import dev.healing.api.RefusedException;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * How far a restart of one unit reaches, as systemd propagates it: see systemd.unit(5). Whether the
 * units are up is not asked; only those that are have anything to lose. Slices, and targets that
 * are not reached, are left out: nothing of them runs. A target that is reached and is restarted
 * along starts again all that it asks for.
 *
 * @param restarted those that cannot do without it (RequiredBy, RequisiteOf, BoundBy, ConsistsOf),
 *     directly or through others
 * @param stopped those that cannot be beside it, or beside what is started because it or one that
 *     is restarted with it asks for that, and what is stopped with those
 */
public record Reach(Set<String> restarted, Set<String> stopped) {
  private static final int MOST_REACHED = 200;
  private static final int MOST_STARTED = 1000;
  private static final Set<String> RESTARTED_WITH =
      Set.of("RequiredBy", "RequisiteOf", "BoundBy", "ConsistsOf");
  private static final Set<String> STOPPED_WITH =
      Set.of("RequiredBy", "RequisiteOf", "BoundBy", "ConsistsOf", "PropagatesStopTo");
  private static final Set<String> STARTED_FOR = Set.of("Requires", "BindsTo", "Wants", "Upholds");
  private static final Set<String> RIVALS = Set.of("Conflicts", "ConflictedBy");
  private static final Set<String> ALL =
      Set.of(
          "ActiveState",
          "RequiredBy",
          "RequisiteOf",
          "BoundBy",
          "ConsistsOf",
          "PropagatesStopTo",
          "Requires",
          "BindsTo",
          "Wants",
          "Upholds",
          "Conflicts",
          "ConflictedBy");

  /** Copies. */
  public Reach {
    restarted = Set.copyOf(restarted);
    stopped = Set.copyOf(stopped);
  }

  /**
   * Works it out.
   *
   * @throws RefusedException if it is more than 200 units, or more than 1000 would be started:
   *     nobody can tell what it would do
   */
  public static Reach ofRestart(Systemd systemd, String unit) {
    Units units = new Units(systemd, unit);
    Set<String> restarted = units.closure(Set.of(unit), RESTARTED_WITH, MOST_REACHED);
    Set<String> started = units.closure(restarted, STARTED_FOR, MOST_STARTED);
    Set<String> stopped = new LinkedHashSet<>(Set.of(unit));
    started.forEach(one -> stopped.addAll(units.related(one, RIVALS)));
    stopped.removeIf(units::hollow);
    Set<String> all = new TreeSet<>(units.closure(stopped, STOPPED_WITH, MOST_REACHED));
    all.removeAll(restarted);
    restarted.remove(unit);
    return new Reach(restarted, all);
  }

  /** Both. */
  public Set<String> all() {
    Set<String> all = new TreeSet<>(restarted);
    all.addAll(stopped);
    return all;
  }

  /** What each unit is related to, asked for once. */
  private static final class Units {
    private final Systemd systemd;
    private final String restarted;
    private final Map<String, Map<String, String>> known = new HashMap<>();

    Units(Systemd systemd, String restarted) {
      this.systemd = systemd;
      this.restarted = restarted;
    }

    private Map<String, String> properties(String unit) {
      return known.computeIfAbsent(unit, name -> systemd.properties(name, ALL));
    }

    List<String> related(String unit, Set<String> kinds) {
      Map<String, String> own = properties(unit);
      return kinds.stream()
          .flatMap(kind -> List.of(own.getOrDefault(kind, "").split(" ")).stream())
          .filter(name -> !name.isEmpty())
          .toList();
    }

    /** These, and all that they lead to. */
    Set<String> closure(Collection<String> from, Set<String> kinds, int most) {
      boolean starting = kinds.equals(STARTED_FOR);
      Set<String> found = new LinkedHashSet<>(from);
      Deque<String> next = new ArrayDeque<>(from);
      while (!next.isEmpty()) {
        if (found.size() > most) {
          throw new RefusedException(
              "a restart of "
                  + restarted
                  + " would reach more than "
                  + most
                  + " other units: not by itself");
        }
        for (String other : related(next.remove(), kinds)) {
          boolean passed = starting ? toBeStarted(other) : !hollow(other);
          if (passed && found.add(other)) {
            next.add(other);
          }
        }
      }
      return found;
    }

    boolean hollow(String unit) {
      return unit.endsWith(".slice") || unit.endsWith(".target") && !active(unit);
    }

    private boolean active(String unit) {
      return "active".equals(properties(unit).get("ActiveState"));
    }

    /** A target that was reached has started what it asks for, and half the host hangs on those. */
    private boolean toBeStarted(String unit) {
      boolean inert = unit.endsWith(".slice") || unit.endsWith(".device");
      return !inert && !(unit.endsWith(".target") && active(unit));
    }
  }
}
