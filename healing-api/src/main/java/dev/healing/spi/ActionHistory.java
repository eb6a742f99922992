package dev.healing.spi;

import dev.healing.api.ActionId;
import dev.healing.api.Fingerprint;
import dev.healing.api.IssueType;
import dev.healing.api.Outcome;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What was started lately, also before a restart or a crash. Ages are measured by a clock that
 * nobody can set wherever that is possible, and are otherwise taken as too small rather than too
 * great.
 */
public interface ActionHistory {
  /**
   * One action that was started.
   *
   * @param intent id of its intent
   * @param action what
   * @param target on what
   * @param fingerprint for which problem
   * @param opportunity whether it was worth doing only: then it was no try at the problem
   * @param outcome what came of it; absent while it runs
   * @param age how long ago it was started
   */
  record Entry(
      String intent,
      ActionId action,
      String target,
      Fingerprint fingerprint,
      boolean opportunity,
      Optional<Outcome> outcome,
      Duration age) {}

  /** All actions started within this time, newest first. At least a day is remembered. */
  List<Entry> within(Duration window);

  /** The same, but only the newest ones, at most so many. */
  default List<Entry> within(Duration window, int most) {
    return within(window).stream().limit(most).toList();
  }

  /** How many were started within this time. */
  default int count(Duration window) {
    return within(window).size();
  }

  /** The last start of this action on this target, if it is remembered. */
  Optional<Entry> last(ActionId action, String target);

  /** The last start of this action that has made an issue of this type worse, if remembered. */
  default Optional<Entry> lastWorse(IssueType type, ActionId action) {
    return within(Duration.ofDays(1)).stream()
        .filter(entry -> entry.outcome().equals(Optional.of(Outcome.WORSE)))
        .filter(entry -> entry.action().equals(action) && entry.fingerprint().type().equals(type))
        .findFirst();
  }

  /** The starts for this problem within this time, newest first. */
  List<Entry> of(Fingerprint fingerprint, Duration window);
}
