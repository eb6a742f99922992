package dev.healing.actions.nixos.nix;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Which generations of a profile can go. Nothing but the arguments decides, so that it can be tried
 * on as many histories as one likes.
 */
final class Thinning {
  private static final long WEEK_SECONDS = Duration.ofDays(7).toSeconds();

  /** 1970-01-01 was a Thursday: weeks begin on Monday, in UTC. */
  private static final long TO_MONDAY_SECONDS = Duration.ofDays(3).toSeconds();

  /**
   * A generation of a profile.
   *
   * @param number that Nix gave it; a later one has a higher number
   * @param made when, as Nix itself tells it: the time of the link
   * @param system the store path that it leads to
   */
  record Generation(int number, Instant made, String system) {}

  /**
   * What is kept besides what must be.
   *
   * @param keep so many of the newest, by number, since clocks jump
   * @param youngerThan all that were made within this time
   * @param weeks the newest of each of so many weeks before that
   */
  record Policy(int keep, Duration youngerThan, int weeks) {}

  private Thinning() {}

  /**
   * Those that can go, lowest number first. Never the current one, the one before it, which a
   * rollback goes to, nor any that leads to a system that must stay.
   *
   * @param staying store paths: what was booted, is known to be good, or is in the boot menu
   * @param current number of the generation that the profile names
   */
  static List<Generation> surplus(
      List<Generation> all, Set<String> staying, int current, Instant now, Policy policy) {
    List<Generation> newestFirst = new ArrayList<>(all);
    newestFirst.sort(Comparator.comparingInt(Generation::number).reversed());
    Instant young = now.minus(policy.youngerThan());
    long lastWeek = week(young);
    Set<Long> taken = new HashSet<>();
    List<Generation> surplus = new ArrayList<>();
    int newer = 0;
    boolean oneBelow = false;
    for (Generation generation : newestFirst) {
      boolean rollbackGoesThere = !oneBelow && generation.number() < current;
      oneBelow |= rollbackGoesThere;
      boolean must =
          generation.number() == current
              || rollbackGoesThere
              || staying.contains(generation.system());
      boolean recent = newer++ < policy.keep() || generation.made().isAfter(young);
      long weeksBefore = lastWeek - week(generation.made());
      boolean ofItsWeek =
          !recent && weeksBefore < policy.weeks() && taken.add(week(generation.made()));
      if (!must && !recent && !ofItsWeek) {
        surplus.add(0, generation);
      }
    }
    return surplus;
  }

  private static long week(Instant at) {
    return Math.floorDiv(at.getEpochSecond() + TO_MONDAY_SECONDS, WEEK_SECONDS);
  }
}
