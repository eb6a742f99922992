package dev.healing.learning;

import dev.healing.api.Outcome;
import dev.healing.learning.Gaps.Kept;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What came of one action on one problem. The first six and the last two as in {@link Tally}, and
 * all zero or absent if it was never tried here.
 *
 * @param takenBack how many heals were probably none, since the problem was back too soon
 * @param bought the {@link Gaps} from when it healed to when the problem was back; absent before
 *     version 4, and if it never was
 * @param course how the attempts went; absent before it was kept, and if nothing is known of that
 * @param counted what counts as healed and as tried, for each of the problem's runs
 * @param imported what was seen elsewhere; absent if nothing
 */
record KnownAction(
    long attempts,
    long healed,
    long unchanged,
    long worse,
    long failed,
    long ambiguous,
    double takenBack,
    @Nullable Kept bought,
    @Nullable Course course,
    List<Double> counted,
    @Nullable Outcome lastOutcome,
    @Nullable Instant lastSeen,
    @Nullable Imported imported)
    implements Stored {
  KnownAction {
    counted = List.copyOf(counted);
    Counts.require("takenBack", takenBack, 0, Tally.MOST);
    for (int i = 0; i + 1 < counted.size(); i += 2) {
      Counts.require("counted", counted.get(i + 1), 0, 2 * Attempts.MOST_COUNTED);
      Counts.require("counted", counted.get(i), 0, counted.get(i + 1) + 1e-6);
    }
    if (attempts != 0 || imported == null) {
      tally(attempts, healed, unchanged, worse, failed, ambiguous, lastOutcome, lastSeen);
    }
  }

  static KnownAction read(Members from) {
    return new KnownAction(
        from.whole("attempts"),
        from.whole("healed"),
        from.whole("unchanged"),
        from.whole("worse"),
        from.whole("failed"),
        from.whole("ambiguous"),
        from.number("takenBack"),
        from.ifAny("bought", Kind.object(Kept::read)),
        from.ifAny("course", Kind.object(Course::read)),
        from.get("counted", Kind.listOf(Kind.NUMBER)),
        from.ifAny("lastOutcome", Kind.oneOf(Outcome.class)),
        from.ifAny("lastSeen", Kind.TIME),
        from.ifAny("imported", Kind.object(Imported::read)));
  }

  @Override
  public void write(Writing object) {
    object
        .with("attempts", attempts)
        .with("healed", healed)
        .with("unchanged", unchanged)
        .with("worse", worse)
        .with("failed", failed)
        .with("ambiguous", ambiguous)
        .with("takenBack", takenBack)
        .with("bought", bought)
        .with("course", course)
        .with("counted", counted)
        .with("lastOutcome", lastOutcome)
        .with("lastSeen", lastSeen)
        .with("imported", imported);
  }

  private static Tally tally(
      long attempts,
      long healed,
      long unchanged,
      long worse,
      long failed,
      long ambiguous,
      @Nullable Outcome lastOutcome,
      @Nullable Instant lastSeen) {
    if (lastOutcome == null || lastSeen == null) {
      throw new IllegalArgumentException(
          "an action without lastOutcome or lastSeen: expected both");
    }
    return new Tally(attempts, healed, unchanged, worse, failed, ambiguous, lastOutcome, lastSeen);
  }

  static KnownAction of(Attempts attempts, int runs) {
    List<Double> counted = new ArrayList<>();
    for (int run = 0; run < runs; run++) {
      counted.add(Counts.rounded(attempts.healed[run]));
      counted.add(Counts.rounded(attempts.tried[run]));
    }
    Tally seen = attempts.seen();
    Imported imported = attempts.imported().attempts() == 0 ? null : attempts.imported();
    double takenBack = Counts.rounded(attempts.takenBack);
    Kept bought = attempts.bought.file();
    Course course = attempts.course.equals(Course.NONE) ? null : attempts.course;
    return seen == null
        ? new KnownAction(
            0, 0, 0, 0, 0, 0, takenBack, bought, course, counted, null, null, imported)
        : new KnownAction(
            seen.attempts(),
            seen.healed(),
            seen.unchanged(),
            seen.worse(),
            seen.failed(),
            seen.ambiguous(),
            takenBack,
            bought,
            course,
            counted,
            seen.lastOutcome(),
            seen.lastSeen(),
            imported);
  }

  Attempts open(Pool.OfType pool) {
    Attempts opened = new Attempts(pool);
    if (attempts != 0) {
      opened.seen(
          tally(attempts, healed, unchanged, worse, failed, ambiguous, lastOutcome, lastSeen));
    }
    opened.takenBack = takenBack;
    opened.bought = Gaps.of(bought);
    opened.course = course == null ? Course.NONE : course;
    for (int i = 0; i + 1 < counted.size(); i += 2) {
      opened.healed[i / 2] = counted.get(i);
      opened.tried[i / 2] = counted.get(i + 1);
    }
    opened.imported(imported == null ? Imported.NONE : imported);
    return opened;
  }
}
