package dev.healing.learning;

import dev.healing.api.ActionId;
import dev.healing.api.IssueType;
import dev.healing.api.Outcome;
import dev.healing.api.Standing;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Which actions have lost autonomy on which types of issue, and how far they have earned it back.
 * One rung is lost with each harm, at once; one is earned back by healing so surely, so often, and
 * for so long. Only the lower bound of the confidence counts: to be merely hopeful earns nothing.
 */
final class Standings {
  /** What the lower bound must reach, */
  private static final double LEVEL = 0.6;

  /** with so many outcomes in a row, */
  private static final int OFTEN = 5;

  /** in no less than that. */
  private static final Duration LONG = Duration.ofDays(1);

  /** From AUTO to SUGGEST; below that nothing could be earned back. */
  private static final int MOST_LOST = 2;

  /**
   * One action on one type. Kept when all is earned back, for people.
   *
   * @param below rungs below the operator's ceiling
   * @param worse how often it made it worse
   * @param proven how many outcomes in a row have reached the level
   * @param since when it lost or earned a rung last
   */
  record Fallen(String type, String action, int below, long worse, int proven, Instant since)
      implements Stored {
    Fallen {
      IssueType.of(type);
      ActionId.of(action);
      Counts.require("standings.below", below, 0, MOST_LOST);
      Counts.require("standings.worse", worse);
      Counts.require("standings.proven", proven, 0, Tally.MOST);
      JournalLine.requireTime("standings.since", since);
    }

    static Fallen read(Members from) {
      return new Fallen(
          from.text("type"),
          from.text("action"),
          from.small("below"),
          from.whole("worse"),
          from.small("proven"),
          from.get("since", Kind.TIME));
    }

    @Override
    public void write(Writing object) {
      object
          .with("type", type)
          .with("action", action)
          .with("below", below)
          .with("worse", worse)
          .with("proven", proven)
          .with("since", since);
    }
  }

  private final SortedMap<String, Fallen> all = new TreeMap<>();

  Standings(List<Fallen> file) {
    file.forEach(one -> all.put(key(one.type(), one.action()), one));
  }

  private static String key(String type, String action) {
    return type + " " + action;
  }

  /**
   * Learns from an outcome.
   *
   * @param lower bound of the confidence, with this outcome
   */
  void count(String type, String action, Outcome outcome, double lower, Instant at) {
    String key = key(type, action);
    Fallen before = all.get(key);
    if (outcome == Outcome.WORSE) {
      int below = Math.min(MOST_LOST, before == null ? 1 : before.below() + 1);
      all.put(key, new Fallen(type, action, below, before == null ? 1 : before.worse() + 1, 0, at));
    } else if (before != null && before.below() > 0) {
      all.put(key, proven(before, outcome == Outcome.HEALED && lower >= LEVEL, at));
    }
  }

  private static Fallen proven(Fallen before, boolean good, Instant at) {
    int proven = good ? before.proven() + 1 : 0;
    Instant since = before.since().isAfter(at) ? at : before.since(); // by a clock that was wrong
    boolean earned = proven >= OFTEN && !at.isBefore(since.plus(LONG));
    return new Fallen(
        before.type(),
        before.action(),
        before.below() - (earned ? 1 : 0),
        before.worse(),
        earned ? 0 : proven,
        earned ? at : since);
  }

  Optional<Standing> of(String type, String action) {
    return Optional.ofNullable(all.get(key(type, action)))
        .map(fallen -> new Standing(fallen.below(), told(fallen)));
  }

  private static String told(Fallen fallen) {
    String harm =
        fallen.action()
            + " has made "
            + fallen.type()
            + " worse "
            + (fallen.worse() == 1 ? "once" : fallen.worse() + " times");
    return fallen.below() == 0
        ? harm + " and has earned back what it lost"
        : harm
            + "; it earns a rung back with "
            + OFTEN
            + " outcomes in a row with a confidence of at least "
            + LEVEL
            + " (now "
            + fallen.proven()
            + "), not before "
            + fallen.since().plus(LONG);
  }

  List<Fallen> file() {
    return List.copyOf(all.values());
  }
}
