package dev.healing.detect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.api.Configuration;
import dev.healing.api.Issue;
import dev.healing.api.Severity;
import dev.healing.api.UnitState;
import dev.healing.spi.Detector;
import dev.healing.spi.Systemd.Availability;
import dev.healing.testkit.HostStates;
import dev.healing.testkit.TestHost;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Properties are what systemd 252 says of such timers over D-Bus and by systemctl show. */
class TimerDeadTest {
  private final TestHost host = new TestHost();
  private Detector detector = new TimerDead.Provider().create(host);

  private void timer(String name, String subState, String realtime, String monotonic, String last) {
    String active = subState.equals("dead") ? "inactive" : "active";
    host.systemd()
        .unit(
            new UnitState(
                name,
                "loaded",
                active,
                subState,
                "success",
                "",
                OptionalLong.empty(),
                "",
                Optional.empty(),
                Set.of()));
    host.systemd().property(name, "NextElapseUSecRealtime", realtime);
    host.systemd().property(name, "NextElapseUSecMonotonic", monotonic);
    host.systemd().property(name, "LastTriggerUSec", last);
    host.systemd().property(name, "TimersCalendar", "");
    host.systemd().service("timers.target");
    host.systemd().property("timers.target", "Wants", name);
  }

  private List<Issue> look() {
    return look(Duration.ofMinutes(10));
  }

  private List<Issue> look(Duration later) {
    host.time().advance(later);
    return detector.detect(HostStates.at(host.time().now()).build()).issues();
  }

  @Test
  void whatItCountsFromNeverCame() {
    timer("backup.timer", "waiting", "0", "18446744073709551615", "0");
    assertThat(look()).as("between two states").isEmpty();
    Issue issue = look().get(0);
    assertThat(issue.components()).containsExactly("backup.timer");
    assertThat(issue.severity()).isEqualTo(Severity.MEDIUM);
    timer("backup.timer", "waiting", "0", "3600000000", "0");
    assertThat(look()).isEmpty();
  }

  @Test
  void itsCalendarIsOver() {
    timer("renew.timer", "elapsed", "", "infinity", "n/a");
    look();
    assertThat(look().get(0).severity()).isEqualTo(Severity.MEDIUM);
    timer("renew.timer", "elapsed", "", "infinity", "Thu 2026-11-26 10:00:00 UTC");
    host.systemd().property("renew.timer", "TimersCalendar", "{ OnCalendar=2026-11-26 10:00 }");
    look();
    assertThat(look().get(0).severity()).isEqualTo(Severity.LOW);
    host.systemd().property("renew.timer", "TimersCalendar", "");
    assertThat(look()).as("once after the boot, and done").isEmpty();
  }

  @Test
  void whatWillFireOrIsNotActiveOrNotKnownIsNone() {
    for (String subState : List.of("running", "dead")) {
      timer("a.timer", subState, "0", "0", "0");
      look();
      assertThat(look()).as(subState).isEmpty();
    }
    timer("a.timer", "waiting", "1790000000000000", "0", "0");
    look();
    assertThat(look()).isEmpty();
    timer("a.timer", "waiting", "0", "0", "0");
    detector =
        new TimerDead.Provider()
            .create(host.withConfiguration(Configuration.of(Map.of("ignore", List.of("a.*")))));
    look();
    assertThat(look()).isEmpty();
  }

  @Test
  void whatWaitsForTheClockToBeSetHasNoTimeToTell() {
    timer("zone.timer", "waiting", "0", "18446744073709551615", "0");
    host.systemd().property("zone.timer", "OnTimezoneChange", "yes");
    look();
    assertThat(look()).isEmpty();
  }

  @Test
  void allTimersAreNotAskedAtEveryLookBecauseOneIsDead() {
    timer("a.timer", "waiting", "0", "0", "0");
    look();
    assertThat(look()).hasSize(1);
    timer("a.timer", "waiting", "0", "3600000000", "0");
    assertThat(look(Duration.ofSeconds(1))).hasSize(1);
    assertThat(look()).isEmpty();
  }

  @Test
  void oneIsAskedTwiceBeforeItIsCalledDead() {
    timer("a.timer", "waiting", "0", "0", "0");
    look();
    timer("a.timer", "waiting", "0", "3600000000", "0");
    assertThat(look(Duration.ofSeconds(1))).isEmpty();
  }

  @Test
  void withoutSystemdThereAreNoTimers() {
    timer("a.timer", "waiting", "0", "0", "0");
    host.systemd().availability(new Availability(false, false, "no systemd"));
    look();
    assertThat(look()).isEmpty();
  }
}
