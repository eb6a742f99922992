package dev.healing.runner.realhost;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Services that fail, and the daemon failing meanwhile. */
class ServicesRealHostTest {
  /** Other builds on this machine must not look like this host's trouble. */
  static final String CALM =
      """
      detectors: {cpu_high: off, memory_high: off, system_slow: off, disk_full: off}
      """;

  private static final String LIMITS =
      "limits: {heals-per-hour: 100, cooldown: 1s, health-floor: 0}\n";

  private static ThrowawayHost host;

  @BeforeAll
  static void boot() {
    host = ThrowawayHost.boot("services");
  }

  @AfterAll
  static void remove() {
    if (host != null) {
      host.close();
    }
  }

  @AfterEach
  void stopWhatWasStarted() {
    host.exec("/bin/sh", "-c", "systemctl stop healing 'test-*.service'; systemctl reset-failed");
  }

  /** The server of a FUSE mount that never answers, not even at first: who asks there is held. */
  @Test
  void aProbeOfAFileOnADeadMountHoldsNobodyUp() {
    host.write(
        "/root/dead-mount",
        """
        open(F, "+<", "/dev/fuse") or die "/dev/fuse: $!";
        @to = ("dead", "/mnt/dead", "fuse", "fd=" . fileno(F) . ",rootmode=40000,user_id=0,group_id=0");
        syscall(165, @to[0 .. 2], 0, $to[3]) == 0 or die "mount: $!";
        sleep 1000;
        """);
    host.unit("test-web.service", "[Service]\nExecStart=/bin/sleep infinity\n");
    Assumptions.assumeTrue(
        host.holds(
            "mkdir -p /mnt/dead; test -e /dev/fuse || mknod /dev/fuse c 10 229;"
                + " systemd-run -q --unit=test-dead perl /root/dead-mount; sleep 1;"
                + " grep -q ' /mnt/dead ' /proc/mounts"),
        "skipped: this machine gives a throw-away host no FUSE");
    String asking =
        "cat /proc/$(systemctl show -P MainPID healing)/task/*/comm | grep -c '^healing-look at' || true";
    try {
      host.startHealing(
          CALM
              + LIMITS
              + "actions: {restart_service: {healthy-within: 4s, probes: {test-web.service:"
              + " {file: /mnt/dead/beat}}}}\n");
      host.sh("kill -9 " + host.mainPid("test-web.service"));
      host.await(
          "the action has ended",
          Duration.ofSeconds(60),
          () -> host.history("restart_service"),
          found -> found.stream().anyMatch(r -> r.has("outcome")));
      assertThat(host.history("restart_service").get(0).path("reason").asString())
          .contains("active but not healthy: file /mnt/dead/beat could not be asked");
      assertThat(host.sh(asking)).as("of all that asked").isEqualTo("1\n");
    } finally {
      host.sh("systemctl stop test-dead; umount /mnt/dead");
    }
    host.await("it is let go", () -> host.sh(asking).equals("0\n"));
  }

  @Test
  void aKilledServiceComesBack() {
    host.startHealing(CALM);
    host.unit("test-killed.service", "[Service]\nExecStart=/bin/sleep infinity\n");
    String before = host.mainPid("test-killed.service");
    Instant killedAt = Instant.now();

    host.sh("kill -9 " + before);

    host.await("it runs again", () -> host.runsAgain("test-killed.service", before));
    host.await("it is in the history", () -> !host.history("restart_service").isEmpty());
    JsonNode receipt = host.history("restart_service").get(0);
    assertThat(receipt.path("outcome").asString()).as(host.journal()).isEqualTo("HEALED");
    assertThat(receipt.path("components").path(0).asString()).isEqualTo("test-killed.service");
    Instant detected = Instant.parse(receipt.path("detectedAt").asString());
    Instant started = Instant.parse(receipt.path("startedAt").asString());
    Instant finished = Instant.parse(receipt.path("finishedAt").asString());
    assertThat(detected).isBetween(killedAt.minusSeconds(2), killedAt.plusSeconds(10));
    assertThat(started).isBetween(detected, finished);
    assertThat(host.incident("SERVICE_FAILED", "test-killed.service")).isEmpty();
  }

