package dev.healing.api;

import java.time.Instant;
import java.util.Optional;

/**
 * Something that keeps happening, seen often enough that chance is no explanation, or no claim but
 * a count.
 *
 * @param kind which kind
 * @param problem what keeps happening
 * @param other the problem that it comes with or after
 * @param action what does not hold
 * @param seen how often it was seen
 * @param of how often it could have been
 * @param next when the problem is expected next; absent if nobody can say
 * @param reason in words, with the numbers
 * @param proposal what a person could do about it, in words
 */
public record Pattern(
    Kind kind,
    Fingerprint problem,
    Optional<Fingerprint> other,
    Optional<ActionId> action,
    long seen,
    long of,
    Optional<Instant> next,
    String reason,
    String proposal) {
  /** What kind of pattern. */
  public enum Kind {
    /** A problem comes as regularly as a clock. */
    REGULAR,
    /** A problem comes again and again, at no time in particular: a count, and no claim. */
    RECURRING,
    /** Two problems come together. */
    TOGETHER,
    /** A problem comes after another. */
    AFTER,
    /** An action heals a problem for the same while each time. */
    SHORT_RELIEF
  }

  /** Validates. */
  public Pattern {
    if (seen < 1 || seen > of) {
      throw new IllegalArgumentException("pattern seen " + seen + " times of " + of);
    }
    if (reason.isBlank() || proposal.isBlank()) {
      throw new IllegalArgumentException("pattern without a reason or a proposal");
    }
  }
}
