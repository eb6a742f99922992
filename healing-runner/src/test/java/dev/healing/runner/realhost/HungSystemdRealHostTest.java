package dev.healing.runner.realhost;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** PID 1 of the host is stopped: nothing that asks systemd gets an answer. */
class HungSystemdRealHostTest {
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private static ThrowawayHost host;

  @BeforeAll
  static void boot() {
    host = ThrowawayHost.boot("hung");
  }

  @AfterAll
  static void remove() {
    if (host != null) {
      host.close();
    }
  }

  @Test
  void itGoesOnAnsweringAndHealsWhenSystemdIsBack() {
    host.startHealing(ServicesRealHostTest.CALM);
    host.unit("test-killed.service", "[Service]\nExecStart=/bin/sleep infinity\n");
    String before = host.mainPid("test-killed.service");

    host.signalInit("STOP");
    try {
      host.sh("kill -9 " + before);
      JsonNode status =
          host.await(
              "it says what it cannot read",
              Duration.ofSeconds(30),
              HungSystemdRealHostTest::statusInTime,
              found -> !found.path("unreadable").isEmpty());
      assertThat(status.path("unreadable").toString()).contains("systemd did not answer");
      assertThat(status.path("health").isNumber()).as("the rest is measured: %s", status).isTrue();
    } finally {
      host.signalInit("CONT");
    }

    host.await("it runs again", () -> host.runsAgain("test-killed.service", before));
    host.await("all is read again", () -> host.json("status").path("unreadable").isEmpty());
  }

  private static JsonNode statusInTime() {
    long start = System.nanoTime();
    JsonNode status = host.json("status");
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(PATIENCE);
    return status;
  }
}
