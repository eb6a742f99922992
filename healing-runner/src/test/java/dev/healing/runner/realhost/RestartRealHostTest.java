package dev.healing.runner.realhost;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/**
 * Every kind of unit that a restart meets. All are there from the beginning and fail at once; each
 * test asks what came of its own.
 */
class RestartRealHostTest {
  private static final Duration PATIENCE = Duration.ofSeconds(45);

  private static final String CONFIGURATION =
      ServicesRealHostTest.CALM
          + """
          limits: {heals-per-hour: 1000, cooldown: 1s, health-floor: 0, storm: 1000, attempts: 1}
          plugins: {directory: /etc/healing/plugins}
          actions:
            restart_service:
              oneshot: on
              stops-within: 9s
              starts-within: 6s
              healthy-within: 4s
              most-others: 2
              probes:
                test-inst@a.service: {file: /run/test-inst, younger-than: 5m}
                test-timed.service: {dbus: org.freedesktop.systemd1}
                test-unhealthy.service: {command: [/bin/false, secret]}
                test-reloads.service: {command: [/usr/bin/test, -e, /run/test-reloaded]}
                test-sick.service: {command: [/usr/bin/test, -e, /run/test-restarted]}
                test-kept.service: {command: [/bin/false]}
                test-slow.service: {command: [/usr/bin/test, -e, /run/test-slow]}
                test-still.service: {command: [/bin/false]}
          """;

  private static final String SLEEPS = "[Service]\nExecStart=/bin/sleep infinity\n";
  private static final Map<String, String> UNITS = new LinkedHashMap<>();

  private static ThrowawayHost host;

  private static void unit(String name, String content) {
    UNITS.put(name, content);
  }

