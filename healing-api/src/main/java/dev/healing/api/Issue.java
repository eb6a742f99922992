package dev.healing.api;

import java.time.Instant;
import java.util.Collection;
import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Evidence of a problem at one instant.
 *
 * @param id unique among issues: fingerprint hash and time
 * @param detectedAt when the look was made that found it; earlier, if what it rests on was measured
 *     earlier: it is no evidence of anything that was done since
 * @param type what kind of problem
 * @param severity how much it matters
 * @param description one sentence for a person, with the numbers
 * @param metrics the numbers it rests on, by {@link Metric#toString}
 * @param components what it is about, at least one: {@code /var}, {@code nginx.service}
 * @param explains components whose issues this one is the cause of, for example the units that
 *     began to fail after a switch; those wait for this one
 */
public record Issue(
    String id,
    Instant detectedAt,
    IssueType type,
    Severity severity,
    String description,
    SortedMap<String, Double> metrics,
    SortedSet<String> components,
    Set<String> explains) {
  private static final long YEAR_0 = -62_167_219_200L;
  private static final long YEAR_10000 = 253_402_300_800L;

  /** Validates and copies. */
  public Issue {
    Objects.requireNonNull(id, "issue without an id");
    Objects.requireNonNull(detectedAt, "issue without a time");
    Objects.requireNonNull(type, "issue without a type");
    Objects.requireNonNull(severity, "issue without a severity");
    Objects.requireNonNull(description, "issue without a description");
    if (detectedAt.getEpochSecond() < YEAR_0 || detectedAt.getEpochSecond() >= YEAR_10000) {
      throw new IllegalArgumentException(
          "issue " + type + ": detected at " + detectedAt + ": expected a time of this era");
    }
    if (components.isEmpty()) {
      throw new IllegalArgumentException("issue " + type + ": expected at least one component");
    }
    metrics.forEach(
        (metric, value) -> {
          if (!Double.isFinite(value)) {
            throw new IllegalArgumentException(
                "issue " + type + ": " + metric + " is " + value + ": leave out what is no number");
          }
        });
    metrics = Collections.unmodifiableSortedMap(new TreeMap<>(metrics));
    components = Collections.unmodifiableSortedSet(new TreeSet<>(components));
    explains = Set.copyOf(explains);
  }

  /** An issue that explains no other, with an id made from its fingerprint and the time. */
  public static Issue of(
      Instant at,
      IssueType type,
      Severity severity,
      String description,
      Map<String, Double> metrics,
      Collection<String> components) {
    String id =
        Fingerprint.of(type, components).hash() + "-" + Long.toString(at.toEpochMilli(), 36);
    return new Issue(
        id, at, type, severity, description, sorted(metrics), sorted(components), Set.of());
  }

  /** As they are, if they are that: they are copied once. */
  private static SortedMap<String, Double> sorted(Map<String, Double> metrics) {
    return metrics instanceof SortedMap<String, Double> already && already.comparator() == null
        ? already
        : new TreeMap<>(metrics);
  }

  private static SortedSet<String> sorted(Collection<String> components) {
    return components instanceof SortedSet<String> already && already.comparator() == null
        ? already
        : new TreeSet<>(components);
  }

  /** This issue as the cause of whatever is wrong with these components. */
  public Issue explaining(Collection<String> symptoms) {
    return new Issue(
        id, detectedAt, type, severity, description, metrics, components, Set.copyOf(symptoms));
  }

  /** The same with another description, and these numbers beside its own. */
  public Issue telling(String newDescription, Map<String, Double> more) {
    SortedMap<String, Double> all = new TreeMap<>(metrics);
    all.putAll(more);
    return new Issue(id, detectedAt, type, severity, newDescription, all, components, explains);
  }

  /** Whether it is no problem, but what an {@link Opportunity} rests on. */
  public boolean isOpportunity() {
    return Benefit.isTold(metrics);
  }

  /** The identity of the problem. Computed: keep it where it is needed often. */
  public Fingerprint fingerprint() {
    return Fingerprint.of(type, components);
  }
}
