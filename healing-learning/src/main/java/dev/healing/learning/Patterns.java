package dev.healing.learning;

import dev.healing.api.ActionId;
import dev.healing.api.Fingerprint;
import dev.healing.api.Pattern;
import dev.healing.api.Pattern.Kind;
import dev.healing.learning.PatternWords.Span;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What keeps happening. Nothing is claimed that chance does as well: each claim is tested against
 * independent incidents, and with as many tests at once as there are problems, actions or pairs
 * looked at, all together claim something false less than one time in a hundred (Bonferroni).
 *
 * <ul>
 *   <li>regular, and short relief: the times between vary less than chance lets them ({@link
 *       Chance#ofGaps}).
 *   <li>together, and after: of the times that the other problem came in the two days around, more
 *       were near than the share of that time lets expect ({@link Chance#ofAtLeast}).
 * </ul>
 */
final class Patterns {
  /** How probable it may be that any false claim is made, by each kind of test. */
  private static final double LEVEL = 0.01;

  /** So many gaps, or times together, are the least that anything is said of. */
  private static final int OFTEN = 5;

  /** So many times are counted and told, which claims nothing. */
  private static final int COUNTED = 3;

  /** What varies more is no use to expect anything by, however certain it is. */
  private static final double REGULAR = 0.3;

  /** Of the times that a problem came, the other has to be near in so many. */
  private static final double MOSTLY = 0.5;

  /** Of those, one has to be first in so many to be the first. */
  private static final double FIRST = 0.9;

  /** What did not come for so many usual gaps is over; by chance alone in one of fifty. */
  private static final double OVER = 4;

  /** What comes less often is not said to recur. */
  private static final Duration RARE = Duration.ofDays(30);

  /** Pairs that were not together for so long are over. */
  private static final Duration LONG_AGO = Duration.ofDays(60);

  /** Of each kind, the most frequent. */
  private static final int MOST = 20;

  private final Collection<Problem> problems;
  private final double now;
  private final List<Pattern> found = new ArrayList<>();

  private Patterns(Collection<Problem> problems, Instant now) {
    this.problems = problems;
    this.now = now.toEpochMilli() / 1e3;
  }

  /** All that are found, by kind, the most frequent first. */
  static List<Pattern> among(Collection<Problem> problems, Instant now) {
    Patterns patterns = new Patterns(problems, now);
    patterns.recurring();
    patterns.together();
    patterns.shortRelief();
    return List.copyOf(patterns.found);
  }

  private static boolean often(Gaps gaps) {
    return gaps.count() >= OFTEN && gaps.mean() > 0;
  }

  // ------------------------------------------------------------- recurring

  private void recurring() {
    List<Problem> again =
        problems.stream()
            .filter(p -> p.gaps.count() + 1 >= COUNTED && p.gaps.mean() > 0)
            .sorted(Comparator.comparing(p -> p.gaps.mean()))
            .toList();
    int often = (int) again.stream().filter(p -> often(p.gaps)).count();
    List<Pattern> regular = new ArrayList<>();
    List<Pattern> irregular = new ArrayList<>();
    for (Problem problem : again) {
      Gaps gaps = problem.gaps;
      double last = problem.returns.newest();
      if (gaps.mean() > RARE.toSeconds() || now - last > OVER * gaps.mean()) {
        continue;
      }
      boolean byClock = often(gaps) && isRegular(gaps, often);
      if (byClock && now - last <= gaps.mean() + OVER * Math.max(gaps.spread(), 1)) {
        regular.add(recurring(Kind.REGULAR, problem, Optional.of(instant(last + gaps.mean()))));
      } else if (!byClock && irregular.size() < MOST) {
        irregular.add(recurring(Kind.RECURRING, problem, Optional.empty()));
      }
    }
    found.addAll(regular.subList(0, Math.min(MOST, regular.size())));
    found.addAll(irregular);
  }

  private static boolean isRegular(Gaps gaps, int looked) {
    return gaps.variation() <= REGULAR
        && Chance.ofGaps(gaps.count(), gaps.variation()) * looked <= LEVEL;
  }

  private static Pattern recurring(Kind kind, Problem problem, Optional<Instant> next) {
    Gaps gaps = problem.gaps;
    Span span = new Span(gaps.mean(), gaps.spread());
    return new Pattern(
        kind,
        new Fingerprint(problem.key),
        Optional.empty(),
        Optional.empty(),
        gaps.count() + 1L,
        gaps.count() + 1L,
        next,
        next.isPresent()
            ? PatternWords.regular(words(problem.key), gaps.count() + 1, span, next.get())
            : PatternWords.recurring(words(problem.key), gaps.count() + 1, span),
        next.isPresent() ? PatternWords.expectIt(span) : PatternWords.FIND_THE_CAUSE);
  }

  private static Instant instant(double seconds) {
    return Instant.ofEpochSecond(Math.round(seconds));
  }

  // ------------------------------------------------------------- company

  private void together() {
    long seen = problems.stream().filter(p -> p.gaps.count() + 1 >= OFTEN).count();
    double pairs = Math.max(1, (double) seen * (seen - 1));
    Map<String, Pattern> best = new TreeMap<>();
    for (Problem problem : problems) {
      problem.company.forEach(
          (other, company) -> {
            if (significant(company, pairs)) {
              Pattern pattern = together(problem.key, other, company);
              best.merge(
                  pattern.kind() + " " + pattern.problem().key() + " " + pattern.other(),
                  pattern,
                  (a, b) -> share(a) >= share(b) ? a : b);
            }
          });
    }
    for (Kind kind : List.of(Kind.TOGETHER, Kind.AFTER)) {
      best.values().stream()
          .filter(pattern -> pattern.kind() == kind)
          .sorted(Comparator.comparing(Pattern::seen).reversed())
          .limit(MOST)
          .forEach(found::add);
    }
  }

  private static double share(Pattern pattern) {
    return (double) pattern.seen() / pattern.of();
  }

  private boolean significant(Company company, double pairs) {
    int all = company.near() + company.around();
    return company.near() >= OFTEN
        && company.near() >= MOSTLY * company.of()
        && now - company.last() <= LONG_AGO.toSeconds()
        && Chance.ofAtLeast(company.near(), all, Vicinity.SHARE) * pairs <= LEVEL;
  }

  /** Of a problem, and another that was near it most of the time. */
  private static Pattern together(String key, String other, Company company) {
    Span away = new Span(company.awaySeconds() / company.near(), 0);
    boolean after = company.before() >= FIRST * company.near();
    if (after) {
      return pair(
          Kind.AFTER,
          key,
          other,
          company,
          PatternWords.after(words(key), words(other), company, away),
          PatternWords.healFirst(words(other)));
    }
    return key.compareTo(other) < 0
        ? pair(
            Kind.TOGETHER,
            key,
            other,
            company,
            PatternWords.together(words(key), words(other), company, away),
            PatternWords.COMMON_CAUSE)
        : pair(
            Kind.TOGETHER,
            other,
            key,
            company,
            PatternWords.together(words(key), words(other), company, away),
            PatternWords.COMMON_CAUSE);
  }

  private static String words(String key) {
    return new Fingerprint(key).inWords();
  }

  private static Pattern pair(
      Kind kind, String problem, String other, Company company, String reason, String proposal) {
    return new Pattern(
        kind,
        new Fingerprint(problem),
        Optional.of(new Fingerprint(other)),
        Optional.empty(),
        company.near(),
        company.of(),
        Optional.empty(),
        reason,
        proposal);
  }

  // ------------------------------------------------------------- short relief

  private void shortRelief() {
    int looked = 0;
    for (Problem problem : problems) {
      for (Attempts attempts : problem.actions.values()) {
        looked += often(attempts.bought) ? 1 : 0;
      }
    }
    List<Pattern> all = new ArrayList<>();
    for (Problem problem : problems) {
      for (Map.Entry<String, Attempts> action : problem.actions.entrySet()) {
        Gaps bought = action.getValue().bought;
        if (often(bought)
            && isRegular(bought, looked)
            && !holds(problem, action.getKey(), bought)) {
          all.add(shortRelief(problem, action.getKey(), bought));
        }
      }
    }
    all.stream()
        .sorted(Comparator.comparing(Pattern::seen).reversed())
        .limit(MOST)
        .forEach(found::add);
  }

  /** Whether it is longer now than it ever was. */
  private boolean holds(Problem problem, String action, Gaps bought) {
    double usual = bought.mean() + OVER * Math.max(bought.spread(), 1);
    Returns.Waiting success = problem.returns.success;
    return success != null && success.action().equals(action)
        ? now - success.since() > usual
        : now - problem.returns.newest() > OVER * usual;
  }

  private static Pattern shortRelief(Problem problem, String action, Gaps bought) {
    Span span = new Span(bought.mean(), bought.spread());
    return new Pattern(
        Kind.SHORT_RELIEF,
        new Fingerprint(problem.key),
        Optional.empty(),
        Optional.of(ActionId.of(action)),
        bought.count(),
        bought.count(),
        Optional.empty(),
        PatternWords.shortRelief(words(problem.key), action, bought.count(), span),
        PatternWords.treatTheCause(action, span));
  }
}
