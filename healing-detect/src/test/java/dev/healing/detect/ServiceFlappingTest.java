package dev.healing.detect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.api.Configuration;
import dev.healing.api.Detection;
import dev.healing.api.Issue;
import dev.healing.api.Severity;
import dev.healing.api.UnitState;
import dev.healing.api.Unreadable;
import dev.healing.spi.Systemd.Availability;
import dev.healing.testkit.HostStates;
import dev.healing.testkit.TestHost;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ServiceFlappingTest {
  private static final String APP = "app.service";

  private final TestHost host = new TestHost();
  private final Looks looks = looks(Map.of());

  @BeforeEach
  void somebodyListensToSystemd() {
    assertThat(host.systemd().subscribe(unit -> {})).isPresent();
  }

  private Looks looks(Map<String, ?> keys) {
    Configuration section = Configuration.of(keys);
    Looks made =
        new Looks(
            host,
            new ServiceRestarts.Provider().create(host),
            new ServiceFlapping.Provider().create(host.withConfiguration(section)));
    assertThat(section.problems()).isEmpty();
    return made;
  }

  private Detection startedAgain(long times, Duration later) {
    host.time().advance(later);
    host.systemd().startedAgain(APP, times);
    return looks.again();
  }

  private HostStates is(String activeState) {
    return HostStates.at(host.time().now())
        .unit(
            new UnitState(
                APP,
                "loaded",
                activeState,
                activeState.equals("inactive") ? "dead" : "auto-restart",
                "success",
                "simple",
                OptionalLong.empty(),
                "",
                Optional.empty(),
                Set.of()));
  }

  @Test
  void aServiceThatIsStartedAgainAndAgainIsReportedUntilItIsLeftAlone() {
    startedAgain(52, Duration.ofSeconds(1));
    for (int more = 1; more < 5; more++) {
      assertThat(startedAgain(52 + more, Duration.ofMinutes(1))).isEqualTo(Detection.NOTHING);
    }
    Issue issue = startedAgain(57, Duration.ofMinutes(1)).issues().get(0);
    assertThat(issue.severity()).isEqualTo(Severity.MEDIUM);
    assertThat(issue.components()).containsExactly(APP);
    assertThat(issue.description())
        .isEqualTo(
            "systemd started app.service again 5 times in the last 10 min, 57 times since somebody"
                + " started it: it does not stay up (journalctl -u app.service tells why)");
    assertThat(issue.metrics())
        .containsEntry("service.restarts.count{app.service}", 57.0)
        .containsEntry("restarts.lately.count", 5.0);
    host.time().advance(Duration.ofSeconds(299));
    assertThat(looks.again().issues()).as("less than half the window").hasSize(1);
    host.time().advance(Duration.ofSeconds(1));
    assertThat(looks.again()).isEqualTo(Detection.NOTHING);
  }

  /** However often it was started again before: systemd does not start it any more. */
  @Test
  void whatAPersonHasStoppedIsNotSaidNotToStayUp() {
    startedAgain(52, Duration.ofSeconds(1));
    assertThat(startedAgain(58, Duration.ofMinutes(1)).issues()).hasSize(1);
    host.time().advance(Duration.ofSeconds(1));
    assertThat(looks.again(is("activating")).issues()).hasSize(1);
    assertThat(looks.again(is("inactive"))).isEqualTo(Detection.NOTHING);
    assertThat(looks.again(is("activating")).issues()).as("and started").hasSize(1);
  }

  @Test
  void whatIsStartedAllTheTimeIsAsGoodAsDown() {
    startedAgain(1, Duration.ofSeconds(1));
    assertThat(startedAgain(20, Duration.ofSeconds(20)).issues().get(0).severity())
        .isEqualTo(Severity.MEDIUM);
    assertThat(startedAgain(21, Duration.ofSeconds(1)).issues().get(0).severity())
        .isEqualTo(Severity.HIGH);
  }

  @Test
  void whatCameBetweenTwoLooksCountsAndWhatIsLongAgoDoesNot() {
    startedAgain(1, Duration.ofSeconds(1));
    assertThat(startedAgain(5, Duration.ofSeconds(1)).issues()).isEmpty();
    assertThat(startedAgain(6, Duration.ofMinutes(11)).issues()).isEmpty();
    assertThat(startedAgain(11, Duration.ofSeconds(1)).issues()).hasSize(1);
  }

  @Test
  void whoseCountBeganAnewWasStartedSoOftenSince() {
    startedAgain(40, Duration.ofSeconds(1));
    assertThat(startedAgain(4, Duration.ofSeconds(9)).issues()).isEmpty();
    assertThat(startedAgain(5, Duration.ofSeconds(9)).issues()).hasSize(1);
  }

  @Test
  void whileSystemdDoesNotAnswerItIsUnknownAndNotGone() {
    startedAgain(1, Duration.ofSeconds(1));
    assertThat(startedAgain(9, Duration.ofSeconds(1)).issues()).hasSize(1);
    host.systemd().hangs();
    Detection blind =
        looks.again(HostStates.at(host.time().now()).unreadable("systemd", "it hangs"));
    assertThat(blind).isEqualTo(new Detection(List.of(), List.of(new Unreadable(APP, "it hangs"))));
    host.systemd().hangs(false);
    assertThat(looks.again().issues()).hasSize(1);
  }

  @Test
  void oneThatIsMeantToRunAnewIsLeftOut() {
    Looks ignoring = looks(Map.of("ignore", List.of("getty@*.service"), "restarts", 2));
    for (long times = 1; times < 4; times++) {
      host.systemd().startedAgain("getty@tty1.service", times).startedAgain(APP, times);
      host.time().advance(Duration.ofSeconds(5));
      Detection detection = ignoring.again();
      assertThat(detection.issues()).hasSize(times < 3 ? 0 : 1);
    }
  }

  @Test
  void boundsAreChecked() {
    assertThat(problems(Map.of("restarts", 1))).hasSize(1);
    assertThat(problems(Map.of("window", "59s"))).hasSize(1);
    assertThat(problems(Map.of("window", "25h"))).hasSize(1);
    assertThat(problems(Map.of("window", "1h", "restarts", 500))).isEmpty();
  }

  private List<String> problems(Map<String, ?> keys) {
    Configuration section = Configuration.of(keys);
    new ServiceFlapping.Provider().create(host.withConfiguration(section));
    return section.problems();
  }

  @Test
  void whereNobodyListensToSystemdItIsUnknownAndNotWell() {
    String why = "systemd's signals are not subscribed to";
    Unreadable blind = new Unreadable("service.restarts.count", why);
    startedAgain(1, Duration.ofSeconds(1));
    assertThat(startedAgain(9, Duration.ofSeconds(1)).issues()).hasSize(1);
    host.systemd().forgetSubscribers();
    for (int look = 0; look < 3; look++) {
      assertThat(startedAgain(9, Duration.ofMinutes(10)))
          .isEqualTo(new Detection(List.of(), List.of(new Unreadable(APP, why))));
      assertThat(looks.reading().unreadable()).containsExactly(blind);
    }
    Looks fresh = looks(Map.of());
    for (int look = 0; look < 10; look++) {
      assertThat(fresh.again()).as("none that flapped").isEqualTo(Detection.NOTHING);
      assertThat(fresh.reading().unreadable()).as("who only looks in passing").isEmpty();
    }
    fresh.again();
    assertThat(fresh.reading().unreadable()).containsExactly(blind);
    host.systemd().availability(new Availability(false, false, "no systemd"));
    fresh.again();
    assertThat(fresh.reading().unreadable()).as("the host's sampler says so").isEmpty();
  }

  /** Each of them would be a series of the metric history. */
  @Test
  void ofMyriadsOfNamesAFewAreToldForADay() {
    for (int i = 0; i < 900; i++) {
      host.systemd().startedAgain("run-" + i + ".service", 1);
    }
    looks.again();
    assertThat(looks.reading().samples()).hasSize(100);
    host.time().advance(Duration.ofDays(1));
    looks.again();
    assertThat(looks.reading().samples()).isEmpty();
  }
}
