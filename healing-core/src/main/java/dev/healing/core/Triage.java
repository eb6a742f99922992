package dev.healing.core;

import com.google.common.collect.ArrayListMultimap;
import com.google.common.collect.ImmutableListMultimap;
import com.google.common.collect.ListMultimap;
import dev.healing.api.IncidentStatus;
import dev.healing.api.IssueType;
import dev.healing.api.Metric;
import dev.healing.api.UnitState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * Finds what is only a symptom of something else, so that what is really one fault gets one remedy.
 *
 * <p>An incident waits for another when that one's issue explains its component (units that began
 * to fail right after a switch of generation, a slow host without memory), as long as a human has
 * not been left alone with that explanation; or when its unit cannot do without the other's unit,
 * or without what the other explains (the mount of a file system that is full) and began to fail no
 * earlier. In a {@link Storm} whatever has no other cause waits for that; not what nothing treats,
 * for which there is nothing to wait.
 */
final class Triage {
  /** What is measured now and then may be seen later than what came of it. */
  private static final Duration SEEN_LATER = Duration.ofMinutes(1);

  /** More likely than not. */
  private static final double SURE = 0.5;

  private Triage() {}

  /**
   * Notes the cause of each incident that has one.
   *
   * @param treated whether anything could be tried about an incident
   * @return the incidents about which an action for another says something, by its id: those that
   *     wait for it, and those that are about the same problem
   */
  static ListMultimap<String, Tracked> link(
      Collection<Tracked> open, Map<String, UnitState> units, Predicate<Tracked> treated) {
    if (open.isEmpty()) {
      return ImmutableListMultimap.of();
    }
    ListMultimap<String, Tracked> dependents = sameProblem(open);
    open.forEach(incident -> incident.cause = null);
    causes(open, open, units)
        .forEach(
            (incident, cause) -> {
              incident.cause = cause.id;
              dependents.put(cause.id, incident);
            });
    open.stream().filter(Storm::is).findFirst().ifPresent(s -> waitFor(s, open, treated));
    return dependents;
  }

  /**
   * Notes the causes of what has just begun, before what came of the actions is concluded: what is
   * a symptom of something else is no side effect of them.
   */
  static void linkNew(
      Collection<Tracked> begun,
      Collection<Tracked> open,
      Map<String, UnitState> units,
      Predicate<Tracked> treated) {
    causes(begun, open, units).forEach((incident, cause) -> incident.cause = cause.id);
    open.stream().filter(Storm::is).findFirst().ifPresent(s -> waitFor(s, begun, treated));
  }

  /** What it is a symptom of, and what that is a symptom of, and so on, in words. */
  static String causes(Tracked symptom, Incidents incidents) {
    List<String> chain = new ArrayList<>();
    Optional<Tracked> next = incidents.causeOf(symptom);
    while (next.isPresent() && chain.size() < incidents.open().size()) {
      Tracked cause = next.get();
      chain.add(
          cause.issue.type()
              + " "
              + String.join(" ", cause.issue.components())
              + " (incident "
              + cause.id
              + ")");
      next = incidents.causeOf(cause);
    }
    return String.join(", which comes from ", chain);
  }

  /**
   * Whether it waits for its cause. Not where that only explains it, and that is more of a guess,
   * or there is nothing to try or nothing that may be done about it. While a person is asked it
   * waits: to try something else meanwhile would change the evidence that is shown.
   */
  static boolean held(Tracked symptom, Incidents incidents) {
    return incidents
        .causeOf(symptom)
        .filter(
            cause ->
                Storm.is(cause)
                    || Collections.disjoint(cause.issue.explains(), symptom.issue.components())
                    || !guessed(cause) && !cause.isForAPerson())
        .isPresent();
  }

  private static boolean guessed(Tracked cause) {
    return cause.issue.metrics().getOrDefault(Metric.BLAME_CONFIDENCE.toString(), 1.0) < SURE;
  }

  /** The causes of some of the incidents, as far as they have one. */
  private static Map<Tracked, Tracked> causes(
      Collection<Tracked> some, Collection<Tracked> open, Map<String, UnitState> units) {
    Map<String, Tracked> explains = new HashMap<>();
    Map<String, Tracked> byComponent = new HashMap<>();
    for (Tracked incident : open) {
      if (incident.status != IncidentStatus.ESCALATED) {
        incident.issue.explains().forEach(symptom -> explains.put(symptom, incident));
      }
      if (incident.issue.type().equals(IssueType.SERVICE_FAILED)) {
        incident.issue.components().forEach(component -> byComponent.put(component, incident));
      }
    }
    Map<Tracked, Tracked> causes = new LinkedHashMap<>();
    for (Tracked incident : some) {
      possibleCauses(incident, explains, byComponent, units).stream()
          .filter(cause -> !leadsTo(cause, incident, causes))
          .findFirst()
          .ifPresent(cause -> causes.put(incident, cause));
    }
    return causes;
  }

  private static void waitFor(Tracked storm, Collection<Tracked> some, Predicate<Tracked> treated) {
    for (Tracked incident : some) {
      boolean waits = incident != storm && incident.cause == null && !isOurs(incident);
      if (waits && treated.test(incident)) {
        incident.cause = storm.id;
      }
    }
  }

  /** An incident with a validator of its own may be about what another is about. */
  private static ListMultimap<String, Tracked> sameProblem(Collection<Tracked> open) {
    ListMultimap<String, Tracked> same = ArrayListMultimap.create();
    for (Tracked own : open) {
      if (own.validator.isPresent()) {
        for (Tracked other : open) {
          if (other != own && other.fingerprint.equals(own.fingerprint)) {
            same.put(own.id, other);
            same.put(other.id, own);
          }
        }
      }
    }
    return same;
  }

  private static List<Tracked> possibleCauses(
      Tracked incident,
      Map<String, Tracked> explains,
      Map<String, Tracked> byComponent,
      Map<String, UnitState> units) {
    List<Tracked> possible = new ArrayList<>();
    if (Storm.is(incident) || isOurs(incident)) {
      return possible; // all of them together are; we are
    }
    for (String component : incident.issue.components()) {
      Tracked explanation = explains.get(component);
      if (explanation != null && explanation != incident) {
        possible.add(explanation);
      }
      UnitState unit = units.get(component);
      if (unit != null) {
        for (String required : new TreeSet<>(unit.requires())) {
          Tracked dependency = byComponent.get(required);
          if (dependency != null && dependency != incident) {
            possible.add(dependency);
          }
          Tracked resource = explains.get(required);
          if (resource != null && resource != incident && begins(resource, incident)) {
            possible.add(resource);
          }
        }
      }
    }
    return possible;
  }

  /** A throttle that we have set and need no more is no symptom of anything. */
  static boolean isOurs(Tracked incident) {
    return incident.issue.type().equals(IssueType.THROTTLED_CALM);
  }

  private static boolean begins(Tracked cause, Tracked symptom) {
    return !cause.firstSeen.isAfter(symptom.firstSeen.plus(SEEN_LATER));
  }

  /** Units that require each other must not wait for each other. */
  private static boolean leadsTo(Tracked from, Tracked to, Map<Tracked, Tracked> causes) {
    Set<Tracked> passed = new HashSet<>();
    for (Tracked at = from; at != null && passed.add(at); at = causes.get(at)) {
      if (at == to) {
        return true;
      }
    }
    return false;
  }
}
