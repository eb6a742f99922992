package dev.healing.detect;

import dev.healing.api.HostState;
import dev.healing.api.Issue;
import dev.healing.api.IssueType;
import dev.healing.api.Metric;
import dev.healing.api.Severity;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What is held against a generation: what failed first, how soon after which switch, what that
 * switch changed, and how sure that makes.
 *
 * @param profile the generation
 * @param before the one before it
 * @param watched whether we saw the switch, and so what had not failed before it
 * @param failures what is failed, and when each failed first
 * @param difference between the two, where that could be read
 */
record Blame(
    SystemProfile profile,
    long before,
    boolean watched,
    SortedMap<String, Instant> failures,
    Optional<GenerationDifference> difference) {
  private static final Duration SOON = Duration.ofMinutes(1);
  private static final int NAMED = 5;

  /** That it came after the switch says something; nothing that is seen here makes certain. */
  private static final double AFTER_IT = 0.45;

  private static final double ITS_FILE_CHANGED = 0.3;
  private static final double SOON_AFTER_IT = 0.1;
  private static final double NOT_FAILED_BEFORE = 0.1;

  /** The switch changed neither unit nor package: then hardly. */
  private static final double NOTHING_CHANGED = 0.2;

  /** Copies. */
  Blame {
    failures = Collections.unmodifiableSortedMap(new TreeMap<>(failures));
  }

  Issue issue(HostState state) {
    Map<String, Double> metrics = new TreeMap<>();
    metrics.put("generation", (double) profile.generation());
    metrics.put("generation.before", (double) before);
    metrics.put("failed.after.seconds", afterSeconds(first()));
    metrics.put(Metric.BLAME_CONFIDENCE.toString(), confidence());
    difference.ifPresent(
        d -> {
          metrics.put("units.changed.count", (double) d.units().size());
          metrics.put("packages.changed.count", (double) d.packages().size());
        });
    return Issue.of(
            state.at(),
            IssueType.GENERATION_BROKEN,
            Severity.HIGH,
            words(),
            metrics,
            List.of(SystemProfile.LINK))
        .explaining(failures.keySet());
  }

  /** How sure it is that the switch is what broke it, from 0 to 1. */
  double confidence() {
    if (difference.filter(d -> d.units().isEmpty() && d.packages().isEmpty()).isPresent()) {
      return NOTHING_CHANGED;
    }
    double sum = AFTER_IT;
    sum += ownFileChanged() ? ITS_FILE_CHANGED : 0;
    sum += afterSeconds(first()) <= SOON.toSeconds() ? SOON_AFTER_IT : 0;
    sum += watched ? NOT_FAILED_BEFORE : 0;
    return sum;
  }

  private boolean ownFileChanged() {
    return difference
        .filter(d -> failures.keySet().stream().anyMatch(d.units()::contains))
        .isPresent();
  }

  private String first() {
    return Collections.min(failures.entrySet(), Map.Entry.comparingByValue()).getKey();
  }

  private double afterSeconds(String unit) {
    Instant at = failures.getOrDefault(unit, profile.switchedAt());
    return Duration.between(profile.switchedAt(), at).toMillis() / 1e3;
  }

  private String words() {
    String first = first();
    StringBuilder text = new StringBuilder(first).append(" failed ");
    text.append(Math.round(afterSeconds(first))).append(" s after the switch from generation ");
    text.append(before).append(" to ").append(profile.generation());
    text.append(" at ").append(profile.switchedAt());
    List<String> others = new ArrayList<>(failures.keySet());
    others.remove(first);
    if (!others.isEmpty()) {
      text.append("; then ").append(some(others));
    }
    text.append("; ").append(difference.map(Blame::told).orElse("what it changed is not known"));
    if (ownFileChanged()) {
      text.append("; what failed is among it");
    }
    return text.append("; ").append(Texts.percent(confidence())).append(" sure").toString();
  }

  private static String told(GenerationDifference difference) {
    return "it changed "
        + counted(difference.units(), "unit")
        + " and "
        + counted(difference.packages(), "package");
  }

  private static String counted(Collection<String> names, String what) {
    return switch (names.size()) {
      case 0 -> "no " + what;
      case 1 -> "the " + what + " " + some(names);
      default -> names.size() + " " + what + "s (" + some(names) + ")";
    };
  }

  private static String some(Collection<String> names) {
    List<String> sorted = names.stream().sorted().toList();
    return String.join(", ", sorted.subList(0, Math.min(NAMED, sorted.size())))
        + (sorted.size() > NAMED ? " and " + (sorted.size() - NAMED) + " more" : "");
  }
}
