package dev.healing.actions.nixos.services;

import dev.healing.api.RefusedException;
import dev.healing.api.UnitState;
import dev.healing.spi.Execution;
import dev.healing.spi.HostContext;
import dev.healing.spi.Systemd;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * What went down with a service that failed by itself. systemd stops what is bound to it ({@code
 * BindsTo=}), with what hangs on that, and starts it again for nobody. Who did it is told by {@link
 * Departures}.
 *
 * @param starts what is started again once the service is up, each after that on which it hangs
 * @param stays what is bound to the service, or went down with it, and is left down
 * @param falling what is still on its way down: until then systemd refuses to restart the service
 */
record TakenDown(Set<String> starts, Set<String> stays, Set<String> falling) {
  private static final Duration WAIT = Duration.ofMillis(100);
  private static final Set<String> BOUND = Set.of("BoundBy");
  private static final Set<String> STOPPED_WITH =
      Set.of("RequiredBy", "RequisiteOf", "BoundBy", "ConsistsOf");

  TakenDown {
    starts = Collections.unmodifiableSet(new LinkedHashSet<>(starts));
    stays = Collections.unmodifiableSet(new TreeSet<>(stays));
    falling = Collections.unmodifiableSet(new TreeSet<>(falling));
  }

  /**
   * What is on its way down, of those that a restart of the failed service would take along.
   *
   * @param reached by its restart
   */
  static Set<String> falling(Systemd systemd, UnitState service, Set<String> reached) {
    Set<String> falling = new TreeSet<>();
    Set<String> up = new TreeSet<>();
    for (String other : service.failed() ? reached : Set.<String>of()) {
      systemd
          .unit(other)
          .filter(UnitState::atWork)
          .ifPresent(u -> (RestartJob.stops(u) ? falling : up).add(other));
    }
    if (!up.isEmpty()) {
      systemd.jobs().stream()
          .filter(job -> job.type().equals("stop") && up.contains(job.unit()))
          .forEach(job -> falling.add(job.unit()));
    }
    return falling;
  }

  /**
   * Finds it. Changes nothing.
   *
   * @param falling what is on its way down
   * @param restarted what is up and is restarted with the service
   * @param started what systemd starts for it anyway
   */
  static TakenDown with(
      HostContext host,
      Systemd systemd,
      RestartKeys keys,
      UnitState service,
      Set<String> falling,
      Set<String> restarted,
      Set<String> started) {
    Set<String> starts = new LinkedHashSet<>();
    Set<String> stays = new TreeSet<>();
    Departures departures = new Departures(systemd, service.name(), falling);
    Deque<String> next = new ArrayDeque<>(service.failed() ? Set.of(service.name()) : Set.of());
    while (!next.isEmpty()) {
      String parent = next.remove();
      boolean itself = parent.equals(service.name());
      for (String other : systemd.related(parent, itself ? BOUND : STOPPED_WITH)) {
        if (!falling.contains(other) && !isDown(systemd, other)) {
          continue;
        }
        boolean went = departures.went(other, parent);
        if (went && mayStart(host, systemd, keys, other)) {
          if (starts.add(other)) {
            next.add(other);
          }
        } else if (went || itself) {
          stays.add(other);
        }
      }
    }
    boolean few = restarted.size() + starts.size() <= keys.mostOthers();
    if (!starts.isEmpty() && !(few && harmless(host, systemd, service, restarted, starts))) {
      stays.addAll(starts);
      starts.clear();
    }
    stays.removeAll(starts);
    stays.removeAll(started);
    return new TakenDown(starts, stays, falling);
  }

  private static boolean isDown(Systemd systemd, String unit) {
    return systemd.unit(unit).filter(u -> u.activeState().equals("inactive")).isPresent();
  }

  private static boolean mayStart(
      HostContext host, Systemd systemd, RestartKeys keys, String unit) {
    UnitState state = systemd.unit(unit).orElseThrow();
    Map<String, String> declared = systemd.properties(unit, Set.of("UnitFileState", "CanStart"));
    return unit.endsWith(".service")
        && state.loadState().equals("loaded")
        && (keys.oneshot() || !state.type().equals("oneshot"))
        && !"disabled".equals(declared.get("UnitFileState"))
        && !"no".equals(declared.get("CanStart"))
        && host.protection().unit(unit, systemd).isEmpty()
        && HostEnding.of(systemd, Set.of(unit)).isEmpty()
        && StartConditions.unmet(host, systemd, Set.of(unit)).isEmpty();
  }

  /** Whether nothing is started for them that must not be. */
  private static boolean harmless(
      HostContext host,
      Systemd systemd,
      UnitState service,
      Set<String> restarted,
      Set<String> starts) {
    Set<String> asking = new TreeSet<>(restarted);
    asking.addAll(starts);
    try {
      Set<String> started = PulledIn.by(host, systemd, service.name(), asking);
      return HostEnding.of(systemd, started).isEmpty();
    } catch (RefusedException e) {
      return false;
    }
  }

  /**
   * Waits until all of it is down.
   *
   * @return what is not, after this time or when told to stop; empty if all is
   */
  Optional<String> fall(
      HostContext host, PatientSystemd systemd, Duration within, Execution execution) {
    long until = host.time().monotonicNanos() + within.toNanos();
    while (true) {
      Optional<String> still =
          falling.stream()
              .filter(
                  unit ->
                      systemd.look(unit).filter(UnitState::atWork).isPresent()
                          || systemd.silence().isPresent())
              .findFirst();
      if (still.isEmpty() || host.time().monotonicNanos() >= until || !execution.pause(WAIT)) {
        return still;
      }
    }
  }
}
