package dev.healing.api;

import java.time.Instant;
import java.util.Optional;

/**
 * A guard's answer to a plan.
 *
 * @param kind what the guard says
 * @param until when to ask again, for {@link Kind#DEFER}
 * @param reason in words, with the numbers; never empty
 */
public record Verdict(Kind kind, Optional<Instant> until, String reason) {
  /** What a guard can say; of several the last in this order counts. */
  public enum Kind {
    /** Go on. */
    PROCEED,
    /** Only when a person says so. */
    CONFIRM,
    /** Not before a certain time. */
    DEFER,
    /** No. */
    DENY
  }

  /** Validates. */
  public Verdict {
    if (reason.isBlank()) {
      throw new IllegalArgumentException("verdict " + kind + " without a reason");
    }
    if (until.isPresent() != (kind == Kind.DEFER)) {
      throw new IllegalArgumentException("verdict " + kind + " with until " + until);
    }
  }

  /** Go on. */
  public static Verdict proceed(String reason) {
    return new Verdict(Kind.PROCEED, Optional.empty(), reason);
  }

  /** Only when a person says so. */
  public static Verdict confirm(String reason) {
    return new Verdict(Kind.CONFIRM, Optional.empty(), reason);
  }

  /** Not before that time. */
  public static Verdict defer(Instant until, String reason) {
    return new Verdict(Kind.DEFER, Optional.of(until), reason);
  }

  /** No. */
  public static Verdict deny(String reason) {
    return new Verdict(Kind.DENY, Optional.empty(), reason);
  }
}
