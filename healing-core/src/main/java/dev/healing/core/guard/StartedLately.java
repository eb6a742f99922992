package dev.healing.core.guard;

import dev.healing.api.ActionDescription;
import dev.healing.api.ActionId;
import dev.healing.api.Fingerprint;
import dev.healing.api.Origin;
import dev.healing.api.Outcome;
import dev.healing.api.Verdict;
import dev.healing.spi.ActionHistory;
import dev.healing.spi.Proposal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Predicate;

/**
 * The guards that go by what was started lately: on the host, on the same target, at the same
 * problem.
 *
 * @param limits how much may be
 * @param handedOver whether a problem that is not over was handed over to a human
 */
record StartedLately(Settings.Limits limits, Predicate<Fingerprint> handedOver) {
  private static final Duration HOUR = Duration.ofHours(1);
  private static final Duration DAY = Duration.ofDays(1);

  Verdict healsPerHour(Proposal proposal) {
    OptionalInt most = limits.healsPerHour();
    if (most.isEmpty()) {
      return Verdict.proceed("no limit per hour");
    }
    if (SafetyGuards.takesBack(proposal)) {
      return Verdict.proceed("a limit of ours is taken away, however much else was done");
    }
    int limit = most.getAsInt();
    List<ActionHistory.Entry> lately = proposal.history().within(HOUR, Math.max(1, limit));
    boolean room = lately.size() < limit;
    int all = room ? lately.size() : proposal.history().count(HOUR); // the limit was lowered, say
    String is = all + " of " + limit + " heals in the last hour";
    return room ? Verdict.proceed(is) : Verdict.defer(roomAt(proposal, lately, limit, HOUR), is);
  }

  Verdict rollbacksPerDay(Proposal proposal) {
    if (!SafetyGuards.action(proposal).id().equals(ActionId.ROLLBACK_GENERATION)) {
      return Verdict.proceed("no rollback");
    }
    int limit = limits.rollbacksPerDay();
    List<ActionHistory.Entry> lately =
        proposal.history().within(DAY).stream()
            .filter(entry -> entry.action().equals(ActionId.ROLLBACK_GENERATION))
            .toList();
    String is = lately.size() + " of " + limit + " rollbacks in the last day";
    return lately.size() < limit
        ? Verdict.proceed(is)
        : Verdict.defer(roomAt(proposal, lately, limit, DAY), is);
  }

  /** When the entry that fills the limit is out of the window; with no room ever, after one. */
  private static Instant roomAt(
      Proposal proposal, List<ActionHistory.Entry> newestFirst, int limit, Duration window) {
    Duration wait = limit == 0 ? window : window.minus(newestFirst.get(limit - 1).age());
    return proposal.at().plus(wait);
  }

  Verdict cooldown(Proposal proposal) {
    Duration cooldown = limits.cooldown();
    ActionId action = SafetyGuards.action(proposal).id();
    // On the same target, or at the same problem: the next process that is ended is another target.
    Optional<ActionHistory.Entry> last = proposal.history().last(action, proposal.target());
    for (ActionHistory.Entry entry : atThisProblem(proposal, cooldown)) {
      if (last.isEmpty() || entry.age().compareTo(last.orElseThrow().age()) < 0) {
        last = Optional.of(entry);
      }
    }
    if (last.isEmpty() || last.orElseThrow().age().compareTo(cooldown) >= 0) {
      return Verdict.proceed("no similar action within " + cooldown.toSeconds() + " s");
    }
    Duration wait = cooldown.minus(last.orElseThrow().age());
    return Verdict.defer(
        proposal.at().plus(wait),
        action
            + " on "
            + last.orElseThrow().target()
            + " was started "
            + last.orElseThrow().age().toSeconds()
            + " s ago, similar actions are "
            + cooldown.toSeconds()
            + " s apart");
  }

  static Verdict unknownOutcome(Proposal proposal) {
    ActionDescription action = SafetyGuards.action(proposal);
    boolean careful = !action.idempotent() && proposal.origin() == Origin.AUTOMATIC;
    return careful && lastIsUnknown(proposal)
        ? Verdict.confirm(
            "we cannot know whether the last "
                + action.id()
                + " was carried out, and doing it twice is not the same as once")
        : Verdict.proceed("no unknown outcome to be careful about");
  }

  private static boolean lastIsUnknown(Proposal proposal) {
    List<ActionHistory.Entry> carriedOut = carriedOut(proposal, DAY);
    return !carriedOut.isEmpty()
        && carriedOut.get(0).outcome().orElse(Outcome.AMBIGUOUS) == Outcome.AMBIGUOUS;
  }

  Verdict circuitBreaker(Proposal proposal) {
    boolean automatic = proposal.origin() == Origin.AUTOMATIC;
    List<ActionHistory.Entry> tries = carriedOut(proposal, limits.attemptsWindow());
    tries.removeIf(ActionHistory.Entry::opportunity); // nothing was wrong
    int attempts = tries.size();
    if (automatic && attempts >= limits.attempts()) {
      return Verdict.confirm(
          SafetyGuards.action(proposal).id()
              + " was tried "
              + attempts
              + " times at this problem in "
              + limits.attemptsWindow().toMinutes()
              + " min and it is still or again there: handed over to a human");
    }
    return automatic && handedOver.test(proposal.incident().fingerprint())
        ? Verdict.confirm("handed over to a human, and it is not over")
        : Verdict.proceed(attempts + " of " + limits.attempts() + " attempts");
  }

  /** The proposed action's starts at this problem, but for those that did nothing; newest first. */
  private static List<ActionHistory.Entry> carriedOut(Proposal proposal, Duration window) {
    List<ActionHistory.Entry> carriedOut = atThisProblem(proposal, window);
    carriedOut.removeIf(entry -> entry.outcome().equals(Optional.of(Outcome.NOT_ATTEMPTED)));
    return carriedOut;
  }

  private static List<ActionHistory.Entry> atThisProblem(Proposal proposal, Duration window) {
    ActionId action = SafetyGuards.action(proposal).id();
    List<ActionHistory.Entry> entries =
        new ArrayList<>(proposal.history().of(proposal.incident().fingerprint(), window));
    entries.removeIf(entry -> !entry.action().equals(action));
    return entries;
  }
}
