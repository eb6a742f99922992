package dev.healing.core;

import dev.healing.api.ActionId;
import dev.healing.api.Incident;
import dev.healing.api.Issue;
import dev.healing.api.Unreadable;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What a policy would have made of a trace. The trace goes on as it was recorded, whatever would
 * have been done: what that would have come to cannot be known from it.
 *
 * @param from the first look
 * @param to the last look
 * @param looks how many
 * @param problems in the order in which they began
 * @param unseen what detectors could not tell from a trace, as of the last look that lacked it
 */
public record Replayed(
    Instant from, Instant to, long looks, List<Problem> problems, Set<Unreadable> unseen) {
  /** How soon a problem is over after an action so that it might have been so without. */
  public static final Duration SOON = Duration.ofMinutes(1);

  /** Of so many problems all is told; of those after them only what is counted, without words. */
  public static final int TOLD = 20_000;

  /** Copies. */
  public Replayed {
    problems = List.copyOf(problems);
    unseen = Set.copyOf(unseen);
  }

  /** What happened to an incident, or would have. */
  public enum Step {
    /** An action would have been started. */
    STARTED,
    /** A person would have been asked. */
    ASKED,
    /** It would not have been done then: a guard says why. */
    HELD_BACK,
    /** It would have been left to a person. */
    HANDED_OVER
  }

  /**
   * A step.
   *
   * @param at when
   * @param step what
   * @param action which action it is about, if any
   * @param why in words
   */
  public record Would(Instant at, Step step, Optional<ActionId> action, String why) {}

  /**
   * A problem of the trace.
   *
   * @param incident as it was at its end, or at the trace's, without its decision and attempts; its
   *     issue is that of when it had become worst
   * @param first its issue when it was first seen
   * @param over when it was over in the trace; absent if it lasted to the end
   * @param would what would have been done about it, oldest first
   */
  public record Problem(Incident incident, Issue first, Optional<Instant> over, List<Would> would) {
    /** Copies. */
    public Problem {
      would = List.copyOf(would);
    }

    /** When the first action would have been started. */
    public Optional<Instant> acted() {
      return would.stream().filter(w -> w.step() == Step.STARTED).map(Would::at).findFirst();
    }

    /** Whether it was over so soon that what would have been done may have been in vain. */
    public boolean perhapsNeedless() {
      return acted().isPresent()
          && over.filter(end -> !end.isAfter(acted().orElseThrow().plus(SOON))).isPresent();
    }

    /** Whether it was serious, lasted, and nothing would have been done without a person. */
    public boolean missed(Instant end) {
      Duration lasted = Duration.between(incident.firstSeen(), over.orElse(end));
      return incident.issue().severity().compareTo(dev.healing.api.Severity.HIGH) >= 0
          && lasted.compareTo(SOON) > 0
          && incident.cause().isEmpty()
          && acted().isEmpty();
    }
  }

  /** How many steps of a kind. */
  public long count(Step step) {
    return problems.stream()
        .flatMap(problem -> problem.would().stream())
        .filter(would -> would.step() == step)
        .count();
  }
}
