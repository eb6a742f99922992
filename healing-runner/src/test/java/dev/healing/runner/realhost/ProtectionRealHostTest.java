package dev.healing.runner.realhost;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Restarts that would reach a protected unit, as systemd propagates them. */
class ProtectionRealHostTest {
  private static final String LIMITS =
      "limits: {heals-per-hour: 100, cooldown: 1s, health-floor: 0}\n";

  private static ThrowawayHost host;

  @BeforeAll
  static void boot() {
    host = ThrowawayHost.boot("protection");
  }

  @AfterAll
  static void remove() {
    if (host != null) {
      host.close();
    }
  }

  @AfterEach
  void removeUnits() {
    host.exec(
        "/bin/sh",
        "-c",
        "systemctl stop healing 'test-*.service'; systemctl reset-failed;"
            + " rm -f /etc/systemd/system/test-*; systemctl daemon-reload");
  }

  /** What fails, what lies between, what is protected: each with a line of its unit file. */
  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {
        "-, -, Requires=test-fails.service",
        "-, -, PartOf=test-fails.service",
        "-, -, Requisite=test-fails.service",
        "-, -, Conflicts=test-fails.service",
        "Conflicts=test-mine.service, -, -",
        "-, Requires=test-fails.service, PartOf=test-between.service",
        "-, -, PartOf=test-alias.service",
        "Wants=test-between.service, Conflicts=test-mine.service, -",
      })
  void whatWouldTakeAProtectedUnitWithItIsNotRestarted(
      String fails, String between, String protects) {
    unit("test-fails", fails);
    host.sh("ln -s test-fails.service /etc/systemd/system/test-alias.service");
    unit("test-between", between);
    unit("test-mine", protects);
    host.sh("systemctl daemon-reload; systemctl start test-fails test-between");
    boolean conflicts = (fails + protects).contains("Conflicts");
    if (!conflicts) {
      host.sh("systemctl start test-mine");
    }
    host.sh("kill -9 " + host.mainPid("test-fails.service"));
    host.await("it fails", () -> host.holds("systemctl is-failed -q test-fails"));
    if (conflicts) { // it can be up only when the other is not
      host.sh("systemctl start test-mine");
    }
    String protectedPid = host.mainPid("test-mine.service");
    assertThat(protectedPid).isNotEqualTo("0");

    host.startHealing(
        ServicesRealHostTest.CALM + LIMITS + "protect: {units: [test-mine.service]}\n");

    awaitRefusal("test-mine.service is protected");
    assertThat(asked("test-fails.service").ok()).isFalse();
    assertThat(asked("test-alias.service").ok()).isFalse();
    assertThat(host.mainPid("test-mine.service")).as(host.journal()).isEqualTo(protectedPid);
    assertThat(host.holds("systemctl is-failed -q test-fails")).as(host.journal()).isTrue();
  }

  @Test
  void whatIsProtectedByOneNameIsByEveryName() {
    unit("test-fails", "Description=known by another name");
    host.sh(
        "ln -s test-fails.service /etc/systemd/system/test-alias.service;"
            + " systemctl daemon-reload; systemctl start test-alias");
    host.sh("kill -9 " + host.mainPid("test-fails.service"));
    host.await("it fails", () -> host.holds("systemctl is-failed -q test-fails"));

    host.startHealing(
        ServicesRealHostTest.CALM + LIMITS + "protect: {units: [test-alias.service]}\n");

    awaitRefusal("test-alias.service is protected");
    assertThat(asked("test-fails.service").ok()).isFalse();
    assertThat(asked("test-alias.service").ok()).isFalse();
    assertThat(host.holds("systemctl is-failed -q test-fails")).as(host.journal()).isTrue();
  }

  /** It is up, and only its probe says that it is not well. */
  @Test
  void whoIsProtectedIsNotEndedWithTheSickServiceThatHeIsIn() {
    host.sh("cp /bin/bash /usr/local/bin/protected-loop; touch /run/test-well");
    host.unit(
        "test-fails.service",
        "[Service]\nExecStart=/bin/bash -c '/usr/local/bin/protected-loop -c \"sleep infinity; :\" &"
            + " exec sleep infinity'\n");
    String pid = host.mainPid("test-fails.service");
    host.startHealing(
        ServicesRealHostTest.CALM.replace(
                "detectors: {",
                "detectors: {answers: {probe: {command: [/usr/bin/test, -e, /run/test-well]},"
                    + " every: 1s, type: service_failed, component: test-fails.service}, ")
            + LIMITS
            + "protect: {processes: [protected-loop]}\n"
            + "actions: {restart_service: {healthy-within: 1s}}\n");
    host.letTimePass(Duration.ofSeconds(5)); // only who was satisfied once is believed
    host.sh("rm /run/test-well");

    awaitRefusal("in test-fails.service: protected-loop (pid ");
    assertThat(asked("test-fails.service").ok()).isFalse();
    assertThat(host.mainPid("test-fails.service")).as(host.journal()).isEqualTo(pid);
    assertThat(host.holds("pgrep -x protected-loop")).isTrue();

    host.sh("pkill -x protected-loop");
    host.await("nobody is in the way", () -> host.runsAgain("test-fails.service", pid));
  }

  private static void unit(String name, String line) {
    host.write(
        "/etc/systemd/system/" + name + ".service",
        "[Unit]\n"
            + Optional.ofNullable(line).orElse("")
            + "\n[Service]\nExecStart=/bin/sleep infinity\n");
  }

  /** Waits until it is decided that the failed service is left alone, for this reason. */
  private static void awaitRefusal(String why) {
    host.await(
        "it is refused: " + why,
        Duration.ofSeconds(60),
        () -> host.incident("SERVICE_FAILED", "test-fails.service"),
        found -> found.filter(i -> i.path("note").asString().contains(why)).isPresent());
  }

  private static ThrowawayHost.Result asked(String unit) {
    return host.exec("healing", "heal", "--type", "service_failed", "--component", unit);
  }
}
