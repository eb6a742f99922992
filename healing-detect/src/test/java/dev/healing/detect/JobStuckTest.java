package dev.healing.detect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.api.Configuration;
import dev.healing.api.Detection;
import dev.healing.api.Issue;
import dev.healing.api.Severity;
import dev.healing.api.UnitState;
import dev.healing.api.Unreadable;
import dev.healing.spi.Detector;
import dev.healing.spi.Systemd.Availability;
import dev.healing.spi.Systemd.Job;
import dev.healing.testkit.HostStates;
import dev.healing.testkit.TestHost;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;

class JobStuckTest {
  private static final Job TARGET = new Job(3, "multi-user.target", "start", false);
  private static final Job WEB = new Job(2, "web.service", "start", false);
  private static final Job DB = new Job(1, "db.service", "start", true);

  private final TestHost host = new TestHost();
  private Detector detector = new JobStuck.Provider().create(host);

  private Detection look() {
    return detector.detect(HostStates.at(host.time().now()).build());
  }

  /** Looks every 10 s for so long. */
  private Detection over(Duration time) {
    Detection last = look();
    for (long left = time.toSeconds(); left > 0; left -= 10) {
      host.time().advance(Duration.ofSeconds(10));
      last = look();
    }
    return last;
  }

  private void threeThatWaitForEachOther(String type) {
    host.systemd().unit(unit("db.service", type));
    host.systemd().property("web.service", "After", "basic.target db.service");
    host.systemd().property("multi-user.target", "After", "web.service");
    host.systemd().queue(DB, WEB, TARGET);
  }

  private static UnitState unit(String name, String type) {
    return new UnitState(
        name,
        "loaded",
        "activating",
        "start",
        "success",
        type,
        OptionalLong.empty(),
        "",
        Optional.empty(),
        Set.of());
  }

  @Test
  void theOneThatRunsIsToldWithThoseThatWaitForIt() {
    threeThatWaitForEachOther("notify");
    assertThat(over(Duration.ofMinutes(9))).isEqualTo(Detection.NOTHING);
    Issue issue = over(Duration.ofMinutes(2)).issues().get(0);
    assertThat(issue.severity()).isEqualTo(Severity.MEDIUM);
    assertThat(issue.components()).containsExactly("db.service");
    assertThat(issue.description())
        .isEqualTo(
            "the start of db.service has been under way for 10 min or longer; waiting for it:"
                + " web.service (systemctl list-jobs --after tells all)");
    assertThat(look().issues()).as("not those that wait").hasSize(1);
    host.systemd().queue();
    assertThat(look()).as("at once").isEqualTo(Detection.NOTHING);
  }

  @Test
  void aReloadDoesNotBeginToCountAnew() {
    threeThatWaitForEachOther("notify");
    assertThat(over(Duration.ofMinutes(9))).isEqualTo(Detection.NOTHING);
    detector = new JobStuck.Provider().create(host);
    assertThat(over(Duration.ofMinutes(2)).issues()).hasSize(1);
    detector = new JobStuck.Provider().create(host);
    assertThat(look().issues()).as("nor does it end").hasSize(1);
  }

  @Test
  void anotherJobOfTheSameUnitIsAnotherJob() {
    for (int job = 1; job <= 10; job++) {
      host.systemd().queue(new Job(job, "db.service", "restart", true));
      assertThat(over(Duration.ofMinutes(5))).isEqualTo(Detection.NOTHING);
    }
  }

  @Test
  void aOneshotMayWorkAsLongAsItNeedsIfNobodyWaitsForIt() {
    threeThatWaitForEachOther("oneshot");
    assertThat(over(Duration.ofHours(5))).isEqualTo(Detection.NOTHING);
    Issue issue = over(Duration.ofMinutes(70)).issues().get(0);
    assertThat(issue.severity()).isEqualTo(Severity.LOW);
    assertThat(issue.description()).contains("db.service has been under way for 6 h or longer;");
    host.systemd().queue(DB);
    assertThat(over(Duration.ofHours(40))).as("a backup").isEqualTo(Detection.NOTHING);
  }

