package dev.healing.learning;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.api.ActionId;
import dev.healing.api.Pattern;
import dev.healing.api.Pattern.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** What is planted is found, and what is not there is not. */
class PatternsTest {
  private static final double DAYS = 24;
  private static final double YEAR = 365 * DAYS;

  /** {@code -Dhealing.nightly=true}: thirty times as many. */
  private static final int SEEDS = Boolean.getBoolean("healing.nightly") ? 300 : 5;

  /** With everything asked for once a month, and one false claim in a hundred allowed each time. */
  @Test
  void independentIncidentsMakeNoPatterns() {
    List<String> claims = new ArrayList<>();
    for (int seed = 1; seed <= SEEDS; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      Calendar calendar = new Calendar();
      for (int unit = 0; unit < 15; unit++) {
        double every = 3 * Math.pow(50, random.nextDouble()); // from 3 hours to a week
        calendar.comesAtRandom("unit" + unit + ".service", every, YEAR, random);
      }
      for (int month = 1; month <= 12; month++) {
        for (Pattern claim : calendar.claims(month * YEAR / 12)) {
          claims.add("seed " + seed + ", month " + month + ": " + claim.reason());
        }
      }
    }
    assertThat(claims).hasSizeLessThanOrEqualTo(SEEDS / 100);
  }

  /** Nor do bad days, on which everything comes ten times as often. */
  @Test
  void badDaysMakeNoPatterns() {
    List<String> claims = new ArrayList<>();
    for (int seed = 1; seed <= SEEDS; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      Calendar calendar = new Calendar();
      for (double day = 0; day < 365; day++) {
        double every = random.nextInt(30) == 0 ? 10 : 200;
        for (int unit = 0; unit < 15; unit++) {
          double at = Calendar.gap(every, random);
          for (; at < DAYS; at += Calendar.gap(every, random)) {
            calendar.comes("unit" + unit + ".service", day * DAYS + at);
          }
        }
      }
      calendar.claims(YEAR).forEach(claim -> claims.add(claim.reason()));
    }
    assertThat(claims).hasSizeLessThanOrEqualTo(SEEDS / 100);
  }

  private static Calendar amongOthers(SplittableRandom random) {
    Calendar calendar = new Calendar();
    for (int unit = 0; unit < 10; unit++) {
      calendar.comesAtRandom("other" + unit + ".service", 60, YEAR, random);
    }
    return calendar;
  }

  private static Pattern only(List<Pattern> claims, Kind kind) {
    assertThat(claims).extracting(Pattern::kind).containsOnlyOnce(kind);
    return claims.stream().filter(claim -> claim.kind() == kind).findFirst().orElseThrow();
  }

  @Test
  void whatComesByTheClockIsExpectedNext() {
    SplittableRandom random = new SplittableRandom(7);
    Calendar calendar = amongOthers(random);
    for (int night = 0; night < 20; night++) {
      calendar.comes("backup.service", night * DAYS + 2 + random.nextDouble(0.2));
    }
    Pattern regular = only(calendar.claims(20 * DAYS), Kind.REGULAR);
    assertThat(regular.problem()).isEqualTo(Calendar.of("backup.service"));
    assertThat(regular.seen()).isEqualTo(20);
    assertThat(Duration.between(Calendar.at(20 * DAYS + 2.1), regular.next().orElseThrow()).abs())
        .isLessThan(Duration.ofMinutes(15));
    assertThat(regular.reason()).contains("came 20 times, every 2", "next expected");
    assertThat(regular.proposal()).contains("fix the cause");
    assertThat(only(calendar.reopened().claims(20 * DAYS), Kind.REGULAR)).isEqualTo(regular);
    // Once it does not come any more, nothing is expected.
    assertThat(calendar.claims(23 * DAYS)).isEmpty();
  }

  @Test
  void whatComesAgainAtNoTimeInParticularIsCounted() {
    SplittableRandom random = new SplittableRandom(8);
    Calendar calendar = new Calendar();
    calendar.comesAtRandom("flaky.service", 30, 60 * DAYS, random);
    List<Pattern> patterns = calendar.patterns(60 * DAYS);
    assertThat(patterns).hasSize(1);
    assertThat(patterns.get(0).kind()).isEqualTo(Kind.RECURRING);
    assertThat(patterns.get(0).reason()).contains("on average, at no time in particular");
    assertThat(patterns.get(0).next()).isEmpty();
    assertThat(calendar.patterns(90 * DAYS)).isEmpty();
  }

  @Test
  void itIsCountedFromTheThirdTimeOn() {
    Calendar calendar = new Calendar();
    calendar.comes("flaky.service", 10);
    calendar.comes("flaky.service", 90);
    assertThat(calendar.patterns(100)).isEmpty();
    calendar.comes("flaky.service", 110);
    assertThat(calendar.patterns(120)).extracting(Pattern::seen).containsExactly(3L);
    assertThat(calendar.claims(120)).isEmpty();
  }

  @Test
  void whatComesAfterAnotherIsFoundAmongOthers() {
    SplittableRandom random = new SplittableRandom(9);
    Calendar calendar = amongOthers(random);
    for (double at = 100; at < YEAR / 2; at += 30 + Calendar.gap(100, random)) {
      calendar.comes("database.service", at);
      if (random.nextInt(10) > 0) {
        calendar.comes("web.service", at + 0.1 + random.nextDouble(0.3));
      }
    }
    Pattern after = only(calendar.claims(YEAR / 2), Kind.AFTER);
    assertThat(after.problem()).isEqualTo(Calendar.of("web.service"));
    assertThat(after.other()).contains(Calendar.of("database.service"));
    assertThat(after.seen()).isGreaterThan(5);
    assertThat(after.reason()).contains("service_failed:database.service came in the hour before");
    assertThat(only(calendar.reopened().claims(YEAR / 2), Kind.AFTER)).isEqualTo(after);
  }

  @Test
  void whatComesTogetherIsFoundAmongOthers() {
    SplittableRandom random = new SplittableRandom(10);
    Calendar calendar = amongOthers(random);
    for (double at = 100; at < YEAR / 2; at += 30 + Calendar.gap(100, random)) {
      calendar.comes("mail.service", at + random.nextDouble(0.3));
      calendar.comes("web.service", at + random.nextDouble(0.3));
    }
    Pattern together = only(calendar.claims(YEAR / 2), Kind.TOGETHER);
    assertThat(together.problem()).isEqualTo(Calendar.of("mail.service"));
    assertThat(together.other()).contains(Calendar.of("web.service"));
    assertThat(together.proposal()).contains("the cause that they share");
  }

  /** A leak: it is back two hours after each restart, whenever that was. */
  @Test
  void whatAnActionOnlyEverBuysIsFound() {
    SplittableRandom random = new SplittableRandom(11);
    Calendar calendar = amongOthers(random);
    double at = 10;
    for (int i = 0; i < 12; i++) {
      calendar.comes("leaky.service", at);
      at += 2 + random.nextDouble(0.3);
    }
    Pattern relief = only(calendar.claims(at), Kind.SHORT_RELIEF);
    assertThat(relief.problem()).isEqualTo(Calendar.of("leaky.service"));
    assertThat(relief.action()).contains(ActionId.RESTART_SERVICE);
    assertThat(relief.seen()).isEqualTo(11);
    assertThat(relief.proposal()).contains("restart_service only ever buys 2 h");
    assertThat(only(calendar.reopened().claims(at), Kind.SHORT_RELIEF)).isEqualTo(relief);
    // Once it holds, nobody says that it does not.
    assertThat(calendar.claims(at + 4)).isEmpty();
  }
}
