package dev.healing.core.guard;

import dev.healing.api.Decision.Judgement;
import dev.healing.api.SelfRecovery;
import dev.healing.api.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/**
 * Leaves a problem alone for a while that may well pass by itself. Only what is LOW or MEDIUM and
 * has not become more severe, about which nothing was tried and nobody has asked; and never for
 * longer than the operator allows, which is in all within an hour if it comes and goes. It can only
 * say "later": what may be done is for others to say.
 *
 * @param soFar how long it has been left alone
 * @param before how long it was within the last hour, before it came back
 * @param most how long it may be, now
 */
public record Patience(Duration soFar, Duration before, Duration most) {
  /** In whose name it judges; no guard of a plugin may have it. */
  public static final String NAME = "patience";

  /**
   * Whether to wait.
   *
   * @param alone what becomes of it if nothing is done
   * @param needless what would be done and heals no more often than waiting does, if that is so
   */
  public Judgement judge(SelfRecovery alone, Optional<String> needless, Instant now) {
    Duration until =
        needless.isPresent() || alone.patience().compareTo(most) > 0 ? most : alone.patience();
    Duration left = until.minus(soFar);
    String why =
        needless.map(action -> action + " heals no more often than waiting does; ").orElse("")
            + alone.reason();
    String again =
        before.isZero()
            ? ""
            : "it comes and goes, and was left alone for "
                + before.toSeconds()
                + " s within the last hour; ";
    if (left.isNegative() || left.isZero()) {
      return new Judgement(
          NAME,
          Verdict.proceed(
              until.isZero()
                  ? "not waited for: " + again + why
                  : "was left alone for " + soFar.toSeconds() + " s and is still there; " + why));
    }
    Instant end = now.plus(left);
    return new Judgement(
        NAME,
        Verdict.defer(
            end,
            again
                + why
                + "; acting at "
                + end.truncatedTo(ChronoUnit.SECONDS)
                + " if it is still there"));
  }
}
