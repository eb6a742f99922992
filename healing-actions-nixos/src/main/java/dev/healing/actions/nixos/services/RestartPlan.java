package dev.healing.actions.nixos.services;

import dev.healing.actions.nixos.Checks;
import dev.healing.api.HostException;
import dev.healing.api.RefusedException;
import dev.healing.api.UnitState;
import dev.healing.spi.HostContext;
import dev.healing.spi.Protection;
import dev.healing.spi.Reach;
import dev.healing.spi.Systemd;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * What a restart of one service would be at this moment: allowed, how, and what it takes with it.
 * Made again right before it is done: what is then not the same is not done.
 *
 * @param unit the service
 * @param although what is wrong with it although it is up; empty if it is down
 * @param reload whether it is enough, perhaps, to have it read its configuration again
 * @param restarted others that are up and are restarted with it
 * @param stopped others that are up and cannot be beside it, or beside what is started for it
 * @param started what it asks for and is down
 * @param triggers sockets, timers and paths that start it, and stay as they are
 */
public record RestartPlan(
    UnitState unit,
    Optional<String> although,
    boolean reload,
    Set<String> restarted,
    Set<String> stopped,
    Set<String> started,
    Set<String> triggers) {
  private static final Set<String> ASKED_FOR = Set.of("Requires", "BindsTo", "Wants", "Upholds");

  private static final Set<String> ASKED =
      Set.of(
          "CanStart",
          "CanReload",
          "InactiveExitTimestampMonotonic",
          "ActiveExitTimestampMonotonic",
          "ExecMainExitTimestampMonotonic");

  /** How a stop can end badly. A watchdog or the lack of memory stops too, and is no wish. */
  private static final Set<String> BY_STOPPING =
      Set.of("exit-code", "signal", "core-dump", "timeout");

  /**
   * Works it out. Changes nothing.
   *
   * @param called the service, by any of its names
   * @throws dev.healing.api.RefusedException if it must not be restarted, or that would not help
   */
  public static RestartPlan of(HostContext host, RestartKeys keys, String called) {
    return of(host, keys, called, Optional.empty());
  }

  /** The same for one that is to be restarted although it is up, and what is wrong with it. */
  public static RestartPlan of(
      HostContext host, RestartKeys keys, String called, Optional<String> although) {
    Checks.require(
        called.endsWith(".service"), called + " is no service: only those are restarted");
    Checks.require(
        !called.endsWith("@.service"), called + " is a template: expected one of its instances");
    Systemd systemd = host.systemd().asOfNow();
    Checks.refuseIf(host.protection().unit(called, systemd));
    Optional<UnitState> found = systemd.unit(called);
    Checks.require(found.isPresent(), called + ": systemd knows no such unit");
    UnitState unit = found.orElseThrow();
    String name = unit.name(); // it may have been called by an alias
    if (although.isPresent()) {
      Checks.refuseIf(Checks.protectedIn(host, name));
    }
    Checks.refuseIf(notLoaded(unit));
    Map<String, String> can = systemd.properties(name, ASKED);
    Checks.require(
        !"no".equals(can.get("CanStart")),
        name + " declares that nobody starts it by hand (RefuseManualStart)");
    Set<String> triggers = systemd.related(name, Set.of("TriggeredBy"));
    Checks.refuseIf(oneOfMany(systemd, name, triggers));
    Optional<String> sick = although.isPresent() ? although : sick(host, keys, unit);
    Checks.refuseIf(
        sick.isPresent() && unit.active()
            ? Optional.empty()
            : notRestartable(unit, keys).or(() -> stopped(unit, can)));
    if (although.isEmpty() && sick.isPresent()) {
      Checks.refuseIf(justStarted(host, keys, unit));
    }
    boolean reload = although.isEmpty() && sick.isPresent() && "yes".equals(can.get("CanReload"));
    return reaching(host.protection(), systemd, keys, unit, sick, reload, triggers);
  }

  private static Optional<String> notLoaded(UnitState unit) {
    String name = unit.name();
    if (unit.loadState().equals("masked")) {
      return Optional.of(
          name
              + " is masked: a person forbade its start; 'systemctl unmask "
              + name
              + "' allows it");
    }
    return unit.loadState().equals("loaded")
        ? Optional.empty()
        : Optional.of(
            name
                + " is "
                + unit.loadState()
                + ": expected a loaded unit; 'systemctl status "
                + name
                + "' says what is wrong with its file");
  }

  /**
   * A unit for one connection cannot be started without that connection. Once unit files were read
   * again nothing but its name tells whose connection that was.
   */
  private static Optional<String> oneOfMany(Systemd systemd, String name, Set<String> triggers) {
    Set<String> sockets = new TreeSet<>(triggers);
    sockets.removeIf(trigger -> !trigger.endsWith(".socket"));
    if (name.contains("@")) {
      sockets.add(name.substring(0, name.indexOf('@')) + ".socket");
    }
    for (String trigger : sockets) {
      if ("yes".equals(systemd.properties(trigger, Set.of("Accept")).get("Accept"))) {
        return Optional.of(
            name + " served one connection of " + trigger + ": the next one gets a new service");
      }
    }
    return Optional.empty();
  }

  private static Optional<String> sick(HostContext host, RestartKeys keys, UnitState unit) {
    if (!unit.activeState().equals("active")) {
      return Optional.empty();
    }
    try {
      return keys.complaint(host, unit.name()).map(complaint -> "not healthy (" + complaint + ")");
    } catch (HostException e) {
      throw new RefusedException(
          unit.name() + " is active, and whether it is healthy is not known: " + e.getMessage());
    }
  }

  /** Who is up for less than it may take to be healthy is perhaps about to be. */
  private static Optional<String> justStarted(HostContext host, RestartKeys keys, UnitState unit) {
    return unit.changedAt()
        .map(at -> Duration.between(at, host.time().now()))
        .filter(age -> !age.isNegative() && age.compareTo(keys.healthyWithin()) < 0)
        .map(
            age ->
                unit.name()
                    + " is up for "
                    + age.toSeconds()
                    + " s and may still become healthy: it has "
                    + keys.healthyWithin().toSeconds()
                    + " s (healthy-within)");
  }

  private static Optional<String> notRestartable(UnitState unit, RestartKeys keys) {
    String name = unit.name();
    if (unit.activeState().equals("active")) {
      return Optional.of(name + " is active: it does not need a restart");
    }
    if (unit.activeState().equals("inactive")) {
      return Optional.of(
          name
              + " is inactive: it was stopped and has not failed; who wants it up starts it"
              + " ('systemctl start "
              + name
              + "')");
    }
    if (unit.atWork()) {
      return Optional.of(
          name
              + " is "
              + unit.activeState()
              + ": nothing is done to what is on its way; 'systemctl stop "
              + name
              + "' ends a start that does not end");
    }
    if (unit.result().equals("start-limit-hit")) {
      return Optional.of(
          name
              + ": systemd itself gave up on it (start-limit-hit); see 'journalctl -u "
              + name
              + "', then 'systemctl reset-failed "
              + name
              + "'. That is never done automatically");
    }
    if (unit.type().equals("oneshot") && !keys.oneshot()) {
      return Optional.of(
          name + " is a oneshot: running it again may repeat its effects (oneshot: on allows it)");
    }
    return Optional.empty();
  }

  /**
   * What was stopped and did not end well is "failed" too, and it is still somebody's wish that it
   * is down. Who fails by itself ends first and is then no longer active; who is stopped is first
   * no longer active, and its process ends after that.
   */
  private static Optional<String> stopped(UnitState unit, Map<String, String> times) {
    long started = micros(times, "InactiveExitTimestampMonotonic");
    long left = micros(times, "ActiveExitTimestampMonotonic");
    long ended = micros(times, "ExecMainExitTimestampMonotonic");
    return BY_STOPPING.contains(unit.result()) && left > started && ended > left
        ? Optional.of(
            unit.name()
                + " was told to stop and did not end well ("
                + unit.result()
                + "): who wants it up starts it ('systemctl start "
                + unit.name()
                + "')")
        : Optional.empty();
  }

  private static long micros(Map<String, String> times, String name) {
    String micros = times.getOrDefault(name, "");
    return micros.matches("[0-9]{1,18}") ? Long.parseLong(micros) : 0;
  }

  private static RestartPlan reaching(
      Protection protection,
      Systemd systemd,
      RestartKeys keys,
      UnitState unit,
      Optional<String> although,
      boolean reload,
      Set<String> triggers) {
    String name = unit.name();
    Reach reach = Reach.ofRestart(systemd, name);
    Set<String> restarted = new TreeSet<>();
    Set<String> stopped = new TreeSet<>();
    for (String other : reach.all()) {
      if (systemd.unit(other).filter(UnitState::atWork).isPresent()) {
        refuseIfProtected(protection, systemd, other, name + " would stop or restart ");
        Checks.refuseIf(runAgain(systemd, reach, keys, name, other));
        (reach.restarted().contains(other) ? restarted : stopped).add(other);
      }
    }
    int others = restarted.size() + stopped.size();
    Checks.require(
        others <= keys.mostOthers(),
        String.format(
            "a restart of %s would stop or restart %d other units that are up, more than %d"
                + " (most-others): %s",
            name, others, keys.mostOthers(), shown(restarted, stopped)));
    Set<String> started = new TreeSet<>();
    for (String other : systemd.related(name, ASKED_FOR)) {
      boolean target = other.endsWith(".target") || other.endsWith(".slice");
      Optional<UnitState> now = target ? Optional.empty() : systemd.unit(other);
      if (now.filter(u -> !u.atWork() && u.loadState().equals("loaded")).isPresent()) {
        refuseIfProtected(protection, systemd, other, name + " would start ");
        started.add(other);
      }
    }
    Set<String> touched = new TreeSet<>(Set.of(name));
    List.of(restarted, stopped, started).forEach(touched::addAll);
    Checks.refuseIf(HostEnding.of(systemd, touched));
    return new RestartPlan(unit, although, reload, restarted, stopped, started, triggers);
  }

  /** One that has run to its end, and is up for the others to see. */
  private static Optional<String> runAgain(
      Systemd systemd, Reach reach, RestartKeys keys, String name, String other) {
    boolean ran = systemd.unit(other).filter(u -> u.type().equals("oneshot")).isPresent();
    return ran && reach.restarted().contains(other) && !keys.oneshot()
        ? Optional.of(
            "a restart of "
                + name
                + " would run "
                + other
                + " again, a oneshot, which may repeat its effects (oneshot: on allows it)")
        : Optional.empty();
  }

  private static void refuseIfProtected(
      Protection protection, Systemd systemd, String other, String what) {
    Checks.refuseIf(protection.unit(other, systemd).map(why -> what + other + ": " + why));
  }

  private static String shown(List<Probe> probes) {
    return probes.stream().map(Probe::toString).collect(Collectors.joining(", "));
  }

  private static String shown(Set<String> some, Set<String> more) {
    Set<String> all = new TreeSet<>(some);
    all.addAll(more);
    List<String> first = all.stream().limit(10).toList();
    return String.join(", ", first) + (all.size() > first.size() ? ", …" : "");
  }

  public String name() {
    return unit.name();
  }

  public int others() {
    return restarted.size() + stopped.size();
  }

  /** What is done, one line each. */
  public List<String> steps(HostContext host, RestartKeys keys) {
    String name = name();
    List<Probe> probes = keys.probes(host, name);
    List<Probe> doubtful = keys.doubtful(host, name);
    List<String> steps = new ArrayList<>();
    if (reload) {
      steps.add("reload " + name + ", which is active but " + although.orElseThrow());
      steps.add(
          "if it is not healthy within "
              + RestartKeys.RELOADED_WITHIN.toSeconds()
              + " s of that, restart it");
    } else if (although.isPresent()) {
      steps.add("restart " + name + ", which is active but " + although.orElseThrow());
    } else {
      steps.add(
          "restart " + name + ", which is " + unit.activeState() + " (" + unit.result() + ")");
    }
    if (others() == 0) {
      steps.add("nothing else that is up is stopped or restarted with it");
    }
    step(steps, "systemd restarts with it, in the order of their dependencies: ", restarted);
    step(steps, "systemd stops what cannot be beside it: ", stopped);
    step(steps, "systemd starts what it asks for and is down: ", started);
    step(steps, "left as it is, what starts it: ", triggers);
    steps.add(
        unit.type().equals("oneshot")
            ? "wait until it has run to its end"
            : "wait until it is active"
                + (probes.isEmpty() ? "" : " and healthy (" + shown(probes) + ")")
                + ", and stays so for "
                + keys.staysUp().toMillis() / 1000.0
                + " s");
    if (!doubtful.isEmpty()) {
      steps.add(
          "not waited for, since it was never satisfied and may be wrong: " + shown(doubtful));
    }
    return steps;
  }

  private static void step(List<String> steps, String what, Set<String> units) {
    if (!units.isEmpty()) {
      steps.add(what + String.join(", ", units));
    }
  }

  /** What must still be so when it is done. */
  public Map<String, String> facts(HostContext host) {
    Map<String, String> facts = new TreeMap<>();
    facts.put("boot-id", host.time().bootId());
    facts.put("invocation-id", unit.invocationId());
    facts.put("state", unit.activeState());
    facts.put("way", reload ? "reload" : "restart");
    facts.put("restarted", String.join(" ", restarted));
    facts.put("stopped", String.join(" ", stopped));
    facts.put("started", String.join(" ", started));
    return facts;
  }
}