  /** That healed it before, counted it, and had a failure to tell when the drill was over. */
  @Test
  void aDrillHealsItsSacrificeItselfAlsoBesideADaemon() {
    host.startHealing(CALM);

    assertThat(host.json("drill").path("outcome").asString()).isEqualTo("HEALED");

    assertThat(host.json("history")).as("what the daemon did").isEmpty();
    assertThat(host.json("status").path("healsInLastHour").asInt()).isZero();
    assertThat(host.journal()).doesNotContain("healing-drill-");
  }

  /** Its sacrifice ran on for ever, and its state stayed in the temporary directory. */
  @Test
  void aDrillThatIsEndedLeavesNothingBehind() {
    for (String signal : List.of("INT", "TERM")) {
      // Not in the background of a script, where SIGINT is ignored.
      host.sh("systemd-run -q --unit=test-drill /usr/bin/healing drill");
      host.await(
          "the sacrifice runs",
          () -> host.holds("systemctl is-active -q 'healing-drill-*.service'"));

      host.sh("kill -" + signal + " $(systemctl show -P MainPID test-drill)");

      host.await("it has ended", () -> !host.holds("systemctl is-active -q test-drill"));
      assertThat(host.sh("systemctl list-units --all --no-legend 'healing-drill-*'")).isEmpty();
      assertThat(host.sh("find /tmp -maxdepth 1 -name 'healing-drill-*'")).isEmpty();
      host.sh("systemctl reset-failed test-drill || true");
    }
  }

  /** Its start does not end: whoever takes over in the middle of it must not call that over. */
  @Test
  void aStartThatDoesNotEndIsNoRecoveryForTheNextDaemonEither() {
    host.startHealing(CALM + LIMITS);
    host.sh("rm -f /run/test-second");
    host.unit(
        "test-never-up.service",
        """
        [Service]
        Type=notify
        NotifyAccess=all
        TimeoutStartSec=infinity
        ExecStart=/bin/bash -c '[ -e /run/test-second ] || systemd-notify --ready; touch /run/test-second; exec sleep infinity'
        """);
    host.sh("kill -9 " + host.mainPid("test-never-up.service"));
    host.await(
        "it is started again",
        () -> host.sh("systemctl show -P ActiveState test-never-up").equals("activating\n"));

    host.sh("systemctl restart healing");
    host.awaitHealing();

    host.letTimePass(Duration.ofSeconds(3));
    assertThat(host.journal())
        .doesNotContain("SELF_RECOVERED service_failed test-never-up.service");
    assertThat(host.json("status").path("unreadable").toString())
        .contains("test-never-up.service", "is activating since before the first look");
  }

  @Test
  void oneThatFailsForEverIsTriedThenGivenUpOnAndNotStormed() {
    host.startHealing(CALM + LIMITS);
    host.sh("rm -f /run/test-starts");
    host.unit(
        "test-hopeless.service",
        """
        [Unit]
        StartLimitIntervalSec=0
        [Service]
        ExecStart=/bin/sh -c 'echo started >>/run/test-starts; exit 7'
        """);

    host.await(
        "it is given up on",
        Duration.ofSeconds(90),
        () -> host.incident("SERVICE_FAILED", "test-hopeless.service"),
        incident ->
            incident.filter(i -> i.path("status").asString().equals("ESCALATED")).isPresent());
    int starts = starts();
    host.letTimePass(Duration.ofSeconds(4));

    assertThat(starts())
        .as("starts go on after it was given up%s", host.journal())
        .isEqualTo(starts);
    assertThat(starts).as("our own start, and those of at most three attempts").isBetween(2, 4);
    assertThat(host.history("restart_service"))
        .extracting(receipt -> receipt.path("outcome").asString())
        .hasSize(starts - 1)
        .doesNotContain("HEALED");
  }

  private static String probed(String probe) {
    return CALM.strip().replaceFirst("}$", "")
        + ", shop_answers: {probe: {"
        + probe
        + "}, every: 1s, for: 2 of 3, type: service_failed, component: test-shop}}\n"
        + "actions: {restart_service: {stays-up: 1s, healthy-within: 1s}}\n"
        + "limits: {cooldown: 1s, health-floor: 0, attempts: 1}\n";
  }

