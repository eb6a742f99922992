package dev.healing.detect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.api.Configuration;
import dev.healing.api.Detection;
import dev.healing.api.Issue;
import dev.healing.api.Metric;
import dev.healing.api.Severity;
import dev.healing.api.Unreadable;
import dev.healing.spi.CommandRunner.Result;
import dev.healing.spi.Systemd.Availability;
import dev.healing.testkit.TestHost;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClockTest {
  private static final String TIMESYNCD = "systemd-timesyncd.service";
  private static final String STAMP = "/run/systemd/timesync/synchronized";
  private static final Duration HOUR = Duration.ofHours(1);
  private static final Duration MINUTE = Duration.ofMinutes(1);

  @TempDir Path root;
  private TestHost host;
  private Looks looks;

  @BeforeEach
  void copyACapturedHost() throws Exception {
    Hosts.copy("vm", root);
    host = new TestHost(root);
    looks = looks(Map.of());
  }

  private Looks looks(Map<String, ?> keys) {
    return new Looks(
        host,
        new ClockSampler.Provider().create(host),
        new ClockUnsynchronised.Provider().create(host.withConfiguration(Configuration.of(keys))));
  }

  /** Looks once a minute for so long. */
  private Detection over(Duration time) {
    Detection last = looks.again();
    for (Duration left = time; !left.isZero(); left = left.minus(MINUTE)) {
      host.time().advance(MINUTE);
      last = looks.again();
    }
    return last;
  }

  private void synchronisedBefore(Duration ago) throws Exception {
    host.files().write(STAMP, "");
    Instant at = host.time().now().minus(ago);
    Files.setLastModifiedTime(host.files().path(STAMP), FileTime.from(at));
  }

  @Test
  void aServiceThatDoesNotSynchroniseForAnHourIsReportedUntilItHas() throws Exception {
    host.systemd().service(TIMESYNCD);
    assertThat(over(HOUR))
        .as("just booted, and told since the second look")
        .isEqualTo(Detection.NOTHING);
    Issue issue = over(MINUTE).issues().get(0);
    assertThat(issue.severity()).isEqualTo(Severity.MEDIUM);
    assertThat(issue.components()).containsExactly(TIMESYNCD);
    assertThat(issue.description())
        .isEqualTo(
            "systemd-timesyncd.service runs and has not synchronised the clock, for 1 h or longer"
                + " (timedatectl timesync-status tells more)");
    assertThat(issue.detectedAt()).isBefore(host.time().now());
    synchronisedBefore(Duration.ZERO);
    assertThat(over(Duration.ofMinutes(11))).isEqualTo(Detection.NOTHING);
    assertThat(looks.values()).containsExactly(Map.entry(flag(TIMESYNCD), 1.0));
    assertThat(over(Duration.ofHours(9)).issues()).as("as the kernel has it").isEmpty();
    assertThat(over(Duration.ofHours(2)).issues()).hasSize(1);
  }

  private static Metric flag(String service) {
    return Metric.of(ClockSampler.SYNCHRONISED, service);
  }

  @Test
  void aHostThatSleptForDaysHasTimeToCatchUp() throws Exception {
    host.systemd().service(TIMESYNCD);
    synchronisedBefore(Duration.ofDays(3));
    assertThat(over(Duration.ofMinutes(20)).issues()).isEmpty();
    assertThat(looks.values()).containsEntry(flag(TIMESYNCD), 0.0);
    synchronisedBefore(Duration.ZERO);
    assertThat(over(Duration.ofHours(2)).issues()).isEmpty();
  }

  @Test
  void whereNothingIsMeantToSynchroniseNothingIsSaid() throws Exception {
    assertThat(over(Duration.ofHours(2))).as("no service runs").isEqualTo(Detection.NOTHING);
    host.systemd().service(TIMESYNCD).fail(TIMESYNCD);
    assertThat(over(Duration.ofHours(2))).as("service_failed says it").isEqualTo(Detection.NOTHING);
    host.systemd().recover(TIMESYNCD);
    host.files().write("/proc/net/route", "Iface\tDestination\n");
    host.files()
        .write(
            "/proc/net/ipv6_route",
            Hosts.text("vm", "proc/net/ipv6_route").replaceFirst("(?m)^0{32} 00 .*eth0\n", ""));
    assertThat(over(Duration.ofHours(2))).as("a laptop on a train").isEqualTo(Detection.NOTHING);
    assertThat(looks.reading().samples()).isEmpty();
    host.systemd().availability(new Availability(false, false, "no systemd: a container"));
    assertThat(over(Duration.ofHours(2))).isEqualTo(Detection.NOTHING);
    assertThat(looks.reading().unreadable()).isEmpty();
  }

  @Test
  void chronyIsAskedSeldom() {
    host.systemd().service("chrony.service");
    chrony("chronyc.unsynchronised");
    Issue issue = over(Duration.ofMinutes(61)).issues().get(0);
    assertThat(issue.description()).contains("chrony.service runs").contains("chronyc sources");
    assertThat(host.commands().calls()).hasSize(7);
    host.commands().fails(1, "506 Cannot talk to daemon", "chronyc", "-c", "-n", "tracking");
    assertThat(over(Duration.ofMinutes(11)).unreadable())
        .containsExactly(new Unreadable("chrony.service", "chronyc: 506 Cannot talk to daemon"));
    chrony("chronyc.unsynchronised");
    assertThat(over(Duration.ofMinutes(11)).issues())
        .as("at once: it is known since when")
        .hasSize(1);
  }

  private void chrony(String says) {
    host.commands().succeeds(Hosts.text("vm", says), "chronyc", "-c", "-n", "tracking");
  }

  @Test
  void whatChronySaysIsReadFromCapturedAnswers() {
    String said = Hosts.text("vm", "chronyc.synchronised");
    Instant then = Instant.ofEpochSecond(1_795_676_431);
    assertThat(ClockSampler.chrony(said, then)).contains(true);
    assertThat(ClockSampler.chrony(said, then.plus(Duration.ofHours(10)))).contains(false);
    assertThat(ClockSampler.chrony(said.replace("Normal", "Insert second"), then)).contains(true);
    assertThat(ClockSampler.chrony(Hosts.text("vm", "chronyc.unsynchronised"), then))
        .contains(false);
    assertThat(ClockSampler.chrony(said.replace(",Normal", ""), then)).isEmpty();
  }

  @Test
  void ntpdAndOpenNtpdAreAskedInTheirWay() {
    host.systemd().service("ntpsec.service");
    String[] ask = {"ntpq", "-n", "-c", "rv 0 leap,reftime"};
    host.commands().succeeds(Hosts.text("vm", "ntpq.unsynchronised"), ask);
    Issue issue = over(Duration.ofMinutes(61)).issues().get(0);
    assertThat(issue.components()).containsExactly("ntpsec.service");
    assertThat(issue.description()).contains("ntpsec.service runs", "ntpq -pn");
    host.commands().on(c -> new Result(0, "", "***Request timed out\n", false, false), ask);
    assertThat(over(Duration.ofMinutes(11)).unreadable())
        .containsExactly(new Unreadable("ntpsec.service", "ntpq: ***Request timed out"));
    host.systemd().fail("ntpsec.service");
    host.systemd().service("openntpd.service");
    String asks = "4/4 peers valid, clock unsynced";
    host.commands().succeeds(asks, "ntpctl", "-s", "status");
    assertThat(over(Duration.ofMinutes(90)).issues())
        .singleElement()
        .satisfies(i -> assertThat(i.description()).contains("openntpd.service", "ntpctl -s all"));
    host.commands().succeeds("4/4 peers valid, clock synced, stratum 3", "ntpctl", "-s", "status");
    assertThat(over(Duration.ofMinutes(11))).isEqualTo(Detection.NOTHING);
    assertThat(looks.values()).containsExactly(Map.entry(flag("openntpd.service"), 1.0));
  }

  @Test
  void whatNtpdSaysIsReadFromACapturedAnswer() {
    String unsynchronised = Hosts.text("vm", "ntpq.unsynchronised");
    Instant then = Instant.parse("2026-11-27T05:22:45Z");
    assertThat(ClockSampler.ntpd(unsynchronised, then)).contains(false);
    String said = "leap=00, reftime=eeb39225.544d4664  Fri, Nov 27 2026  5:22:45.329\n";
    assertThat(ClockSampler.ntpd(said, then)).contains(true);
    assertThat(ClockSampler.ntpd(said, then.plus(Duration.ofHours(10)))).contains(false);
    assertThat(
            ClockSampler.ntpd(
                "leap=01, reftime=00000010.0\n", Instant.parse("2036-02-07T07:00:00Z")))
        .as("the next era")
        .contains(true);
    assertThat(ClockSampler.ntpd("leap=00\n", then)).isEmpty();
    assertThat(ClockSampler.ntpd("", then)).isEmpty();
  }

  @Test
  void onlyARouteForAllLeadsSomewhere() {
    String v4 = Hosts.text("vm", "proc/net/route");
    String v6 = Hosts.text("vm", "proc/net/ipv6_route");
    assertThat(Routes.leadSomewhere(v4, "")).isTrue();
    assertThat(Routes.leadSomewhere("", v6)).isTrue();
    assertThat(Routes.leadSomewhere(v4.replaceFirst("eth0\t00000000.*\n", ""), "")).isFalse();
    assertThat(Routes.leadSomewhere(v4.replaceFirst("eth0", "*"), "")).isFalse();
    assertThat(Routes.leadSomewhere("", v6.replaceFirst("(?m)^0{32} 00 .*eth0\n", ""))).isFalse();
  }
}