  @Test
  void thoseThatWaitForEachOtherInACircleAreTold() {
    host.systemd().property("web.service", "After", "multi-user.target");
    host.systemd().property("web.service", "Before", "gone.service");
    host.systemd().property("multi-user.target", "After", "web.service");
    host.systemd().property("gone.service", "Before", "web.service");
    Job gone = new Job(4, "gone.service", "stop", false);
    host.systemd().queue(WEB, TARGET, gone);
    assertThat(over(Duration.ofMinutes(11)).issues())
        .extracting(Issue::description)
        .containsExactlyInAnyOrder(
            "the stop of gone.service waits for 10 min or longer"
                + " (systemctl list-jobs --after tells all)",
            "the start of multi-user.target waits for 10 min or longer, for web.service"
                + " (systemctl list-jobs --after tells all)",
            "the start of web.service waits for 10 min or longer, for gone.service,"
                + " multi-user.target (systemctl list-jobs --after tells all)");
  }

  @Test
  void whatWaitsForWorkThatGoesOnIsNotStuck() {
    threeThatWaitForEachOther("notify");
    for (int job = 10; job < 100; job++) {
      Job step = new Job(job, "db.service", "start", true);
      host.systemd().queue(step, WEB, TARGET);
      assertThat(over(Duration.ofMinutes(1))).isEqualTo(Detection.NOTHING);
    }
  }

  @Test
  void whatEndedSinceItWasListedIsNotTold() {
    detector =
        new JobStuck.Provider()
            .create(host.withConfiguration(Configuration.of(Map.of("after", "90s"))));
    host.systemd().queue(DB);
    over(Duration.ofSeconds(80));
    host.systemd().queue();
    int listed = host.systemd().jobsListed();
    for (int look = 0; look < 30; look++) {
      host.time().advance(Duration.ofSeconds(1));
      assertThat(look()).isEqualTo(Detection.NOTHING);
    }
    assertThat(host.systemd().jobsListed()).isEqualTo(listed + 1);
  }

  @Test
  void jobsAreAskedForSeldomUnlessOneIsStuck() {
    host.systemd().queue(DB);
    over(Duration.ofMinutes(9));
    assertThat(host.systemd().jobsListed()).isEqualTo(10);
    over(Duration.ofMinutes(2));
    int before = host.systemd().jobsListed();
    over(Duration.ofSeconds(30));
    assertThat(host.systemd().jobsListed()).isEqualTo(before + 4);
  }

  @Test
  void manyJobsAreNotAllAskedAbout() {
    List<Job> many = new ArrayList<>();
    for (int job = 1; job <= 500; job++) {
      host.systemd().property("s" + job + ".service", "After", "s" + (job + 1) + ".service");
      many.add(new Job(job, "s" + job + ".service", "start", job == 500));
    }
    host.systemd().queue(many.toArray(Job[]::new));
    assertThat(over(Duration.ofMinutes(11))).isEqualTo(Detection.NOTHING);
  }

  @Test
  void whatIsIgnoredOrHasNoSystemdIsSilent() {
    detector =
        new JobStuck.Provider()
            .create(host.withConfiguration(Configuration.of(Map.of("ignore", List.of("db")))));
    threeThatWaitForEachOther("notify");
    assertThat(over(Duration.ofMinutes(20))).isEqualTo(Detection.NOTHING);
    host.systemd().availability(new Availability(false, false, "no systemd"));
    assertThat(over(Duration.ofMinutes(20))).isEqualTo(Detection.NOTHING);
  }

  @Test
  void aSystemdThatHangsHasNotGotOnWithIt() {
    threeThatWaitForEachOther("notify");
    assertThat(over(Duration.ofMinutes(11)).issues()).hasSize(1);
    host.systemd().hangs();
    assertThat(look().unreadable())
        .containsExactly(new Unreadable("db.service", "systemd does not answer: D-Bus"));
    HostStates blind = HostStates.at(host.time().now()).unreadable("systemd", "hangs");
    assertThat(detector.detect(blind.build()).unreadable())
        .containsExactly(new Unreadable("db.service", "hangs"));
    host.systemd().hangs(false);
    assertThat(look().issues()).hasSize(1);
  }
}