  static {
    unit("test-masked.service", SLEEPS);
    unit(
        "test-once.service",
        "[Service]\nType=oneshot\nExecStart=/bin/sh -c 'test -e /run/test-well'\n");
    unit(
        "test-remains.service",
        "[Service]\nType=oneshot\nRemainAfterExit=yes\n"
            + "ExecStart=/bin/sh -c 'test -e /run/test-well'\n");
    unit("test-sock.socket", "[Socket]\nListenStream=/run/test-sock.sock\n");
    unit("test-sock.service", SLEEPS);
    unit("test-conn.socket", "[Socket]\nListenStream=/run/test-conn.sock\nAccept=yes\n");
    unit("test-conn@.service", "[Service]\nStandardInput=socket\nExecStart=/bin/false\n");
    unit(
        "test-stopped.service",
        "[Service]\nRestart=always\n"
            + "ExecStart=/bin/bash -c 'trap \"exit 143\" TERM; while :; do sleep 0.1; done'\n");
    unit("test-begun.service", SLEEPS + "ExecStartPre=/bin/sleep 60\n");
    unit("test-timed.timer", "[Timer]\nOnCalendar=*-01-01\n");
    unit("test-timed.service", SLEEPS);
    unit("test-inst@.service", SLEEPS + "ExecStartPre=/usr/bin/touch /run/test-inst\n");
    unit(
        "test-limited.service",
        "[Unit]\nStartLimitBurst=2\nStartLimitIntervalSec=1h\n"
            + "[Service]\nRestart=always\nRestartSec=0\n"
            + "ExecStart=/bin/sh -c 'echo nothing to do here'\n");
    unit(
        "test-crashes.service",
        "[Unit]\nStartLimitBurst=2\nStartLimitIntervalSec=1h\n"
            + "[Service]\nRestart=always\nRestartSec=0\n"
            + "ExecStart=/bin/sh -c 'echo my disk is gone; exit 7'\n");
    unit("test-main.service", SLEEPS);
    unit(
        "test-part.service",
        "[Unit]\nPartOf=test-main.service\nAfter=test-main.service\n" + SLEEPS);
    unit(
        "test-part2.service",
        "[Unit]\nRequires=test-part.service\nAfter=test-part.service\n" + SLEEPS);
    String bound = "[Unit]\nBindsTo=test-bind.service\nAfter=test-bind.service\n";
    String wanted = "[Install]\nWantedBy=multi-user.target\n";
    unit("test-bind.service", SLEEPS);
    unit("test-bound.service", bound + SLEEPS + wanted);
    unit("test-stays.service", bound + SLEEPS + wanted);
    unit(
        "test-user.service",
        "[Unit]\nRequires=test-bound.service\nAfter=test-bound.service\n" + stopsIn(2) + wanted);
    unit("test-many.service", SLEEPS);
    for (int i = 1; i <= 3; i++) {
      unit("test-many" + i + ".service", "[Unit]\nPartOf=test-many.service\n" + SLEEPS);
    }
    unit("test-base.target", "[Unit]\nRequires=test-based.service\nWants=test-left.service\n");
    unit("test-based.service", SLEEPS);
    unit("test-left.service", SLEEPS);
    unit("test-kept.service", "[Unit]\nConditionPathExists=!/run/test-off\n" + SLEEPS);
    unit("test-refuses.service", "[Unit]\nRefuseManualStop=yes\n" + SLEEPS);
    unit("test-silent.service", "[Service]\nType=notify\nTimeoutStartSec=infinity\n" + sleeps());
    unit("test-dies.service", "[Service]\nExecStart=/bin/sh -c 'sleep 2; exit 3'\n");
    unit("test-unhealthy.service", SLEEPS);
    unit(
        "test-reloads.service",
        SLEEPS
            + "ExecReload=/bin/sh -c 'touch /run/test-reloaded;"
            + " rm /run/test-sick/test-reloads.service'\n");
    unit(
        "test-sick.service",
        SLEEPS
            + "ExecStartPre=/bin/sh -c 'test ! -e /run/test-sick/test-sick.service"
            + " || touch /run/test-restarted; rm -f /run/test-sick/test-sick.service'\n");
    unit(
        "test-slow.service",
        stopsIn(7)
            + "ExecStartPre=/bin/sh -c 'test ! -e /run/test-sick/test-slow.service"
            + " || touch /run/test-slow; rm -f /run/test-sick/test-slow.service'\n");
    unit("test-still.service", stopsIn(120));
    unit(
        "test-locked.service",
        "[Service]\nRuntimeDirectory=test-locked\nRuntimeDirectoryPreserve=yes\n"
            + "ExecStart=/bin/sh -c 'test ! -e /run/test-locked/app.lock || exit 5;"
            + " exec sleep infinity'\n");
    String shares = "[Service]\nRuntimeDirectory=test-shared\nRuntimeDirectoryPreserve=yes\n";
    unit(
        "test-shared.service",
        shares + "ExecStart=/bin/sh -c 'touch /run/test-shared/app.lock; exit 5'\n");
    unit("test-sharer.service", shares + sleeps());
    unit("test-outdated.service", "[Service]\nExecStart=/bin/false\n");
    unit("test-hopeless.service", "[Service]\nExecStart=/bin/sh -c 'echo no such luck; exit 7'\n");
  }

  /** Only its shell is asked to stop: a sleep that has just begun would be, too. */
  private static String stopsIn(int seconds) {
    return "[Service]\nTimeoutStopSec=5min\nKillMode=mixed\n"
        + "ExecStart=/bin/bash -c 'trap \"sleep %d; exit 0\" TERM; while :; do sleep 0.1; done'\n"
            .formatted(seconds);
  }

  private static String sleeps() {
    return "ExecStart=/bin/sleep infinity\n";
  }

