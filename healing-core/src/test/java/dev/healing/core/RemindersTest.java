package dev.healing.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.api.ActionId;
import dev.healing.api.Fingerprint;
import dev.healing.api.Pattern;
import dev.healing.api.Pattern.Kind;
import dev.healing.testkit.TestHost;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A person is told once, and not every time. */
class RemindersTest {
  private final TestHost host = new TestHost();
  private final List<String> told = new ArrayList<>();
  private final Reminders reminders = reminders();

  private Reminders reminders() {
    return new Reminders(
        host.state(), host.time(), pattern -> told.add(pattern.kind() + " " + pattern.problem()));
  }

  @AfterEach
  void end() {
    host.time().close();
  }

  private static Pattern pattern(Kind kind, String unit, long seen) {
    return new Pattern(
        kind,
        new Fingerprint("service_failed:" + unit),
        Optional.empty(),
        kind == Kind.SHORT_RELIEF ? Optional.of(ActionId.RESTART_SERVICE) : Optional.empty(),
        seen,
        seen,
        Optional.empty(),
        unit + " came " + seen + " times",
        "fix the cause");
  }

  @Test
  void eachProblemIsToldOnceInTheWordsThatSayMost() {
    List<Pattern> found =
        List.of(
            pattern(Kind.RECURRING, "web.service", 6),
            pattern(Kind.SHORT_RELIEF, "web.service", 5),
            pattern(Kind.TOGETHER, "mail.service", 9),
            pattern(Kind.RECURRING, "db.service", 3));
    reminders.found(found);
    reminders.found(found);
    assertThat(told)
        .containsExactly(
            "RECURRING " + new Fingerprint("service_failed:db.service"),
            "SHORT_RELIEF " + new Fingerprint("service_failed:web.service"));
  }

  @Test
  void itIsToldAgainAfterAWeekIfItHasComeAgain() {
    reminders.found(List.of(pattern(Kind.RECURRING, "web.service", 3)));
    host.time().advance(Duration.ofDays(6));
    reminders.found(List.of(pattern(Kind.RECURRING, "web.service", 5)));
    assertThat(told).hasSize(1);
    host.time().advance(Duration.ofDays(1));
    reminders.found(List.of(pattern(Kind.RECURRING, "web.service", 3)));
    assertThat(told).as("it has not come again").hasSize(1);
    reminders.found(List.of(pattern(Kind.RECURRING, "web.service", 5)));
    assertThat(told).hasSize(2);
  }

  @Test
  void aRestartDoesNotTellItOnceMore() {
    reminders.found(List.of(pattern(Kind.RECURRING, "web.service", 3)));
    reminders().found(List.of(pattern(Kind.RECURRING, "web.service", 4)));
    assertThat(told).hasSize(1);
  }

  @Test
  void whatIsKeptHasAnEnd() {
    for (int unit = 0; unit < 1_200; unit++) {
      reminders.found(List.of(pattern(Kind.RECURRING, "u" + unit + ".service", 3)));
    }
    assertThat(host.state().lines(Reminders.FILE).lines()).hasSizeLessThan(1_001);
    reminders().found(List.of(pattern(Kind.RECURRING, "u1199.service", 3)));
    assertThat(told).hasSize(1_200);
  }
}
