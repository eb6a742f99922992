package dev.healing.learning;

import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** Says in words what keeps happening, and what a person could do about it. */
final class PatternWords {
  static final String FIND_THE_CAUSE =
      "fix the cause: it is healed or passes, and is back; 'healing history' has what was done, and"
          + " what these times have in common may tell why";

  static final String COMMON_CAUSE =
      "fix the cause that they share: what both depend on, or what runs at that time; to heal them one"
          + " by one treats the symptoms";

  /**
   * A time and how far from it one has to be ready to be.
   *
   * @param mean in seconds
   * @param spread standard deviation, in seconds
   */
  record Span(double mean, double spread) {
    @Override
    public String toString() {
      return told(mean);
    }

    String withSpread() {
      return told(mean) + ", give or take " + told(2 * spread);
    }
  }

  private PatternWords() {}

  static String regular(String problem, int times, Span gap, Instant next) {
    return problem
        + " came "
        + times
        + " times, every "
        + gap.withSpread()
        + "; next expected about "
        + next.truncatedTo(ChronoUnit.MINUTES);
  }

  static String recurring(String problem, int times, Span gap) {
    return problem
        + " came "
        + times
        + " times, every "
        + gap
        + " on average, at no time in particular";
  }

  static String expectIt(Span gap) {
    return "fix the cause: something runs or fills up every "
        + gap
        + "; look at timers ('systemctl list-timers'), backups and what grows in between";
  }

  static String together(String problem, String other, Company company, Span away) {
    return counted(problem, company)
        + other
        + " came within an hour of it, "
        + away
        + " apart on average; by chance about "
        + byChance(company);
  }

  static String after(String problem, String other, Company company, Span away) {
    return counted(problem, company)
        + other
        + " came in the hour before, "
        + away
        + " earlier on average; by chance about "
        + byChance(company);
  }

  private static String counted(String problem, Company company) {
    return "of the "
        + company.of()
        + " times that "
        + problem
        + " came, in "
        + company.near()
        + " ";
  }

  private static String byChance(Company company) {
    StringBuilder words = new StringBuilder();
    Evidence.number(words, Vicinity.SHARE * (company.near() + company.around()), 1);
    return words.toString();
  }

  static String healFirst(String other) {
    return "fix the cause: see what "
        + other
        + " does to it; where that is healed early, or does not come, this may not come either";
  }

  static String shortRelief(String problem, String action, int times, Span bought) {
    return action
        + " has healed "
        + problem
        + ' '
        + times
        + " times, and each time it was back after "
        + bought.withSpread();
  }

  static String treatTheCause(String action, Span bought) {
    return "fix the cause: "
        + action
        + " only ever buys "
        + bought
        + "; something builds up again meanwhile: look for a leak, a queue or a log that grows";
  }

  /** The two largest units, rounded. */
  static String told(double seconds) {
    long all = Math.round(seconds);
    if (all < 60) {
      return all + " s";
    }
    long minutes = Math.round(seconds / 60);
    if (minutes < 60) {
      return minutes + " min";
    }
    long hours = Math.round(seconds / 3_600);
    return minutes < 48 * 60
        ? two(minutes / 60, " h", minutes % 60, " min")
        : two(hours / 24, " d", hours % 24, " h");
  }

  private static String two(long large, String largeUnit, long small, String smallUnit) {
    return large + largeUnit + (small == 0 ? "" : " " + small + smallUnit);
  }
}