  @BeforeAll
  static void bootAndFailAll() throws IOException {
    host = ThrowawayHost.boot("restart");
    Files.createDirectories(host.at("/etc/healing/plugins"));
    PluginsRealHostTest.writeJar(host.at("/etc/healing/plugins/sick.jar"), SaidSick.class);
    UNITS.forEach((name, content) -> host.write("/etc/systemd/system/" + name, content));
    host.sh(
        """
        chown -R root:root /etc/healing; chmod -R go-w /etc/healing
        mkdir -p /run/test-sick; systemctl daemon-reload
        systemctl start test-masked; ln -sf /dev/null /etc/systemd/system/test-masked.service
        systemctl daemon-reload
        systemctl start test-sock.socket test-conn.socket test-timed.timer
        systemctl start --no-block test-silent
        systemctl start test-sock test-timed test-inst@a test-main test-part2 \
          test-many{,1,2,3} test-dies test-unhealthy test-reloads test-sick test-locked test-sharer test-stopped test-slow test-still
        systemctl start test-base.target test-kept test-refuses
        systemctl -q enable test-bound test-stays test-user
        systemctl start test-user test-stays
        systemctl start test-once test-remains test-limited test-crashes test-outdated test-hopeless test-shared || true
        until systemctl is-failed -q test-limited && systemctl is-failed -q test-crashes; do
          sleep 0.1
        done
        echo | timeout 1 curl -s --unix-socket /run/test-conn.sock http://x/ || true
        for unit in masked sock timed inst@a main many silent dies unhealthy locked based refuses; do
          systemctl kill --kill-who=main -s KILL test-$unit || true # dead already is dead too
        done
        systemctl start --no-block test-begun
        until systemctl show -P SubState test-begun | grep -q start-pre; do sleep 0.1; done
        systemctl stop test-stopped test-left test-stays test-begun
        touch /run/test-off; sleep 4 # nobody asks whether who is just up is healthy
        touch /run/test-locked/{app.lock,data} /run/outside.lock; ln -s /run/outside.lock /run/test-locked/link.lock
        printf '[Service]\\nExecStart=/bin/sleep infinity\\n' >/etc/systemd/system/test-outdated.service
        touch -d '+1 minute' /etc/systemd/system/test-outdated.service
        touch /run/test-well /run/test-sick/test-{reloads,sick,kept,slow,still}.service
        for unit in sock.socket timed.timer part.service part2.service reloads.service; do
          systemctl show -P InvocationID test-$unit >/run/before-$unit
        done
        """);
    host.startHealing(CONFIGURATION);
    // What is bound to it is still on its way down when it is to be restarted.
    host.sh("kill -9 " + host.mainPid("test-bind.service"));
  }

  @AfterAll
  static void remove() {
    if (host != null) {
      host.close();
    }
  }

  private static boolean sameStart(String unit) {
    return host.holds(
        "test $(systemctl show -P InvocationID test-%1$s) = $(cat /run/before-%1$s)"
            .formatted(unit));
  }

  private static boolean up(String unit) {
    return host.holds("systemctl is-active -q " + unit);
  }

  /** The first receipt of an action at a unit. */
  private static JsonNode receipt(String action, String unit) {
    return host.await(
            action + " at " + unit,
            PATIENCE,
            () ->
                host.history(action).stream()
                    .filter(one -> one.path("components").path(0).asString().equals(unit))
                    .filter(one -> one.has("startedAt"))
                    .reduce((newer, older) -> older),
            Optional::isPresent)
        .orElseThrow();
  }

  private static void assertOutcome(JsonNode receipt, String outcome, String... detail) {
    assertThat(receipt.path("outcome").asString()).as("%s", receipt).isEqualTo(outcome);
    for (String words : detail) {
      assertThat(receipt.path("reason").asString()).contains(words);
    }
  }

  /** The incident, once its note says all this. */
  private static JsonNode noted(String unit, String... words) {
    return host.await(
            unit + " is left alone, and why",
            PATIENCE,
            () -> host.incident("SERVICE_FAILED", unit),
            found ->
                found
                    .filter(
                        one ->
                            java.util.Arrays.stream(words)
                                .allMatch(one.path("note").asString()::contains))
                    .isPresent())
        .orElseThrow();
  }

  @Test
  void whatIsMaskedIsRefused() {
    noted("test-masked.service", "is masked", "systemctl unmask test-masked.service");
    assertThat(up("test-masked.service")).isFalse();
  }

  @Test
  void whatSomebodyStoppedAndDidNotEndWellIsLeftDown() {
    noted("test-stopped.service", "was told to stop", "systemctl start test-stopped.service");
    assertThat(up("test-stopped.service")).isFalse();
  }

