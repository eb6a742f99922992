package dev.healing.detect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.api.Configuration;
import dev.healing.api.Detection;
import dev.healing.api.HostState;
import dev.healing.api.Issue;
import dev.healing.api.Reading;
import dev.healing.api.Sample;
import dev.healing.spi.Detector;
import dev.healing.spi.Sampler;
import dev.healing.testkit.HostStates;
import dev.healing.testkit.TestHost;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * On a host whose service busy has three loops and is crowded out by others since half a minute.
 */
class ServicePressureTest {
  private static final String GROUPS = "/sys/fs/cgroup/unified/system.slice/";

  @TempDir Path root;
  private TestHost host;
  private Sampler sampler;
  private Detector detector;

  @BeforeEach
  void captured() throws Exception {
    Hosts.copy("pressed", root);
    host = new TestHost(root);
    sampler = new ServiceStalls.Provider().create(host);
    detector = detector(Map.of());
  }

  private Detector detector(Map<String, Object> section) {
    return new ServicePressure.Provider().create(host.withConfiguration(Configuration.of(section)));
  }

  private HostState state() {
    Reading reading = sampler.read();
    HostStates state = HostStates.at(host.time().now());
    for (Sample sample : reading.samples()) {
      state.sample(sample.metric(), sample.value(), sample.at());
    }
    reading.unreadable().forEach(u -> state.unreadable(u.what(), u.why()));
    return state.build();
  }

  private Detection look() {
    host.time().advance(Duration.ofSeconds(10));
    return detector.detect(state());
  }

  private void stalled(String service, String resource, double lately, double minute) {
    String text =
        String.format(
            "some avg10=%1$.2f avg60=%2$.2f avg300=5.00 total=1%n"
                + "full avg10=%1$.2f avg60=%2$.2f avg300=5.00 total=1%n",
            lately, minute);
    host.files().write(GROUPS + service + "/" + resource + ".pressure", text);
    host.files().write("/proc/pressure/" + resource, text);
  }

  @Test
  void whoIsStalledIsMeasuredAndNobodyElse() {
    assertThat(sampler.read().samples())
        .extracting(sample -> sample.metric() + " " + Math.round(sample.value() * 1e4))
        .containsExactly(
            "service.cpu.stalled.fraction{busy.service} 7037",
            "service.cpu.stalled_for_a_minute.fraction{busy.service} 2374");
  }

  @Test
  void whatBeganLatelyMayPass() {
    detector = detector(Map.of("cpu", "70%"));
    look();
    assertThat(look().issues()).isEmpty();
    stalled("busy.service", "cpu", 75, 71);
    assertThat(look().issues()).hasSize(1);
  }

  @Test
  void longAndLatelyAndNotLessIsReportedUntilItIsOver() {
    stalled("busy.service", "memory", 90, 85);
    assertThat(look().issues()).as("whether it gets less is not known yet").isEmpty();
    Issue issue = look().issues().get(0);
    assertThat(issue.components()).containsExactly("busy.service");
    assertThat(issue.description())
        .isEqualTo(
            "busy.service hardly gets on: all of it waited for memory 85% of the last minute, and"
                + " 90% of the last 10 s");
    stalled("busy.service", "memory", 40, 70);
    assertThat(look().issues()).as("it gets less, and is not over").hasSize(1);
    stalled("busy.service", "memory", 29, 50);
    assertThat(look().issues()).isEmpty();
  }

  @Test
  void whatFallsIsAboutToBeOver() {
    stalled("busy.service", "io", 99, 90);
    look();
    stalled("busy.service", "io", 90, 90);
    assertThat(look().issues()).isEmpty();
    stalled("busy.service", "io", 89, 88);
    assertThat(look().issues()).as("it falls no longer").hasSize(1);
  }

  @Test
  void oneMeasurementIsJudgedOnce() {
    stalled("busy.service", "io", 90, 90);
    host.time().advance(Duration.ofSeconds(10));
    for (int i = 0; i < 5; i++) {
      assertThat(detector.detect(state()).issues()).isEmpty();
      host.time().advance(Duration.ofSeconds(1));
    }
  }

  @Test
  void onACalmHostNoServiceIsLookedAt() {
    stalled("busy.service", "memory", 90, 85);
    look();
    assertThat(look().issues()).hasSize(1);
    String calm = "some avg10=9.99 avg60=9.99 avg300=5.00 total=1\n";
    host.files().write("/proc/pressure/memory", calm);
    host.files().write("/proc/pressure/cpu", calm);
    assertThat(look().issues()).isEmpty();
    assertThat(sampler.read().samples()).isEmpty();
  }

  @Test
  void ignoredServicesMayWait() {
    detector = detector(Map.of("ignore", List.of("bu*")));
    stalled("busy.service", "memory", 90, 85);
    look();
    assertThat(look().issues()).isEmpty();
  }

  @Test
  void whatCannotBeReadIsNotOver() throws Exception {
    stalled("busy.service", "memory", 90, 85);
    look();
    assertThat(look().issues()).hasSize(1);
    Files.move(root.resolve("sys"), root.resolve("away"));
    Detection blind = look();
    assertThat(blind.issues()).isEmpty();
    assertThat(blind.unreadable()).extracting(u -> u.what()).contains("busy.service");
  }

  @Test
  void whereTheKernelTellsNoPressureThereIsNone() {
    TestHost bare = new TestHost(root.resolve("nothing"));
    Reading reading = new ServiceStalls.Provider().create(bare).read();
    assertThat(reading.samples()).isEmpty();
    assertThat(reading.unreadable()).isEmpty();
  }
}
