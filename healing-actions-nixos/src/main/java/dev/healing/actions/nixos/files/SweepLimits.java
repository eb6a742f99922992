package dev.healing.actions.nixos.files;

import dev.healing.api.Configuration;
import dev.healing.api.Issue;
import dev.healing.api.IssueType;
import dev.healing.api.Metric;
import java.time.Duration;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * What a run may delete, and what it must give: the keys that clean_disk and clear_cache share.
 *
 * @param olderThan what was changed more lately stays
 * @param keepNewest so many of each directory stay, whatever their age
 * @param maxFiles at most this many in one run, the oldest first
 * @param maxBytes at most this much in one run, the oldest first
 * @param minBytes what makes a run worth it even if the target is not reached
 * @param minFiles the same where inodes run out
 * @param rotatedOnly whether of logs only those go that were rotated, by their name
 * @param target use at which the issue is over; empty to go by what the issue says
 */
record SweepLimits(
    Duration olderThan,
    int keepNewest,
    long maxFiles,
    long maxBytes,
    long minBytes,
    long minFiles,
    boolean rotatedOnly,
    OptionalDouble target) {
  private static final Set<IssueType> PREDICTED =
      Set.of(IssueType.PREDICTED_DISK_FULL, IssueType.PREDICTED_MEMORY_HIGH);

  /** Less is no age: what somebody has just written or is about to read would go. */
  private static final Duration YOUNGEST = Duration.ofHours(1);

  /** Where neither the configuration nor the issue says it. */
  private static final double USUAL_TARGET = 0.85;

  /** Reads them; the age has a default of its own. */
  static SweepLimits read(Configuration section, Duration usualAge) {
    Duration olderThan = section.duration("older-than", usualAge);
    if (olderThan.compareTo(YOUNGEST) < 0) {
      section.contradiction("older-than", "at least 1h: what is younger may be in use");
      olderThan = usualAge;
    }
    double target = section.fraction("target", USUAL_TARGET);
    SweepLimits limits =
        new SweepLimits(
            olderThan,
            section.count("keep-newest", 0, 0, 1000),
            section.count("max-files", 1_000_000, 1, 100_000_000),
            section.bytes("max-bytes", 1L << 40),
            section.bytes("min-bytes", 1L << 30),
            section.count("min-files", 1000, 1, 100_000_000),
            section.flag("rotated-only", true),
            section.has("target") ? OptionalDouble.of(target) : OptionalDouble.empty());
    if (limits.minBytes > limits.maxBytes) {
      section.contradiction("min-bytes", "at most max-bytes, or it is never enough");
    }
    if (limits.minFiles > limits.maxFiles) {
      section.contradiction("min-files", "at most max-files, or it is never enough");
    }
    return limits;
  }

  /** The same for this issue: what is found before there is a problem may spare more. */
  SweepLimits of(Issue issue) {
    double seconds = issue.metrics().getOrDefault(Metric.OLDER_THAN.toString(), 0.0);
    Duration asked = Duration.ofSeconds((long) seconds);
    return new SweepLimits(
        asked.compareTo(olderThan) > 0 ? asked : olderThan,
        keepNewest,
        maxFiles,
        maxBytes,
        minBytes,
        minFiles,
        rotatedOnly,
        target);
  }

  /** Use at which this issue is over; of what is only predicted, below what is configured. */
  double target(Issue issue) {
    Metric clears = Metric.of(Metric.CLEARS_BELOW, issue.components().first());
    double ofIssue = issue.metrics().getOrDefault(clears.toString(), USUAL_TARGET);
    return PREDICTED.contains(issue.type())
        ? Math.min(ofIssue, target.orElse(1))
        : target.orElse(ofIssue);
  }

  /** What may go in one run. */
  Amount most() {
    return new Amount(maxFiles, maxBytes);
  }
}
