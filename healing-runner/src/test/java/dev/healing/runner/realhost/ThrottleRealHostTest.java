package dev.healing.runner.realhost;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/**
 * A quota that the kernel really enforces, where this machine lets a host have its cpu controller.
 */
@Isolated("hosts share this machine's processors, and what is too much here would be so everywhere")
class ThrottleRealHostTest {
  private static final String GROUPS = "/sys/fs/cgroup/cpu";
  private static final String UNIT = "test-runaway.service";

  private static ThrowawayHost host;

  @BeforeAll
  static void boot() {
    host = ThrowawayHost.boot("throttle");
  }

  @AfterAll
  static void remove() {
    if (host != null) {
      host.close();
    }
  }

  /** Hundredths of a second of processor time that its main process takes in so many seconds. */
  private static long ticksIn(int seconds) {
    return Long.parseLong(
        host.sh(
                """
                pid=$(systemctl show -P MainPID %s)
                then=$(cut -d' ' -f14 /proc/$pid/stat); sleep %d
                echo $(($(cut -d' ' -f14 /proc/$pid/stat) - then))
                """
                    .formatted(UNIT, seconds))
            .strip());
  }

  @Test
  void aRunawayServiceTakesNoMoreThanItsQuotaUntilThatIsLifted() {
    Assumptions.assumeTrue(
        host.holds("mount -o remount,rw,bind " + GROUPS + " && mkdir " + GROUPS + "/healing-test")
            && host.holds("rmdir " + GROUPS + "/healing-test && systemctl daemon-reexec"),
        "skipped: this machine gives a throw-away host no cpu controller");
    String loop = " /bin/sh -c 'echo %d 2>/dev/null >/proc/self/autogroup; while :; do :; done'";
    String run = "systemd-run -q -p CPUAffinity=0 -p Nice=%d --unit=%s" + loop;
    host.sh(run.formatted(-10, UNIT, -10));
    host.sh(run.formatted(19, "test-waits.service", 19)); // or to hold it back would help nobody
    host.letTimePass(Duration.ofSeconds(10)); // who was just started is no cause

    host.startHealing(
        """
        limits: {health-floor: 0}
        detectors:
          cpu_high: {high: 20%, for: 2 of 3}
          throttled_calm: {at-most: 20s}
          memory_high: off
          system_slow: off
          disk_full: off
        actions: {kill_process: off, throttle_service: {cpu: 10%}}
        """);
    host.await(
        "it is throttled",
        Duration.ofSeconds(120),
        () -> host.history("throttle_service"),
        found -> found.stream().anyMatch(r -> r.path("target").asString().equals(UNIT)));
    long quota = Long.parseLong(host.sh("echo $(nproc)").strip()) * 10; // of a second's 100 ticks
    assertThat(ticksIn(3)).as(host.journal()).isBetween(1L, 3 * quota * 3 / 2);

    host.await(
        "it is lifted",
        Duration.ofSeconds(90),
        () -> host.history("lift_throttle"),
        found -> found.stream().anyMatch(r -> r.path("outcome").asString().equals("HEALED")));
    assertThat(ticksIn(3)).as("it may take what it likes").isGreaterThan(3 * quota * 3 / 2);
    // Nothing of it is left in the groups of this machine.
    host.sh(
        """
        systemctl stop healing test-waits %1$s
        rmdir %2$s/system.slice 2>/dev/null || test ! -e %2$s/system.slice
        mount -o remount,ro,bind %2$s
        """
            .formatted(UNIT, GROUPS));
  }
}