  @Test
  void oneThatIsUpAndDoesNotAnswerIsRestartedAndLookedAtByTheSameProbe() {
    host.write(
        "/usr/local/bin/test-shop",
        """
        #!/bin/sh
        read -r line
        status=200; test -e /run/test-shop-sick && status=503
        printf "HTTP/1.1 $status x\\r\\nConnection: close\\r\\n\\r\\n"
        """);
    host.sh("chmod +x /usr/local/bin/test-shop");
    host.unit(
        "test-shop.service",
        """
        [Service]
        ExecStartPre=/bin/rm -f /run/test-shop-sick
        ExecStart=/usr/bin/systemd-socket-activate --accept --inetd -l 127.0.0.1:8123 /usr/local/bin/test-shop
        """);
    host.startHealing(probed("http: \"http://127.0.0.1:8123/health\""));
    String before = host.mainPid("test-shop.service");
    host.await("the probe has been satisfied", () -> host.holds("ls /var/lib/healing/satisfied.*"));
    host.sh("touch /run/test-shop-sick");

    host.await("it runs anew", () -> host.runsAgain("test-shop.service", before));
    host.await("it is in the history", () -> !host.history("restart_service").isEmpty());
    JsonNode receipt = host.history("restart_service").get(0);
    assertThat(receipt.path("outcome").asString()).as(host.journal()).isEqualTo("HEALED");
    assertThat(receipt.toString())
        .contains(
            "which is active but not healthy (http http://127.0.0.1:8123/health: answered 503")
        .contains("looked again: the issue is gone");
    assertThat(host.incident("SERVICE_FAILED", "test-shop.service")).isEmpty();
  }

  /** It may ask at the wrong port. */
  @Test
  void aProbeThatWasNeverSatisfiedNeitherHasOneThatIsUpRestartedNorSaysThatARestartDidNot() {
    host.unit("test-shop.service", "[Service]\nExecStart=/bin/sleep infinity\n");
    host.startHealing(probed("tcp: \"127.0.0.1:1\""));
    String before = host.mainPid("test-shop.service");

    host.await(
        "it is said", () -> host.json("status").toString().contains("or the probe is wrong"));
    assertThat(host.mainPid("test-shop.service")).as(host.journal()).isEqualTo(before);
    assertThat(started("restart_service")).isEmpty();
    assertThat(host.incident("SERVICE_FAILED", "test-shop.service")).isEmpty();

    host.sh("kill -9 " + before);
    host.await("it is in the history", () -> !host.history("restart_service").isEmpty());
    assertThat(host.history("restart_service").get(0).path("outcome").asString())
        .as(host.journal())
        .isEqualTo("HEALED");
  }

  @Test
  void oneThatSystemdStartsAgainAndAgainIsToldToAPersonAndLeftAlone() {
    host.startHealing(CALM);
    host.unit(
        "test-flapping.service",
        """
        [Unit]
        StartLimitIntervalSec=0
        [Service]
        ExecStart=/bin/sh -c 'sleep 0.3; exit 3'
        Restart=always
        RestartSec=100ms
        """);

    host.await(
        "it is reported, and that nothing is done about it",
        Duration.ofSeconds(60),
        () -> host.incident("SERVICE_FLAPPING", "test-flapping.service"),
        incident ->
            incident
                .filter(i -> i.path("note").asString().contains("no loaded action"))
                .isPresent());

    assertThat(
            host.incident("SERVICE_FLAPPING", "test-flapping.service")
                .orElseThrow()
                .path("description")
                .asString())
        .matches("systemd started test-flapping\\.service again ([5-9]|\\d\\d+) times in .*");
    assertThat(host.json("history")).as(host.journal()).isEmpty();
    assertThat(host.incident("SERVICE_FAILED", "test-flapping.service")).isEmpty();
  }

