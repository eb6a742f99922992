package dev.healing.actions.nixos.services;

import dev.healing.actions.nixos.Checks;
import dev.healing.api.ActionId;
import dev.healing.api.Configuration;
import dev.healing.api.HostException;
import dev.healing.api.UnitState;
import dev.healing.spi.HostContext;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How services are restarted: the keys of {@code restart_service}, which hold for every action that
 * restarts one.
 *
 * @param oneshot whether a failed oneshot may be run again; its work may not bear repeating
 * @param stopsWithin how long it may take to stop, with all that is restarted with it
 * @param startsWithin how long its start may take after that
 * @param staysUp how long it must stay up, as the same start, before that counts as up
 * @param healthyWithin how long it may take from up to healthy, where there is a probe
 * @param mostOthers how many other units that are up may be stopped or restarted with it
 * @param probes by unit: how to see that it does its work
 * @param detectors by unit: the probes of detectors that say of it that it has failed, each
 *     believed once it has been satisfied
 */
public record RestartKeys(
    boolean oneshot,
    Duration stopsWithin,
    Duration startsWithin,
    Duration staysUp,
    Duration healthyWithin,
    int mostOthers,
    Map<String, List<Probe>> probes,
    Map<String, List<Probe>> detectors) {
  /** How long a reload may take to make it healthy. */
  static final Duration RELOADED_WITHIN = Duration.ofSeconds(10);

  public RestartKeys {
    probes = Map.copyOf(probes);
    detectors = Map.copyOf(detectors);
  }

  /** For another action than {@code restart_service}. */
  public static RestartKeys of(HostContext host) {
    return read(host.configuration().beside(ActionId.RESTART_SERVICE.name()));
  }

  static RestartKeys read(Configuration section) {
    Map<String, List<Probe>> probes = new HashMap<>();
    Configuration configured = section.section("probes");
    for (String unit : configured.keys()) {
      Probe.read(configured, unit).ifPresent(probe -> add(probes, UnitState.fullName(unit), probe));
    }
    Map<String, List<Probe>> detectors = new HashMap<>();
    for (OwnProbeKeys own : OwnProbeKeys.ofServices(section)) {
      if (!probes.getOrDefault(own.component(), List.of()).contains(own.probe())) {
        add(detectors, own.component(), own.probe());
      }
    }
    return new RestartKeys(
        section.flag("oneshot", false),
        Checks.atMostADay(
            section, "stops-within", Duration.ofSeconds(90)), // systemd's own TimeoutStopSec
        Checks.atMostADay(section, "starts-within", Duration.ofSeconds(80)),
        Checks.atMostADay(section, "stays-up", Duration.ofSeconds(3)),
        Checks.atMostADay(section, "healthy-within", Duration.ofSeconds(30)),
        section.count("most-others", 8, 0, 100),
        probes,
        detectors);
  }

  private static void add(Map<String, List<Probe>> probes, String unit, Probe probe) {
    List<Probe> known = probes.computeIfAbsent(unit, u -> new ArrayList<>());
    if (!known.contains(probe)) {
      known.add(probe);
    }
  }

  /** How to see that this unit does its work: what is believed of it. */
  List<Probe> probes(HostContext host, String unit) {
    List<Probe> all = new ArrayList<>(probes.getOrDefault(unit, List.of()));
    all.addAll(ofDetectors(host, unit, true));
    return all;
  }

  /** What detectors ask of this unit and never saw satisfied: it may be wrong itself. */
  List<Probe> doubtful(HostContext host, String unit) {
    return ofDetectors(host, unit, false);
  }

  private List<Probe> ofDetectors(HostContext host, String unit, boolean everSatisfied) {
    return detectors.getOrDefault(unit, List.of()).stream()
        .filter(probe -> new EverSatisfied(host.state(), probe, unit).is() == everSatisfied)
        .toList();
  }

  /**
   * What the first of the unit's probes that finds something wrong says; empty if it is healthy, or
   * has none.
   *
   * @throws dev.healing.api.HostException if one could not be asked, and no other complains
   */
  Optional<String> complaint(HostContext host, String unit) {
    HostException unasked = null;
    for (Probe probe : probes(host, unit)) {
      try {
        Optional<String> complaint = probe.complaint(host);
        if (complaint.isPresent()) {
          return complaint;
        }
      } catch (HostException e) {
        unasked = e;
      }
    }
    if (unasked != null) {
      throw unasked;
    }
    return Optional.empty();
  }

  /** Enough for all of it, so that it ends by itself and can say how it ended. */
  public Duration timeLimit() {
    return stopsWithin
        .multipliedBy(2) // what falls with it first, and then what is stopped for it
        .plus(startsWithin)
        .plus(staysUp)
        .plus(healthyWithin)
        .plus(RELOADED_WITHIN)
        .plus(Duration.ofSeconds(20));
  }
}
