package dev.healing.actions.nixos.services;

import dev.healing.actions.nixos.Checks;
import dev.healing.api.UnitState;
import dev.healing.spi.HostContext;
import dev.healing.spi.Protection;
import dev.healing.spi.Reach;
import dev.healing.spi.Systemd;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * What a restart of one service would be at this moment: how, and what it takes with it. Made again
 * right before it is done: what is then not the same is not done.
 *
 * @param unit the service
 * @param although what is wrong with it although it is up; empty if it is down
 * @param reload whether it is enough, perhaps, to have it read its configuration again
 * @param restarted others that are up and are restarted with it
 * @param started what it, or what is restarted with it or started again, asks for and is down
 * @param takenDown what went down with it
 * @param triggers sockets, timers and paths that start it, and stay as they are
 */
public record RestartPlan(
    UnitState unit,
    Optional<String> although,
    boolean reload,
    Set<String> restarted,
    Set<String> started,
    TakenDown takenDown,
    Set<String> triggers) {

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
    Systemd systemd = host.systemd().asOfNow();
    Restartable service = Restartable.of(host, systemd, keys, called, although);
    return reaching(host, systemd, keys, service);
  }

  private static RestartPlan reaching(
      HostContext host, Systemd systemd, RestartKeys keys, Restartable service) {
    Protection protection = host.protection();
    String name = service.unit().name();
    Reach reach = Reach.ofRestart(systemd, name);
    Set<String> restarted = new TreeSet<>();
    Set<String> falling = TakenDown.falling(systemd, service.unit(), reach.restarted());
    for (String other : reach.all()) {
      if (!falling.contains(other) && systemd.unit(other).filter(UnitState::atWork).isPresent()) {
        refuseIfProtected(protection, systemd, other, name + " would stop or restart ");
        Checks.refuseIf(endedForGood(reach, name, other));
        Checks.refuseIf(runAgain(systemd, keys, name, other));
        restarted.add(other);
      }
    }
    Checks.require(
        restarted.size() <= keys.mostOthers(),
        String.format(
            "a restart of %s would restart %d other units that are up, more than %d"
                + " (most-others): %s",
            name, restarted.size(), keys.mostOthers(), shown(restarted)));
    Set<String> ending = new TreeSet<>(restarted);
    if (service.unit().atWork()) {
      ending.add(name);
    }
    if (!ending.isEmpty()) {
      Checks.refuseIf(protection.within(ending, host.processes()));
    }
    Checks.refuseIf(StartConditions.unmet(host, systemd, ending));
    Set<String> started = PulledIn.by(host, systemd, name, restarted);
    TakenDown down =
        TakenDown.with(host, systemd, keys, service.unit(), falling, restarted, started);
    if (!down.starts().isEmpty()) {
      Set<String> asking = new TreeSet<>(restarted);
      asking.addAll(down.starts());
      started.addAll(PulledIn.by(host, systemd, name, asking));
      started.removeAll(down.starts());
    }
    Set<String> touched = new TreeSet<>(Set.of(name));
    List.of(restarted, started).forEach(touched::addAll);
    Checks.refuseIf(HostEnding.of(systemd, touched));
    return new RestartPlan(
        service.unit(),
        service.although(),
        service.reload(),
        restarted,
        started,
        down,
        service.triggers());
  }

  /** Whoever started what cannot be beside it wants that now, and nobody would start it again. */
  private static Optional<String> endedForGood(Reach reach, String name, String other) {
    return reach.restarted().contains(other)
        ? Optional.empty()
        : Optional.of(
            String.format(
                "a restart of %s would stop %s, which is up and cannot be beside it or what it"
                    + " starts: who wants that starts it ('systemctl start %s')",
                name, other, name));
  }

  /** As one that has run to its end, and is up for the others to see. */
  private static Optional<String> runAgain(
      Systemd systemd, RestartKeys keys, String name, String other) {
    return systemd
        .unit(other)
        .flatMap(Restartable::once)
        .filter(what -> !keys.oneshot())
        .map(
            what ->
                String.format(
                    "a restart of %s would run %s again, %s, which may repeat its effects"
                        + " (oneshot: on allows it)",
                    name, other, what));
  }

  private static void refuseIfProtected(
      Protection protection, Systemd systemd, String other, String what) {
    Checks.refuseIf(protection.unit(other, systemd).map(why -> what + other + ": " + why));
  }

  private static String shown(List<Probe> probes) {
    return probes.stream().map(Probe::toString).collect(Collectors.joining(", "));
  }

  private static String shown(Set<String> all) {
    List<String> first = all.stream().limit(10).toList();
    return String.join(", ", first) + (all.size() > first.size() ? ", …" : "");
  }

  /** Of the service. */
  public String name() {
    return unit.name();
  }

  /** How many others that are up are restarted with it. */
  public int others() {
    return restarted.size();
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
    step(steps, "systemd starts what is asked for and is down: ", started);
    step(steps, "started again when it is up, since it went down with it: ", takenDown.starts());
    step(steps, "bound to it, and left down ('systemctl start' starts it): ", takenDown.stays());
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
    facts.put("started", String.join(" ", started));
    facts.put("taken-down", String.join(" ", takenDown.starts()));
    return facts;
  }

  /**
   * Refuses if it is no longer what was previewed.
   *
   * @param previewed its {@link #facts} then
   */
  public void requireSame(HostContext host, Map<String, String> previewed) {
    List<String> changed =
        facts(host).entrySet().stream()
            .filter(fact -> !fact.getValue().equals(previewed.get(fact.getKey())))
            .map(Map.Entry::getKey)
            .toList();
    Checks.require(
        changed.isEmpty(),
        name() + " is not what it was for the preview: " + String.join(", ", changed));
  }
}
