package dev.healing.runner.realhost;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The unit of the package: what it forbids, what runs apart from it, and its watchdog. */
class UnitRealHostTest {
  private static final Duration RESTARTED = Duration.ofSeconds(120);
  private static final Pattern SCORE = Pattern.compile("level for healing.service: ([0-9.]+) ");

  private static ThrowawayHost host;

  @BeforeAll
  static void boot() {
    host = ThrowawayHost.boot("unit");
  }

  @AfterAll
  static void remove() {
    if (host != null) {
      host.close();
    }
  }

  @AfterEach
  void stop() {
    host.exec(
        "/bin/sh",
        "-c",
        "systemctl stop healing 'test-*.service'; systemctl reset-failed; rm -f /run/test-*;"
            + " rm -rf /etc/systemd/system/healing.service.d; systemctl daemon-reload");
  }

  /** docs/security.md says what is left open, and why. */
  @Test
  void theDaemonMayDoLittle() {
    Matcher score = SCORE.matcher(host.sh("systemd-analyze security --no-pager healing.service"));
    assertThat(score.find()).isTrue();
    assertThat(Double.parseDouble(score.group(1))).isLessThanOrEqualTo(3.0);
  }

  @Test
  void theLauncherTellsHowWideTheTerminalIs() {
    host.startHealing(ServicesRealHostTest.CALM);
    String narrow = "script -qec 'stty cols 40 rows 20; NO_COLOR=1 healing status' /dev/null";
    assertThat(host.sh(narrow).replace("\r", "").lines())
        .contains("autonomy: auto")
        .allSatisfy(line -> assertThat(line.length()).as(line).isLessThanOrEqualTo(40));
    assertThat(host.sh("healing status")).contains("autonomy      auto");
  }

  @Test
  void aProgramThatIsToldHasAllRightsAndWhatItLeavesBehindLives() {
    host.write(
        "/usr/local/bin/test-told",
        """
        #!/bin/sh
        (sleep 2; echo later >>/run/test-told) >/dev/null 2>&1 &
        grep NoNewPrivs /proc/self/status >>/run/test-told
        runuser -u nobody -- id -un >>/run/test-told
        grep -o 'test-killed.service' | head -n 1 >>/run/test-told
        """);
    host.sh("chmod 755 /usr/local/bin/test-told");
    host.startHealing(
        ServicesRealHostTest.CALM
            + "notify: {receivers: {me: {form: command, command: [/usr/local/bin/test-told],"
            + " events: [opened]}}}\n");
    host.unit("test-killed.service", "[Service]\nExecStart=/bin/sleep infinity\n");
    host.sh("kill -9 " + host.mainPid("test-killed.service"));
    host.await("all is told", () -> host.holds("grep -q later /run/test-told"));
    assertThat(host.sh("cat /run/test-told"))
        .matches("NoNewPrivs:\\s0\nnobody\ntest-killed.service\nlater\n");
    String own = host.sh("cat /proc/" + host.mainPid("healing") + "/status");
    assertThat(own).containsPattern("NoNewPrivs:\\s1").containsPattern("CapBnd:\\s0+8042e\n");
  }

  /**
   * Its exit code is known, its children are ended in time and with the daemon, none is noticed.
   */
  @Test
  void aProbeRunsApartAndIsEndedInTimeAndWithTheDaemon() {
    host.write(
        "/usr/local/bin/test-slow",
        "#!/bin/sh\ntest -e /run/test-ill || exit 0\nsleep 4711 & sleep 4711\n");
    host.sh("chmod 755 /usr/local/bin/test-slow");
    host.startHealing(
        """
        autonomy: observe
        detectors:
          disk_full: off
          memory_high: off
          cpu_high: off
          system_slow: off
          ill: {probe: {command: [/bin/sh, -c, "test ! -e /run/test-ill"]}, every: 1s, type: ill}
          odd: {probe: {command: [/bin/sh, -c, "! test -e /run/test-ill || exit 7"]}, every: 1s, type: odd}
          well: {probe: {command: [/bin/cat]}, every: 1s, type: well}
          slow: {probe: {command: [/usr/local/bin/test-slow]}, every: 1s, type: slow}
        """);
    host.await("it has asked", () -> host.json("status").path("looks").asLong() > 5);
    host.sh("touch /run/test-ill");
    host.await("it is noticed", () -> host.json("issues").path("issues").size() == 3);
    assertThat(host.json("issues").toString())
        .contains("exit code 1 (", "exit code 7 (", "took too long")
        .doesNotContain("well", "healing-apart");
    host.await(
        "it is asked again", () -> host.holds("pgrep -f 'sleep 4711' && pgrep -f healing-apart"));
    host.sh("systemctl stop healing");
    host.await("nothing is left of it", () -> !host.holds("pgrep -f 'sleep 4711'"));
    assertThat(host.sh("systemctl list-units --all --no-legend 'healing-apart-*'")).isBlank();
  }

  /** It is stopped as a whole, so that it can not even end itself. */
  @Test
  void theWatchdogStartsAHungDaemonAgainAndNothingIsDoneTwice() {
    host.write("/etc/systemd/system/healing.service.d/test.conf", "[Service]\nWatchdogSec=40s\n");
    host.sh("systemctl daemon-reload");
    host.startHealing(ServicesRealHostTest.CALM + "limits: {cooldown: 1s}\n");
    host.unit("test-killed.service", "[Service]\nExecStart=/bin/sleep infinity\n");
    String service = host.mainPid("test-killed.service");
    host.sh("kill -9 " + service);
    host.await("it is healed", () -> host.history("restart_service").size() == 1);
    String receipt = host.history("restart_service").toString();
    String once = host.mainPid("test-killed.service");
    String hung = host.mainPid("healing.service");

    host.sh("kill -STOP " + hung);
    host.await(
        "it is started again", RESTARTED, () -> host.runsAgain("healing.service", hung), b -> b);
    host.awaitHealing();

    assertThat(host.sh("journalctl --no-pager -u healing")).contains("Watchdog timeout");
    assertThat(host.history("restart_service").toString()).isEqualTo(receipt);
    host.await("it looks", () -> host.json("status").path("looks").asLong() > 3);
    assertThat(host.mainPid("test-killed.service")).isEqualTo(once);
    assertThat(host.json("status").path("troubles")).isEmpty();
    assertThat(host.history("restart_service")).hasSize(1);
    host.sh("kill -9 " + once);
    host.await("it heals as before", () -> host.runsAgain("test-killed.service", once));
  }
}