  @Test
  void whatSomebodyStoppedWhileItWasBeingStartedIsLeftDown() {
    noted("test-begun.service", "while it was being started", "systemctl start test-begun.service");
    assertThat(up("test-begun.service")).isFalse();
  }

  @Test
  void aOneshotIsWellWhenItHasRunToItsEnd() {
    assertOutcome(receipt("restart_service", "test-once.service"), "HEALED", "run to its end");
    assertOutcome(receipt("restart_service", "test-remains.service"), "HEALED", "run to its end");
    assertThat(up("test-once.service")).isFalse();
    assertThat(up("test-remains.service")).isTrue();
  }

  @Test
  void whatASocketOrTimerStartsIsRestartedAndThatIsLeftAlone() {
    JsonNode sock = receipt("restart_service", "test-sock.service");
    assertOutcome(sock, "HEALED");
    assertThat(sock.toString()).contains("left as it is, what starts it: test-sock.socket");
    assertOutcome(receipt("restart_service", "test-timed.service"), "HEALED");
    assertThat(sameStart("sock.socket")).isTrue();
    assertThat(sameStart("timed.timer")).isTrue();
  }

  @Test
  void anInstanceOfATemplateIsRestarted() {
    assertOutcome(receipt("restart_service", "test-inst@a.service"), "HEALED");
    assertThat(up("test-inst@a.service")).isTrue();
  }

  @Test
  void oneConnectionOfASocketCannotBeServedAgain() {
    String unit = host.sh("systemctl list-units --failed --plain --no-legend 'test-conn@*'");
    noted(unit.strip().split("\\s+")[0], "served one connection of test-conn.socket");
  }

  @Test
  void aStartLimitIsNotResetAndAPersonIsToldWhatItSaid() {
    noted(
        "test-limited.service",
        "systemctl reset-failed test-limited.service",
        "result start-limit-hit, exit status 0",
        "nothing to do here");
    // Its result tells of the crash, not of the limit.
    assertOutcome(
        receipt("restart_service", "test-crashes.service"),
        "FAILED",
        "systemctl reset-failed test-crashes.service");
    noted("test-crashes.service", "exit status 7", "my disk is gone");
  }

  @Test
  void whatIsRestartedAlongIsShownAndIsUpAgain() {
    JsonNode receipt = receipt("restart_service", "test-main.service");
    assertOutcome(receipt, "HEALED", "test-part.service, test-part2.service");
    assertThat(receipt.toString())
        .contains(
            "systemd restarts with it, in the order of their dependencies: test-part.service");
    assertThat(up("test-part2.service")).isTrue();
    assertThat(sameStart("part.service")).isFalse();
    assertThat(sameStart("part2.service")).isFalse();
    assertThat(
            host.sh(
                """
                for unit in main part part2; do
                  systemctl show -P ActiveEnterTimestampMonotonic test-$unit
                done | sort -n -c && echo in order
                """))
        .contains("in order");
  }

  @Test
  void whatWentDownWithItIsStartedAgainAndWhatSomebodyStoppedIsNot() {
    JsonNode receipt = receipt("restart_service", "test-bind.service");
    assertOutcome(
        receipt,
        "HEALED",
        "and test-bound.service, test-user.service; left down, although bound to it:"
            + " test-stays.service");
    assertThat(up("test-bound.service")).isTrue();
    assertThat(up("test-user.service")).isTrue();
    assertThat(up("test-stays.service")).isFalse();
  }

  @Test
  void moreAlongThanAllowedIsRefused() {
    noted("test-many.service", "3 other units that are up, more than 2");
    assertThat(up("test-many.service")).isFalse();
  }

  /** What somebody has stopped would be started with a target. */
  @Test
  void whatWouldTakeATargetWithItIsRefused() {
    noted(
        "test-based.service",
        "would restart test-base.target, which starts test-left.service, that is down");
    assertThat(up("test-left.service")).isFalse();
  }

  @Test
  void whatWouldNotComeUpAgainOrMayNotBeStoppedIsLeftAlone() {
    noted(
        "test-kept.service",
        "would not come up again",
        "ConditionPathExists=!/run/test-off, and that is not so now");
    assertThat(up("test-kept.service")).isTrue();
    noted("test-refuses.service", "RefuseManualStop");
  }

