package dev.healing.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.api.ActionId;
import dev.healing.api.ActionReport;
import dev.healing.api.HostState;
import dev.healing.api.Issue;
import dev.healing.api.Reading;
import dev.healing.spi.Detector;
import dev.healing.spi.DetectorProvider;
import dev.healing.spi.Sampler;
import dev.healing.testkit.Fault.Kind;
import dev.healing.testkit.Fault.Nature;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SimulatedHostTest {
  private static final Duration HOUR = Duration.ofHours(1);

  private static List<Issue> look(SimulatedHost host) {
    Reading reading = host.sampler().create(host.context()).read();
    HostStates states = HostStates.at(host.time().now());
    reading.samples().forEach(sample -> states.sample(sample.metric(), sample.value()));
    reading.units().forEach(states::unit);
    reading.unreadable().forEach(u -> states.unreadable(u.what(), u.why()));
    HostState state = states.build();
    List<Issue> issues = new ArrayList<>();
    for (DetectorProvider provider : host.detectors()) {
      issues.addAll(provider.create(host.context()).detect(state).issues());
    }
    return issues;
  }

  private static ActionReport treat(SimulatedHost host, ActionId action, Issue issue) {
    return host.actionProviders().stream()
        .filter(provider -> provider.name().equals(action.name()))
        .findFirst()
        .orElseThrow()
        .create(host.context())
        .prepare(issue, HostStates.at(host.time().now()).build())
        .execute(new TestExecution(host.time(), Duration.ofMinutes(5)));
  }

  @Test
  void aCrashedServiceTakesItsDependentsAlongAndIsHealed() {
    SimulatedHost host = new SimulatedHost("db.service").service("web.service", "db.service");
    host.fault(Fault.of(Kind.CRASH, "db.service", HOUR, Nature.HELPS));
    assertThat(look(host)).isEmpty();

    host.time().advance(HOUR);
    List<Issue> issues = look(host);
    assertThat(issues).hasSize(2);
    treat(host, ActionId.RESTART_SERVICE, issues.get(1));
    assertThat(look(host)).as("a restarted dependent does not help").hasSize(2);
    treat(host, ActionId.RESTART_SERVICE, issues.get(0));

    assertThat(look(host)).isEmpty();
    assertThat(host.deeds()).extracting(Deed::target).containsExactly("web.service", "db.service");
    assertThat(host.deeds().get(1).endedAfter()).contains(HOUR.plusSeconds(4));
  }

  @Test
  void aLeakRisesUntilARemedyEndsItAndALieDoesNot() {
    SimulatedHost host = new SimulatedHost();
    host.fault(Fault.of(Kind.LEAK, "", HOUR, Nature.HELPS).with(ActionId.CLEAR_CACHE, Nature.LIES));
    host.time().advance(HOUR.multipliedBy(4));
    assertThat(look(host)).isEmpty();
    host.time().advance(HOUR.multipliedBy(3));
    Issue issue = look(host).get(0);

    treat(host, ActionId.CLEAR_CACHE, issue);
    assertThat(look(host)).hasSize(1);
    treat(host, ActionId.FREE_MEMORY, issue);
    assertThat(look(host)).isEmpty();
  }

  @Test
  void aBrokenGenerationExplainsItsUnitsAndIsRolledBack() {
    SimulatedHost host = new SimulatedHost("a.service", "b.service");
    host.fault(Fault.of(Kind.GENERATION, "", HOUR, Nature.HELPS));
    host.time().advance(HOUR);
    Issue broken = look(host).get(2);
    assertThat(broken.explains()).containsExactlyInAnyOrder("a.service", "b.service");

    treat(host, ActionId.ROLLBACK_GENERATION, broken);
    assertThat(look(host)).isEmpty();
    assertThat(host.deeds().get(0).critical()).isTrue();
  }

  @Test
  void aFaultOutlivesACrashAndPassesByItself() {
    SimulatedHost host = new SimulatedHost("a.service");
    host.fault(
        Fault.of(Kind.CRASH, "a.service", HOUR, Nature.HELPS)
            .passingAfter(HOUR)
            .recurring(HOUR, 1));
    host.crash();
    host.time().advance(HOUR);
    assertThat(host.faults()).hasSize(1);
    host.reboot(Duration.ofMinutes(30));
    host.time().advance(Duration.ofMinutes(30));
    assertThat(host.faults()).isEmpty();
    host.time().advance(HOUR);
    assertThat(host.faults()).hasSize(1);
    host.time().advance(HOUR.multipliedBy(10));
    assertThat(look(host)).isEmpty();
  }

  @Test
  void aRequiredUnitUnderABrokenGenerationKeepsItsDependentsDown() {
    SimulatedHost host = new SimulatedHost("db.service").service("web.service", "db.service");
    host.fault(Fault.of(Kind.GENERATION, "", HOUR, Nature.HELPS));
    host.fault(Fault.of(Kind.LEAK, "", HOUR, Nature.HELPS));
    host.time().advance(HOUR.multipliedBy(8));
    List<Issue> issues = look(host);
    assertThat(issues).hasSize(4);
    treat(host, ActionId.FREE_MEMORY, issues.get(0));
    assertThat(look(host)).hasSize(3);
  }

  @Test
  void anActionThatListensToNobodyHasNoEndWhenItsProcessIsKilled() {
    SimulatedHost host = new SimulatedHost("a.service");
    host.fault(Fault.of(Kind.CRASH, "a.service", HOUR, Nature.HANGS_FOR_EVER));
    host.time().advance(HOUR);
    Issue issue = look(host).get(0);
    var task = host.time().start("action", () -> treat(host, ActionId.RESTART_SERVICE, issue));
    host.time().advance(HOUR);
    task.cancel();
    host.time().advance(HOUR);
    assertThat(task.done()).isFalse();

    host.crash();

    assertThat(host.time().tasks()).isZero();
    assertThat(host.deeds()).singleElement().matches(deed -> deed.endedAfter().isEmpty());
    assertThat(host.faults()).hasSize(1);
  }

  @Test
  void theSameSeedTakesTheSameCourse() {
    List<String> courses = new ArrayList<>();
    for (int run = 0; run < 2; run++) {
      SimulatedHost host = SimulatedHost.random(7, Duration.ofDays(30), 100);
      StringBuilder course = new StringBuilder();
      for (int day = 0; day < 31; day++) {
        host.time().advance(Duration.ofDays(1));
        course.append(host.faults()).append(host.health()).append('\n');
      }
      courses.add(course.toString());
    }
    assertThat(courses.get(0)).isEqualTo(courses.get(1)).contains("CRASH");
  }

  @Test
  void aYearOfMinutesIsCheap() {
    SimulatedHost host = SimulatedHost.random(42, Duration.ofDays(365), 200);
    Sampler sampler = host.sampler().create(host.context());
    List<Detector> detectors = new ArrayList<>();
    host.detectors().forEach(provider -> detectors.add(provider.create(host.context())));
    int ticks = 365 * 24 * 60;
    long from = System.nanoTime();
    int[] read = {0};
    for (int tick = 0; tick < ticks; tick++) {
      host.time().start("sample", () -> read[0] += sampler.read().samples().size());
      host.time().advance(Duration.ofMinutes(1));
    }
    System.getLogger("testkit")
        .log(
            System.Logger.Level.INFO,
            "a tick of the simulated host: " + (System.nanoTime() - from) / ticks + " ns");
    assertThat(read[0]).isEqualTo(5 * ticks);
    assertThat(detectors).hasSize(6);
  }
}
