package dev.healing.api;

import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What became of one attempt to heal: written durably after it.
 *
 * @param id of the intent that it answers
 * @param incident whose attempt it was
 * @param type of the issue
 * @param components of the issue
 * @param action what was done
 * @param target to what
 * @param origin on whose word
 * @param outcome what came of it
 * @param detectedAt when the incident was first seen
 * @param startedAt when the action was started; absent if it was not attempted
 * @param finishedAt when the outcome was known
 * @param before the issue's metrics when it was decided
 * @param after the same metrics at validation, as far as they could be read
 * @param confidence in the action when it was chosen
 * @param steps what was done, as previewed
 * @param recorded what the host looked like right before, one line each: for an action that
 *     destroys something, else empty
 * @param circumstances {@link Metric#LOAD} and {@link Metric#GENERATION} of the host in the look on
 *     which it was decided, as far as they were read
 * @param sideEffects what began between its start and its validation and is no symptom of anything
 *     known, perhaps by it: {@code TYPE COMPONENT…} each, the first five; behind it {@code (or by
 *     ACTION TARGET)} where another action was under way as well
 * @param detail what the action said and why the outcome is what it is
 */
public record Receipt(
    String id,
    String incident,
    IssueType type,
    SortedSet<String> components,
    ActionId action,
    String target,
    Origin origin,
    Outcome outcome,
    Instant detectedAt,
    Optional<Instant> startedAt,
    Instant finishedAt,
    SortedMap<String, Double> before,
    SortedMap<String, Double> after,
    double confidence,
    List<String> steps,
    List<String> recorded,
    SortedMap<String, Double> circumstances,
    List<String> sideEffects,
    String detail) {
  /** Copies. */
  public Receipt {
    components = Collections.unmodifiableSortedSet(new TreeSet<>(components));
    before = Collections.unmodifiableSortedMap(new TreeMap<>(before));
    after = Collections.unmodifiableSortedMap(new TreeMap<>(after));
    steps = List.copyOf(steps);
    recorded = List.copyOf(recorded);
    circumstances = Collections.unmodifiableSortedMap(new TreeMap<>(circumstances));
    sideEffects = List.copyOf(sideEffects);
  }

  /** Whether an {@link Opportunity} was taken: then nothing was wrong, and nothing was healed. */
  public boolean isOpportunity() {
    return Benefit.isTold(before);
  }

  /** The identity of the problem that was treated. */
  public Fingerprint fingerprint() {
    return Fingerprint.of(type, components);
  }
}
