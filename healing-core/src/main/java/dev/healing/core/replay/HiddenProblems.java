package dev.healing.core.replay;

import dev.healing.api.Detection;
import dev.healing.api.Fingerprint;
import dev.healing.api.Issue;
import dev.healing.api.IssueType;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * What was treated in a replay, and is taken to have helped: it is not shown until it is over in
 * the trace as well.
 */
public final class HiddenProblems {
  /**
   * A problem that was treated.
   *
   * @param problem which
   * @param at when
   * @param over when it was over in the trace, if it was
   */
  public record Treated(Fingerprint problem, Instant at, Optional<Instant> over) {}

  private final Map<IssueType, Map<Fingerprint, Treated>> hidden = new HashMap<>();
  private final Map<Fingerprint, NavigableMap<Instant, Treated>> treated = new HashMap<>();
  private int changes;

  HiddenProblems() {}

  /** When a problem was first treated from then on. */
  public Optional<Treated> treated(Fingerprint problem, Instant from) {
    return Optional.ofNullable(treated.get(problem))
        .map(all -> all.ceilingEntry(from))
        .map(Map.Entry::getValue);
  }

  /** How often something was hidden or shown again. */
  int changes() {
    return changes;
  }

  boolean anyOf(Set<IssueType> types) {
    return hidden.keySet().stream().anyMatch(types::contains);
  }

  /** It is treated now. */
  void hide(Issue issue, Instant at) {
    Treated one = new Treated(issue.fingerprint(), at, Optional.empty());
    changes++;
    hidden.computeIfAbsent(issue.type(), type -> new HashMap<>()).put(one.problem(), one);
    treated.computeIfAbsent(one.problem(), problem -> new TreeMap<>()).putIfAbsent(at, one);
  }

  /** What a detector of these types has found at that time, without what is hidden. */
  Detection without(Detection found, Set<IssueType> types, Instant at) {
    Set<Fingerprint> there = new HashSet<>();
    found.issues().forEach(issue -> there.add(issue.fingerprint()));
    if (found.unreadable().isEmpty()) {
      types.stream()
          .flatMap(type -> List.copyOf(hidden.getOrDefault(type, Map.of()).values()).stream())
          .filter(one -> !there.contains(one.problem()))
          .forEach(one -> over(one, at));
    }
    if (found.issues().isEmpty()) {
      return found;
    }
    return new Detection(
        found.issues().stream().filter(issue -> !isHidden(issue)).toList(),
        found.unreadable(),
        found.age(),
        found.forecasts(),
        found.measured());
  }

  private boolean isHidden(Issue issue) {
    return hidden.getOrDefault(issue.type(), Map.of()).containsKey(issue.fingerprint());
  }

  private void over(Treated one, Instant at) {
    changes++;
    hidden.values().removeIf(some -> some.remove(one.problem(), one) && some.isEmpty());
    Objects.requireNonNull(treated.get(one.problem()))
        .replace(one.at(), one, new Treated(one.problem(), one.at(), Optional.of(at)));
  }
}
