package dev.healing.runner.realhost;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The state directory: whose it is, and what is done without it. */
class StateRealHostTest {
  private static final String CONFIGURATION =
      ServicesRealHostTest.CALM + "limits: {heals-per-hour: 100, cooldown: 1s, health-floor: 0}\n";

  private static ThrowawayHost host;

  @BeforeAll
  static void boot() {
    host = ThrowawayHost.boot("state");
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
        "systemctl stop healing 'test-*.service'; systemctl reset-failed;"
            + " umount -l /var/lib/healing");
  }

  @Test
  void aSecondDaemonEndsAndTheFirstGoesOnHealing() {
    host.startHealing(CONFIGURATION);
    String first = host.mainPid("healing.service");

    ThrowawayHost.Result second = host.exec("timeout", "30", "healing", "run");

    assertThat(second.exit()).as(second.out()).isEqualTo(1);
    assertThat(second.out())
        .contains("/var/lib/healing is in use by another healing process (pid " + first + ")");
    assertThat(healed("test-killed-1.service")).as(host.journal()).isTrue();
    assertThat(host.mainPid("healing.service")).isEqualTo(first);
  }

  /** It had limits of its own, and did again what the first one had given up on. */
  @Test
  void aSecondDaemonWithAnotherStateDoesNotHealTheSameHost() {
    host.startHealing(CONFIGURATION);
    for (String verb : List.of("run", "heal --type service_failed --component test-x.service")) {
      ThrowawayHost.Result second =
          host.exec("/bin/sh", "-c", "timeout 30 healing " + verb + " --state /run/test-second");
      assertThat(second.exit()).as(second.out()).isEqualTo(1);
      assertThat(second.out()).contains("the host's daemon heals here already");
    }
    host.sh("systemctl stop healing");
    ThrowawayHost.Result alone =
        host.exec("timeout", "3", "healing", "run", "--state", "/run/test-second");
    assertThat(alone.out()).contains("watching: ");
  }

  /** In a container like this one the verb sees another boot id than the daemon in its unit. */
  @Test
  void whatAVerbHealsWithoutADaemonCountsForTheDaemonToo() {
    host.startHealing(CONFIGURATION);
    assertThat(healed("test-killed-2.service")).as(host.journal()).isTrue();
    host.await("it is written", () -> !host.history("restart_service").isEmpty());
    host.sh("systemctl stop healing; kill -9 " + host.mainPid("test-killed-2.service"));
    host.await("it fails", () -> host.holds("systemctl is-failed -q test-killed-2"));
    host.sh("sleep 1; healing heal --type service_failed --component test-killed-2.service");
    host.sh("systemctl start healing");
    host.awaitHealing();

    assertThat(host.json("status").path("healsInLastHour").asInt()).isEqualTo(2);
    host.sh("kill -9 " + host.mainPid("test-killed-2.service"));
    host.await("all three count", () -> host.json("status").path("healsInLastHour").asInt() == 3);
    host.sh("systemctl restart healing");
    host.awaitHealing();
    assertThat(host.json("status").path("healsInLastHour").asInt()).isEqualTo(3);
  }

  @Test
  void whoMayNotAskTheHostsDaemonIsNotToldThatThereIsNone() {
    host.startHealing(CONFIGURATION);
    for (String verb : List.of("status", "issues", "history", "plugins", "reload", "pause")) {
      ThrowawayHost.Result asked = host.exec("runuser", "-u", "nobody", "--", "healing", verb);
      assertThat(asked.exit()).as(asked.out()).isEqualTo(3);
      assertThat(asked.out()).contains("needs root: the host's daemon uses /var/lib/healing");
    }
    for (String what : List.of("show", "export")) {
      ThrowawayHost.Result kept =
          host.exec("runuser", "-u", "nobody", "--", "healing", "knowledge", what);
      assertThat(kept.exit()).as(kept.out()).isEqualTo(3);
    }
    String own = "runuser -u nobody -- healing status --json --state /tmp/own";
    assertThat(host.sh(own)).contains("\"daemon\" : false");
    assertThat(host.sh("runuser -u nobody -- healing once")).isNotEmpty();
  }

  /** Written when it ends, found by the next one, and not lost when that is killed. */
  @Test
  void whatWasMeasuredIsReadWithoutADaemon() {
    host.startHealing(CONFIGURATION);
    host.await("it has looked", () -> host.json("status").path("looks").asLong() > 3);
    host.sh("systemctl stop healing");
    int points = points();
    assertThat(points).isGreaterThan(1);

    host.sh("systemctl start healing");
    host.awaitHealing();
    host.sh("kill -9 " + host.mainPid("healing"));
    host.awaitHealing();
    assertThat(points()).isGreaterThanOrEqualTo(points);
  }

  private static int points() {
    return host.json("metrics", "memory.used.fraction", "--since", "1h", "--every", "1s")
        .path("points")
        .size();
  }

  /** As by Ctrl-C. */
  @Test
  void aRecordingThatIsInterruptedIsWhole() {
    host.sh("systemd-run --unit=test-record healing record /root/a.trace");
    host.await("it records", () -> host.holds("zcat /root/a.trace 2>&1 | grep -q memory.used"));
    host.sh("kill -INT " + host.mainPid("test-record"));
    host.await("it has ended", () -> !host.holds("systemctl is-active -q test-record"));
    assertThat(host.sh("stat -c %a /root/a.trace").strip()).isEqualTo("600");
    assertThat(host.sh("zcat /root/a.trace | tail -n 1")).contains("{\"looks\":");
  }

  /** Root has removed the file that is locked: two daemons must not act for all that. */
  @Test
  void withoutItsLockFileItOnlyObservesAndStillNoSecondOneRuns() {
    host.startHealing(CONFIGURATION);
    String first = host.mainPid("healing.service");
    host.sh("rm /var/lib/healing/lock");

    ThrowawayHost.Result second = host.exec("timeout", "30", "healing", "run");

    assertThat(second.exit()).as(second.out()).isEqualTo(1);
    assertThat(second.out()).contains("in use by another healing process (pid " + first + ")");
    assertThat(host.json("status").path("autonomy").asString()).isEqualTo("OBSERVE");
    assertThat(trouble()).contains("lock was removed or replaced");
    host.unit("test-killed-1.service", "[Service]\nExecStart=/bin/sleep infinity\n");
    host.sh("kill -9 " + host.mainPid("test-killed-1.service"));
    host.await("it is decided", () -> host.exec("healing", "issues").out().contains("observing"));
    assertThat(host.holds("systemctl is-failed -q test-killed-1")).as(host.journal()).isTrue();

    host.sh("systemctl restart healing");
    host.await("it runs", () -> host.holds("systemctl is-active -q test-killed-1"));
  }

  @Test
  void aDiskThatIsFullAtTheStartIsNoReasonToEnd() {
    host.sh(
        "mkdir -p /var/lib/healing; mount -t tmpfs -o size=1m,mode=700 full /var/lib/healing;"
            + " dd if=/dev/zero of=/var/lib/healing/filler bs=4k 2>/dev/null || true");
    host.write("/etc/healing/healing.yaml", CONFIGURATION);
    host.sh("systemctl start healing");
    host.awaitHealing();
    assertThat(healed("test-killed-1.service")).as(host.journal()).isFalse();
    assertThat(trouble()).contains("No space left");

    host.sh("rm /var/lib/healing/filler");
    host.await("it runs", () -> host.holds("systemctl is-active -q test-killed-1"));
  }

  @Test
  void aDiskThatCannotBeWrittenAtTheStartIsNoReasonToEnd() {
    host.sh("mkdir -p /var/lib/healing; mount -t tmpfs -o ro,mode=700 readonly /var/lib/healing");
    host.write("/etc/healing/healing.yaml", CONFIGURATION);
    host.sh("systemctl start healing");
    String pid = host.mainPid("healing.service");
    host.await("nobody can ask it", () -> host.journal().contains("nobody can ask this daemon"));
    assertThat(host.journal()).contains("observing only", "Read-only file system");
    host.unit("test-killed-1.service", "[Service]\nExecStart=/bin/sleep infinity\n");
    host.sh("kill -9 " + host.mainPid("test-killed-1.service"));
    host.await("it is seen", () -> host.journal().contains("nothing is done"));
    assertThat(host.mainPid("healing.service")).isEqualTo(pid);
  }

  @Test
  void whileItsDiskIsFullNothingIsDoneAndThenItIsHealed() {
    host.sh("mkdir -p /var/lib/healing; mount -t tmpfs -o size=2m,mode=700 full /var/lib/healing");
    host.startHealing(CONFIGURATION);
    host.sh("dd if=/dev/zero of=/var/lib/healing/filler bs=4k 2>/dev/null || true");

    // What is left of the journal's last block is used up first.
    int one = 1;
    while (healed("test-killed-" + one + ".service")) {
      one++;
      assertThat(one).as(host.journal()).isLessThan(20);
    }
    String failed = "test-killed-" + one + ".service";
    assertThat(trouble()).contains("nothing is done", "No space left");
    assertThat(host.holds("systemctl is-failed -q " + failed)).as(host.journal()).isTrue();

    host.sh("rm /var/lib/healing/filler");
    host.await("it runs", () -> host.holds("systemctl is-active -q " + failed));
    host.await("nothing troubles it", () -> host.json("status").path("trouble").isEmpty());
  }

  /** As when the kernel no longer trusts a disk. */
  @Test
  void whenItsDiskIsReadOnlyNothingIsDoneUntilItIsStartedOnOneThatIsNot() {
    host.mountImage("/var/lib/healing", 64);
    host.startHealing(CONFIGURATION);
    assertThat(healed("test-killed-1.service")).as(host.journal()).isTrue();

    host.sh("mount -o remount,abort /var/lib/healing");
    assertThat(healed("test-killed-2.service")).as(host.journal()).isFalse();
    assertThat(trouble()).contains("nothing is done", "Read-only file system");
    assertThat(host.holds("systemctl is-failed -q test-killed-2")).as(host.journal()).isTrue();

    host.sh("systemctl stop healing; umount /var/lib/healing; systemctl start healing");
    host.await("it runs", () -> host.holds("systemctl is-active -q test-killed-2"));
  }

  /** Kills a service; whether it comes back, or it is said that nothing is done. */
  private static boolean healed(String unit) {
    host.unit(unit, "[Service]\nExecStart=/bin/sleep infinity\n");
    String before = host.mainPid(unit);
    host.sh("kill -9 " + before);
    host.await(
        unit + " runs again or is left alone",
        () -> host.runsAgain(unit, before) || trouble().contains("nothing is done"));
    return host.runsAgain(unit, before);
  }

  private static String trouble() {
    return host.json("status").path("trouble").toString();
  }
}
