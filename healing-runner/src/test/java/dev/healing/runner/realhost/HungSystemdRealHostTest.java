package dev.healing.runner.realhost;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.runner.control.Answer;
import dev.healing.runner.control.ControlClient;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** PID 1 or the bus of the host is stopped: nothing that asks systemd gets an answer. */
class HungSystemdRealHostTest {
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final Duration LAG = Duration.ofSeconds(2);
  private static final String SLOW =
      """
      [Service]
      ExecStartPre=/bin/sh -c 'touch /run/test-starts; while test -e /run/test-wait; do sleep 0.1; done'
      ExecStart=/bin/sleep infinity
      """;

  private static ThrowawayHost host;

  private Duration longestLag = Duration.ZERO;

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

  @AfterEach
  void removeUnits() {
    host.exec(
        "/bin/sh",
        "-c",
        "rm -f /run/test-*; systemctl stop healing 'test-*.service'; systemctl reset-failed");
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
              Duration.ofSeconds(60),
              HungSystemdRealHostTest::statusInTime,
              found -> found.path("unreadable").toString().contains("systemd did not answer"));
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

  @Test
  void initStoppedDuringARestartLeavesItUnknownAndTheLoopGoesOn() {
    String threads = restartUnderWay("actions: {restart_service: {starts-within: 4s}}\n");
    host.signalInit("STOP");
    try {
      JsonNode receipt =
          await("the action has ended", this::receipts, found -> !found.isEmpty()).get(0);
      assertThat(receipt.path("outcome").asString()).as("%s", receipt).isEqualTo("AMBIGUOUS");
      assertThat(receipt.path("reason").asString()).contains("not known", "did not answer");
    } finally {
      host.signalInit("CONT");
    }
    host.sh("rm /run/test-wait");
    host.await("it is up", () -> host.holds("systemctl is-active -q test-slow"));
    assertNothingIsLeft(threads);
  }

  @Test
  void aBusThatStopsDuringARestartAndGoesOnDelaysItOnly() {
    String threads = restartUnderWay("");
    String bus = host.mainPid("dbus.service");
    host.sh("kill -STOP " + bus);
    try {
      await(
          "it says that systemd does not answer",
          () -> ask("status").path("unreadable"),
          found -> !found.isEmpty());
      host.sh("rm /run/test-wait");
    } finally {
      host.sh("kill -CONT " + bus);
    }
    JsonNode receipt =
        await("the action has ended", this::receipts, found -> !found.isEmpty()).get(0);
    assertThat(receipt.path("outcome").asString()).as("%s", receipt).isEqualTo("HEALED");
    assertNothingIsLeft(threads);
  }

  /** Has a restart wait for its end; the threads that the daemon had at work before. */
  private String restartUnderWay(String more) {
    host.startHealing(ServicesRealHostTest.CALM + more);
    host.unit("test-slow.service", SLOW);
    host.await("the daemon listens", () -> daemon("status").isPresent());
    for (int i = 0; i < 8; i++) {
      ask("status"); // what it starts once and keeps is there then
    }
    longestLag = Duration.ZERO;
    host.letTimePass(Duration.ofSeconds(2));
    String threads = threads();
    host.sh("rm /run/test-starts; touch /run/test-wait");
    host.sh("kill -9 " + host.mainPid("test-slow.service"));
    host.await("the restart is under way", () -> host.holds("test -e /run/test-starts"));
    return threads;
  }

  private void assertNothingIsLeft(String threads) {
    await("all is read again", () -> ask("status").path("unreadable"), JsonNode::isEmpty);
    host.await(
        "no thread is left behind but " + threads,
        Duration.ofSeconds(60),
        HungSystemdRealHostTest::threads,
        threads::equals);
    assertThat(longestLag).as("how long the loop took to answer").isLessThan(LAG);
  }

  /** Those that are at work: what idles in the pool and compiles code comes and goes. */
  private static String threads() {
    return host.sh(
        "cat /proc/"
            + host.mainPid("healing.service")
            + "/task/*/comm | grep -vxE 'healing-idle|C. CompilerThre' | sort | tr '\\n' ' '");
  }

  private JsonNode receipts() {
    JsonNode history = ask("history");
    return JsonMapper.shared()
        .valueToTree(
            history
                .valueStream()
                .filter(r -> r.path("actions").path(0).asString().equals("restart_service"))
                .toList());
  }

  /** Asks the engine's own thread, without a new process between it and the clock. */
  private JsonNode ask(String verb) {
    long start = System.nanoTime();
    Answer answer = daemon(verb).orElseThrow();
    Duration took = Duration.ofNanos(System.nanoTime() - start);
    longestLag = took.compareTo(longestLag) > 0 ? took : longestLag;
    return answer.result();
  }

  private static Optional<Answer> daemon(String verb) {
    return ControlClient.ask(
        host.at("/var/lib/healing"), JsonMapper.shared().createObjectNode().put("verb", verb));
  }

  private <T> T await(
      String what, java.util.function.Supplier<T> question, java.util.function.Predicate<T> until) {
    return host.await(what, Duration.ofSeconds(60), question, until);
  }
}
