package dev.healing.core;

import dev.healing.api.ActionId;
import dev.healing.testkit.Deed;
import dev.healing.testkit.SimulatedHost;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.node.ObjectNode;

/**
 * What must hold of everything that was really done to a host, whatever happened to it. Counted
 * from what the host saw and in time that no clock tells, not from what the engine says of itself.
 */
final class Invariants {
  private static final Duration HOUR = Duration.ofHours(1);
  private static final Duration DAY = Duration.ofDays(1);
  private static final Duration COOLDOWN = Duration.ofMinutes(5);

  private Invariants() {}

  /** What was broken, one line each. */
  static List<String> broken(SimulatedHost host) {
    List<String> broken = new ArrayList<>();
    List<Deed> deeds = host.deeds();
    for (int i = 0; i < deeds.size(); i++) {
      Deed deed = deeds.get(i);
      List<Deed> before = deeds.subList(0, i);
      if (within(before, deed, HOUR).size() >= 10) {
        broken.add("an eleventh heal within an hour: " + deed);
      }
      if (isRollback(deed)
          && within(before, deed, DAY).stream().filter(Invariants::isRollback).count() >= 3) {
        broken.add("a fourth rollback within a day: " + deed);
      }
      if (within(before, deed, COOLDOWN).stream().anyMatch(other -> similar(other, deed))) {
        broken.add("a similar action within five minutes: " + deed);
      }
      judgeAlone(deed, broken);
      unknownRepeated(before, deed).ifPresent(broken::add);
    }
    withoutIntent(host).forEach(deed -> broken.add("done without a durable intent: " + deed));
    return broken;
  }

  private static void judgeAlone(Deed deed, List<String> broken) {
    boolean person = deed.notes().contains(Simulation.PERSON);
    if (deed.notes().contains(Simulation.PAUSED)) {
      broken.add("started while paused: " + deed);
    }
    if (deed.critical() && !person) {
      broken.add("critical, and nobody approved it: " + deed);
    }
    if (deed.action().equals(ActionId.KILL_PROCESS) && !person) {
      broken.add("a process was killed and nobody approved it: " + deed);
    }
    if (deed.health() < 30 && !person) {
      broken.add("started below health 30: " + deed);
    }
    if (deed.target().equals("sshd.service")) {
      broken.add("touched what is protected: " + deed);
    }
  }

  /** Something that may have been carried out and is not idempotent was begun again by itself. */
  private static Optional<String> unknownRepeated(List<Deed> before, Deed deed) {
    if (deed.idempotent() || deed.notes().contains(Simulation.PERSON)) {
      return Optional.empty();
    }
    List<Deed> similar = before.stream().filter(other -> similar(other, deed)).toList();
    if (similar.isEmpty()) {
      return Optional.empty();
    }
    Deed last = similar.get(similar.size() - 1);
    boolean unknown = last.endedAfter().isEmpty() && last.incarnation() < deed.incarnation();
    boolean lately = deed.startedAfter().minus(last.startedAfter()).compareTo(DAY) < 0;
    return unknown && lately
        ? Optional.of("begun again although the last one may have been carried out: " + deed)
        : Optional.empty();
  }

  private static List<Deed> withoutIntent(SimulatedHost host) {
    Set<String> intents = new HashSet<>();
    for (String line : host.context().state().lines(Journal.FILE).lines()) {
      ObjectNode node = EngineJson.parse(line);
      intents.add(
          node.path("action").asString()
              + node.path("target").asString()
              + node.path("at").asString());
    }
    return host.deeds().stream()
        .filter(deed -> !intents.contains(deed.action() + deed.target() + deed.startedWall()))
        .toList();
  }

  private static List<Deed> within(List<Deed> before, Deed deed, Duration window) {
    return before.stream()
        .filter(other -> deed.startedAfter().minus(other.startedAfter()).compareTo(window) < 0)
        .toList();
  }

  private static boolean similar(Deed one, Deed other) {
    return one.action().equals(other.action()) && one.target().equals(other.target());
  }

  private static boolean isRollback(Deed deed) {
    return deed.action().equals(ActionId.ROLLBACK_GENERATION);
  }
}
