package dev.healing.core;

import dev.healing.api.ActionId;
import dev.healing.api.Autonomy;
import dev.healing.core.journal.Journal;
import dev.healing.core.journal.Json;
import dev.healing.testkit.Deed;
import dev.healing.testkit.SimulatedHost;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/**
 * What must hold of everything that was really done to a host, whatever happened to it. Counted
 * from what the host saw and in time that no clock tells, not from what the engine says of itself.
 */
final class Invariants {
  private static final Duration HOUR = Duration.ofHours(1);
  private static final Duration DAY = Duration.ofDays(1);

  private final SimulatedHost host;
  private final Operator operator;
  private int judged;

  Invariants(SimulatedHost host, Operator operator) {
    this.host = host;
    this.operator = operator;
  }

  /** What was broken since it was asked for the last time, one line each. */
  List<String> brokenSince() {
    List<Deed> deeds = host.deeds();
    if (judged == deeds.size()) {
      return List.of();
    }
    List<String> broken = new ArrayList<>();
    Map<String, String> incidents = incidents();
    for (int i = judged; i < deeds.size(); i++) {
      Deed deed = deeds.get(i);
      List<Deed> before = deeds.subList(0, i);
      operator.rulesAt(deed.startedAfter()).stream()
          .map(rules -> against(rules, before, deed))
          .min(Comparator.comparingInt(List::size))
          .ifPresent(broken::addAll);
      unknownRepeated(before, deed).ifPresent(broken::add);
      String incident = incidents.get(key(deed.action() + deed.target(), deed.startedWall()));
      if (incident == null) {
        broken.add("done without a durable intent: " + deed);
      } else if (deed.notes().contains(Operator.rejected(incident, deed.incarnation()))
          && !onSomebodysWord(deed)) {
        broken.add("rejected, and done by itself: " + deed);
      }
    }
    judged = deeds.size();
    return broken;
  }

  private static List<String> against(Rules rules, List<Deed> before, Deed deed) {
    List<String> broken = new ArrayList<>();
    judgeCrowd(before, deed, rules, broken);
    judgeAlone(deed, rules, broken);
    return broken;
  }

  private static void judgeCrowd(List<Deed> before, Deed deed, Rules rules, List<String> broken) {
    if (within(before, deed, HOUR).size() >= rules.healsPerHour()) {
      broken.add("more heals within an hour than " + rules.healsPerHour() + ": " + deed);
    }
    if (isRollback(deed)
        && within(before, deed, DAY).stream().filter(Invariants::isRollback).count()
            >= rules.rollbacksPerDay()) {
      broken.add("more rollbacks within a day than " + rules.rollbacksPerDay() + ": " + deed);
    }
    if (within(before, deed, rules.cooldown()).stream().anyMatch(other -> similar(other, deed))) {
      broken.add("a similar action within " + rules.cooldown() + ": " + deed);
    }
  }

  private static void judgeAlone(Deed deed, Rules rules, List<String> broken) {
    boolean person = onSomebodysWord(deed);
    if (paused(deed)) {
      broken.add("started while paused: " + deed);
    }
    if (rules.autonomy() == Autonomy.OBSERVE) {
      broken.add("done although autonomy is observe: " + deed);
    }
    if (rules.autonomy() != Autonomy.AUTO && !person) {
      broken.add("nobody's word, although autonomy is " + rules.autonomy() + ": " + deed);
    }
    if (deed.critical() && !approved(deed)) {
      broken.add("critical, and nobody approved it: " + deed);
    }
    if (deed.action().equals(ActionId.KILL_PROCESS) && !person) {
      broken.add("a process was killed on nobody's word: " + deed);
    }
    if (deed.health() < rules.healthFloor() && !person) {
      broken.add("started below health " + rules.healthFloor() + ": " + deed);
    }
    if (deed.target().equals("sshd.service")) {
      broken.add("touched what is protected: " + deed);
    }
  }

  /** Something that may have been carried out and is not idempotent was begun again by itself. */
  private static Optional<String> unknownRepeated(List<Deed> before, Deed deed) {
    if (deed.idempotent() || onSomebodysWord(deed)) {
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

  /** A person was shown exactly this, and it has not been void since. */
  private static boolean approved(Deed deed) {
    return deed.notes()
        .contains(Operator.approved(problem(deed), deed.action(), deed.incarnation()));
  }

  private static boolean onSomebodysWord(Deed deed) {
    return approved(deed)
        || deed.notes().contains(Operator.requested(problem(deed), deed.incarnation()));
  }

  /** The hash of its fingerprint, with which the id of every issue begins. */
  private static String problem(Deed deed) {
    return deed.issue().substring(0, deed.issue().indexOf('-'));
  }

  private static boolean paused(Deed deed) {
    return Operator.Pause.in(deed.notes()).anyMatch(pause -> pause.forbids(deed));
  }

  /** Of every intent in the journal, the incident that it was for. */
  private Map<String, String> incidents() {
    Map<String, String> incidents = new HashMap<>();
    for (String line : host.context().state().lines(Journal.FILE).lines()) {
      ObjectNode node = Json.parse(line);
      incidents.put(
          key(
              node.path("action").asString() + node.path("target").asString(),
              node.path("at").asString()),
          node.path("incident").asString());
    }
    return incidents;
  }

  private static String key(String what, Object when) {
    return what + " " + when;
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