  @Test
  void aStartThatNeverEndsIsAFailureAndNoRecovery() {
    assertOutcome(
        receipt("restart_service", "test-silent.service"),
        "FAILED",
        "its restart did not end within 6 s",
        "activating");
    host.letTimePass(Duration.ofSeconds(2));
    JsonNode incident = host.incident("SERVICE_FAILED", "test-silent.service").orElseThrow();
    assertThat(incident.path("status").asString()).as("%s", incident).isEqualTo("OPEN");
  }

  /** It takes longer than a start may take, and then longer than anybody waits for. */
  @Test
  void aStopThatTakesLongIsWaitedForAndOneThatGoesOnIsNoFailure() {
    assertOutcome(receipt("restart_service", "test-slow.service"), "HEALED", "active again");
    assertOutcome(
        receipt("restart_service", "test-still.service"),
        "AMBIGUOUS",
        "test-still.service is still being stopped after 9 s (stops-within)");
    assertThat(host.sh("systemctl show -P ActiveState test-still").strip())
        .isEqualTo("deactivating");
  }

  @Test
  void whoComesUpAndDiesIsNotHealed() {
    assertOutcome(
        receipt("restart_service", "test-dies.service"), "FAILED", "did not stay", "exit-code");
  }

  @Test
  void whoIsUpAndNotHealthyIsNotHealedAndAPersonIsTold() {
    JsonNode receipt = receipt("restart_service", "test-unhealthy.service");
    assertOutcome(receipt, "FAILED", "active but not healthy: command /bin/false");
    assertThat(receipt.toString()).doesNotContain("secret");
    host.await(
        "a person is told",
        () ->
            host.sh("journalctl -u healing -o cat")
                .contains("ESCALATED service_failed test-unhealthy.service: no longer reported"));
  }

  @Test
  void whereAReloadIsEnoughNothingIsRestarted() {
    JsonNode receipt = receipt("restart_service", "test-reloads.service");
    assertOutcome(receipt, "HEALED", "healthy again after a reload");
    assertThat(receipt.toString()).contains("reload test-reloads.service, which is active but not");
    assertThat(sameStart("reloads.service")).isTrue();
    assertOutcome(receipt("restart_service", "test-sick.service"), "HEALED", "active again");
  }

  @Test
  void staleStateThatTheUnitDeclaresIsDroppedAndNothingElse() {
    assertOutcome(receipt("restart_service", "test-locked.service"), "FAILED");
    JsonNode repair = receipt("repair_service", "test-locked.service");
    assertOutcome(repair, "HEALED", "1 of 1 stale files were deleted");
    assertThat(repair.toString())
        .contains("delete /run/test-locked/app.lock, a lock file that no process has open");
    assertThat(host.sh("ls /run/test-locked; ls /run/outside.lock"))
        .isEqualTo("data\nlink.lock\n/run/outside.lock\n");
  }

  @Test
  void whatAnotherServiceDeclaresTooIsLeftAlone() {
    noted("test-shared.service", "left alone: /run/test-shared (test-sharer.service)");
    assertThat(host.holds("test -e /run/test-shared/app.lock")).isTrue();
  }

  @Test
  void aChangedUnitFileIsReadAgain() {
    JsonNode repair = receipt("repair_service", "test-outdated.service");
    assertOutcome(repair, "HEALED", "systemd read its unit files again");
    assertThat(up("test-outdated.service")).isTrue();
  }

  @Test
  void whatCannotBeRepairedGoesToAPersonWithTheEvidence() {
    assertOutcome(receipt("restart_service", "test-hopeless.service"), "FAILED");
    JsonNode incident =
        noted(
            "test-hopeless.service",
            "nothing that test-hopeless.service alone declares is stale",
            "exit status 7",
            "no such luck");
    assertThat(incident.path("status").asString()).isEqualTo("ESCALATED");
    assertThat(host.sh("journalctl -u healing -o cat"))
        .containsPattern("for a human: test-hopeless.service .*no such luck");
  }
}
