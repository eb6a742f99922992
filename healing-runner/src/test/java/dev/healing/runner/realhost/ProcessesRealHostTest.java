package dev.healing.runner.realhost;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Processes that eat the processor. */
class ProcessesRealHostTest {
  private static final String CONFIGURATION =
      """
      limits: {health-floor: 0}
      detectors:
        cpu_high: {high: 20%, for: 2 of 3}
        memory_high: off
        system_slow: off
        disk_full: off
      protect: {processes: [protected-loop]}
      """;

  private static ThrowawayHost host;

  @BeforeAll
  static void boot() {
    host = ThrowawayHost.boot("processes");
    host.sh("cp /bin/bash /usr/local/bin/runaway-loop; cp /bin/bash /usr/local/bin/protected-loop");
  }

  @AfterAll
  static void remove() {
    if (host != null) {
      host.close();
    }
  }

  @AfterEach
  void stop() {
    host.exec("/bin/sh", "-c", "systemctl stop healing 'test-*.service'; systemctl reset-failed");
  }

  @Test
  void aRunawayProcessIsEndedWhenApprovedAndAProtectedOneNever() {
    loop("protected");
    loopFirstInTheQueue("runaway");

    host.startHealing(CONFIGURATION);
    JsonNode waiting =
        host.await(
                "ending a process waits for approval",
                Duration.ofSeconds(60),
                () -> host.incident("CPU_HIGH", "cpu"),
                found -> found.filter(i -> i.path("awaitsConfirmation").asBoolean()).isPresent())
            .orElseThrow();
    assertThat(active("runaway")).as("ended without approval%s", host.journal()).isTrue();

    // What else this machine does may keep the processors busy: then it is done, but not healed.
    host.exec("healing", "approve", waiting.path("incident").asString());

    assertThat(active("runaway")).as(host.journal()).isFalse();
    assertThat(active("protected")).as(host.journal()).isTrue();
    assertThat(host.history("kill_process"))
        .as(host.journal())
        .isNotEmpty()
        .extracting(receipt -> receipt.path("target").asString())
        .allMatch(target -> target.startsWith("runaway-loop:"));
  }

  @Test
  void whatOnlyAProtectedProcessCausesIsLeftAlone() {
    loop("protected");

    host.startHealing(CONFIGURATION);
    host.await("it is seen", () -> host.incident("CPU_HIGH", "cpu").isPresent());
    host.letTimePass(Duration.ofSeconds(5));

    assertThat(host.history("kill_process").stream().filter(r -> r.has("startedAt")))
        .as(host.journal())
        .isEmpty();
    assertThat(active("protected")).isTrue();
  }

  private static boolean active(String name) {
    return host.holds("systemctl is-active -q test-" + name + ".service");
  }

  private static void loop(String name) {
    host.sh(
        "systemd-run -q --unit=test-"
            + name
            + " /usr/local/bin/"
            + name
            + "-loop -c 'while :; do :; done'");
  }

  /**
   * So that a busy machine does not take from it what makes it stand out. Where the kernel shares
   * among sessions, niceness counts in a session only: then it is the session that goes first.
   */
  private static void loopFirstInTheQueue(String name) {
    host.sh(
        "systemd-run -q -p Nice=-10 --unit=test-"
            + name
            + " /usr/local/bin/"
            + name
            + "-loop -c 'echo -10 2>/dev/null >/proc/self/autogroup; while :; do :; done'");
  }
}