  @Test
  void aStartThatDoesNotEndIsToldWithWhoWaitsForIt() {
    host.write(
        "/etc/systemd/system/test-endless.service",
        "[Service]\nType=notify\nTimeoutStartSec=infinity\nExecStart=/bin/sleep infinity\n");
    host.write(
        "/etc/systemd/system/test-patient.service",
        "[Unit]\nAfter=test-endless.service\n[Service]\nExecStart=/bin/sleep infinity\n");
    host.sh("systemctl daemon-reload");
    host.sh("systemctl start --no-block test-endless.service test-patient.service");
    host.startHealing(CALM.strip().replaceFirst("}$", "") + ", job_stuck: {after: 1s}}\n");

    host.await(
        "it is reported",
        Duration.ofSeconds(30),
        () -> host.incident("JOB_STUCK", "test-endless.service"),
        Optional::isPresent);
    assertThat(
            host.incident("JOB_STUCK", "test-endless.service")
                .orElseThrow()
                .path("description")
                .asString())
        .contains("has been under way for 1 s or longer; waiting for it: test-patient.service");
    assertThat(host.incident("JOB_STUCK", "test-patient.service")).isEmpty();

    host.sh("systemctl stop test-endless.service");
    host.await("it is over", () -> host.incident("JOB_STUCK", "test-endless.service").isEmpty());
  }

  @Test
  void pauseStopsEverythingAndResumeGoesOn() {
    host.startHealing(CALM + LIMITS);
    host.unit("test-paused.service", "[Service]\nExecStart=/bin/sleep infinity\n");
    String before = host.mainPid("test-paused.service");
    host.sh("healing pause");

    host.sh("kill -9 " + before);
    host.await(
        "it is seen", () -> host.incident("SERVICE_FAILED", "test-paused.service").isPresent());
    host.letTimePass(Duration.ofSeconds(4));

    assertThat(host.holds("systemctl is-failed -q test-paused.service"))
        .as(host.journal())
        .isTrue();
    assertThat(started("restart_service")).isEmpty();

    host.sh("healing resume");
    host.await("it runs again", () -> host.runsAgain("test-paused.service", before));
  }

  @Test
  void aProtectedServiceIsNotTouched() {
    host.startHealing(CALM + LIMITS + "protect: {units: [test-mine.service]}\n");
    host.unit("test-mine.service", "[Service]\nExecStart=/bin/sleep infinity\n");

    host.sh("kill -9 " + host.mainPid("test-mine.service"));
    host.await(
        "it is seen", () -> host.incident("SERVICE_FAILED", "test-mine.service").isPresent());
    host.letTimePass(Duration.ofSeconds(3));

    assertThat(host.holds("systemctl is-failed -q test-mine.service")).as(host.journal()).isTrue();
    assertThat(started("restart_service")).isEmpty();
  }

  @Test
  void killedInTheMiddleOfAnActionItFindsTheIntentAndDoesNothingTwice() {
    host.startHealing(CALM + LIMITS);
    host.sh("rm -f /run/test-slow-starts /run/test-slow-wait");
    host.unit(
        "test-slow.service",
        """
        [Service]
        ExecStartPre=/bin/sh -c 'echo started >>/run/test-slow-starts; while test -e /run/test-slow-wait; do sleep 0.1; done'
        ExecStart=/bin/sleep infinity
        """);
    host.sh("touch /run/test-slow-wait; kill -9 " + host.mainPid("test-slow.service"));
    host.await("the restart is under way", () -> lines("/run/test-slow-starts") == 2);
    String daemon = host.mainPid("healing.service");

    host.sh("kill -9 " + daemon);
    host.await("systemd starts the daemon again", () -> host.runsAgain("healing.service", daemon));
    host.awaitHealing();
    host.letTimePass(Duration.ofSeconds(2));
    assertThat(lines("/run/test-slow-starts")).as(host.journal()).isEqualTo(2);
    host.sh("rm /run/test-slow-wait");
    host.await("it runs", () -> host.holds("systemctl is-active -q test-slow.service"));
    host.letTimePass(Duration.ofSeconds(2));

    assertThat(lines("/run/test-slow-starts")).as(host.journal()).isEqualTo(2);
    assertThat(host.history("restart_service"))
        .as(host.journal())
        .extracting(receipt -> receipt.path("outcome").asString())
        .contains("AMBIGUOUS");
  }

  private static List<JsonNode> started(String action) {
    return host.history(action).stream().filter(receipt -> receipt.has("startedAt")).toList();
  }

  private static int starts() {
    return lines("/run/test-starts");
  }

  private static int lines(String file) {
    return Integer.parseInt(host.sh("cat " + Path.of(file) + " | wc -l").strip());
  }
}
