package dev.healing.runner.realhost;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;
import tools.jackson.databind.JsonNode;

/** Processes that eat the processor. */
@Isolated("hosts share this machine's processors, and what is too much here would be so everywhere")
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

  /** Which of them stands out would depend on what else this machine does. */
  private static final String BOTH_PREFERRED =
      "actions: {throttle_service: off, kill_process: {prefer: ['*-loop']}}\n";

  private static final String IDLE = "'while :; do sleep 1; done'";

  /** However little memory is in use, the process that is preferred is ended for it. */
  private static final String ANY_MEMORY =
      """
      limits: {health-floor: 0}
      detectors:
        memory_high: {high: 1%, critical: 100%, clear: 0%, for: 1 of 1}
        cpu_high: off
        system_slow: off
        disk_full: off
      actions:
        kill_process: {autonomy: auto, min-share: 0%, prefer: [runaway-*]}
        clear_cache: off
        free_memory: off
        throttle_service: off
      """;

  /**
   * As the rest of this machine may have memory to spare, short is what is always so; but only once
   * there is evidence, since who has refused is not asked again for half a minute.
   */
  private static final String SHORT_OF_MEMORY =
      """
      interval: 200ms
      limits: {health-floor: 0}
      samplers: {service_memory: {every: 200ms}}
      detectors:
        memory_high: {high: 1%, critical: 100%, clear: 0%, for: 40 of 40}
        cpu_high: off
        system_slow: off
        disk_full: off
      actions:
        free_memory: {target: 0%, leak-window: 5s, leak-growth: 0%}
        kill_process: off
        clear_cache: off
        throttle_service: off
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
    host.exec(
        "/bin/sh",
        "-c",
        "systemctl stop healing 'test-*.service' 'test-*.scope'; systemctl reset-failed");
  }

  @Test
  void aRunawayProcessIsEndedWhenApprovedAndAProtectedOneNever() {
    loop("protected");
    loopFirstInTheQueue("runaway");
    anotherWaitsFor("test-runaway.service");

    host.startHealing(CONFIGURATION + BOTH_PREFERRED);
    // Each look by the command line would keep the processors busy: one line of the log first.
    host.await(
        "it asks",
        Duration.ofSeconds(60),
        () ->
            host.holds(
                "journalctl _SYSTEMD_INVOCATION_ID=$(systemctl show -P InvocationID healing)"
                    + " | grep -q 'approve .* to '"),
        asked -> asked);
    JsonNode waiting =
        host.await(
                "ending a process waits for approval",
                Duration.ofSeconds(60),
                () -> host.incident("CPU_HIGH", "cpu"),
                found -> found.filter(i -> i.path("awaitsConfirmation").asBoolean()).isPresent())
            .orElseThrow();
    assertThat(active("runaway")).as("ended without approval%s", host.journal()).isTrue();

    String runaway = host.mainPid("test-runaway.service");
    String protectedPid = host.mainPid("test-protected.service");
    // What else this machine does may keep the processors busy: then it is done, but not healed.
    host.exec("healing", "approve", waiting.path("incident").asString());

    assertThat(host.runsAgain("test-runaway.service", runaway))
        .as("its service is restarted%s", host.journal())
        .isTrue();
    assertThat(host.mainPid("test-protected.service")).as(host.journal()).isEqualTo(protectedPid);
    assertThat(host.history("kill_process"))
        .as(host.journal())
        .isNotEmpty()
        .extracting(receipt -> receipt.path("target").asString())
        .containsOnly("test-runaway.service");
  }

  @Test
  void aProcessOfNoServiceIsEndedItself() {
    String pid = idleInScope("test-runaway");

    host.startHealing(ANY_MEMORY);

    host.await("it is gone", Duration.ofSeconds(60), () -> host.holds("kill -0 " + pid), up -> !up);
    host.await("it is in the history", () -> !host.history("kill_process").isEmpty());
    assertThat(host.history("kill_process"))
        .as(host.journal())
        .extracting(receipt -> receipt.path("target").asString())
        .contains("runaway-loop:" + pid);
  }

  @Test
  void whatIsInAProtectedScopeOrSliceIsLeftAlone() {
    String inScope = idleInScope("test-spared");
    host.sh(
        "systemd-run -q --slice=spared --unit=test-inslice /usr/local/bin/runaway-loop -c " + IDLE);
    String inSlice = host.mainPid("test-inslice.service");

    host.startHealing(ANY_MEMORY + "protect: {units: [test-spared.scope, spared.slice]}\n");
    host.await("it is seen", () -> host.incident("MEMORY_HIGH", "memory").isPresent());
    host.letTimePass(Duration.ofSeconds(5));

    assertThat(host.holds("kill -0 " + inScope + " " + inSlice)).as(host.journal()).isTrue();
    assertThat(host.mainPid("test-inslice.service")).isEqualTo(inSlice);
  }

  /** A group beside systemd's and a name space of its own, as Docker with cgroupfs makes them. */
  @Test
  void aContainerThatIsNoUnitIsAskedToEndAndNeverKilled() {
    host.write("/root/main.pl", "$SIG{TERM} = 'IGNORE'; sleep 1 while 1;");
    host.sh(
        """
        cp $(readlink -f /usr/bin/perl) /usr/local/bin/runaway-main
        for tree in systemd unified; do
          mkdir -p /sys/fs/cgroup/$tree/docker/0123456789ab 2>/dev/null
          echo $$ 2>/dev/null >/sys/fs/cgroup/$tree/docker/0123456789ab/cgroup.procs
        done
        setsid unshare --pid --fork /usr/local/bin/runaway-main /root/main.pl \
          </dev/null >/dev/null 2>&1 &
        """);
    host.await("it runs", () -> host.holds("pgrep -x runaway-main"));

    host.startHealing(ANY_MEMORY.replace("min-share", "patience: 1s, min-share"));
    JsonNode receipt =
        host.await(
                "it is asked to end",
                Duration.ofSeconds(60),
                () ->
                    host.history("kill_process").stream()
                        .filter(r -> r.has("finishedAt"))
                        .findFirst(),
                Optional::isPresent)
            .orElseThrow();
    assertThat(receipt.path("reason").asString())
        .contains("runaway-main", "it is not killed, since it is part of a container");
    assertThat(host.holds("pgrep -x runaway-main")).as(host.journal()).isTrue();
    host.sh("systemctl stop healing; kill -9 $(pgrep -x runaway-main)");
  }

  /**
   * On a host without the cpu controller systemd takes a quota all the same, and it does nothing.
   */
  @Test
  void aRunawayServiceIsThrottledOrTheThrottleIsTakenAwayAgain() {
    loopFirstInTheQueue("runaway");
    anotherWaitsFor("test-runaway.service");
    host.letTimePass(Duration.ofSeconds(10)); // who was just started is no cause

    host.startHealing(
        CONFIGURATION + "actions: {kill_process: off, throttle_service: {cpu: 10%}}\n");
    JsonNode receipt =
        host.await(
                "it is throttled",
                Duration.ofSeconds(120),
                () ->
                    host.history("throttle_service").stream()
                        .filter(r -> r.has("startedAt"))
                        .findFirst(),
                Optional::isPresent)
            .orElseThrow();

    String quota = host.sh("systemctl show -P CPUQuotaPerSecUSec test-runaway.service").strip();
    String remembered = host.sh("cat /var/lib/healing/throttles.json");
    assertThat(receipt.path("target").asString()).isEqualTo("test-runaway.service");
    if (receipt.path("outcome").asString().equals("FAILED")) {
      assertThat(receipt.path("reason").asString())
          .contains("with CPUQuota=")
          .contains("taken away");
      assertThat(quota).isEqualTo("infinity");
      assertThat(remembered).doesNotContain("test-runaway");
    } else {
      assertThat(quota).isNotEqualTo("infinity");
      assertThat(remembered).contains("test-runaway.service");
    }
  }

  /**
   * A throttle that holds: who is throttled rests as soon as there is a quota. Its name has what
   * systemd writes in another way in names of units, on its bus, and in files.
   */
  @Test
  void aThrottleIsGivenBackAlsoWhereHealingIsNotThereAnyMore() {
    String unit = "test-tame\\x2dd@1.service";
    String quota = "systemctl show -P CPUQuotaPerSecUSec '" + unit + "'";
    String timers = "systemctl list-units --all --plain --no-legend 'healing-throttle-*'";
    host.write(
        "/usr/local/bin/tame",
        """
        echo -10 2>/dev/null >/proc/self/autogroup
        until compgen -G '/run/systemd/*/test-tame*.d/*Quota*' >/dev/null; do :; done
        exec sleep infinity
        """);
    String again = "rm -rf /run/systemd/system.control/test-tame*; systemctl daemon-reload;";
    host.write(
        "/etc/systemd/system/" + unit,
        "[Service]\nNice=-10\nExecStart=/bin/bash /usr/local/bin/tame\n");
    host.sh("systemctl daemon-reload; systemctl start '" + unit + "'");
    anotherWaitsFor("'" + unit + "'");
    host.letTimePass(Duration.ofSeconds(10)); // who was just started is no cause

    String actions = "actions: {kill_process: off, throttle_service: {cpu: 10%}}\n";
    host.startHealing(
        CONFIGURATION.replace("detectors:", "detectors:\n  throttled_calm: {at-most: 10s}")
            + actions);
    host.await(
        "it is throttled",
        Duration.ofSeconds(120),
        () -> host.sh(timers),
        all -> all.contains(".timer"));
    host.await(
        "it is lifted",
        Duration.ofSeconds(60),
        () -> host.history("lift_throttle"),
        found -> found.stream().anyMatch(r -> r.has("outcome")));
    assertThat(host.history("lift_throttle").get(0).path("outcome").asString())
        .as(host.journal())
        .isEqualTo("HEALED");
    assertThat(host.sh(quota)).isEqualTo("infinity\n");
    assertThat(host.sh(timers)).as("it is not needed any more").isEmpty();

    host.sh("systemctl stop healing; " + again + "systemctl restart '" + unit + "'");
    anotherWaitsFor("'" + unit + "'");
    host.letTimePass(Duration.ofSeconds(10));
    host.startHealing(CONFIGURATION + actions);
    host.await(
        "it is throttled",
        Duration.ofSeconds(120),
        () -> host.history("throttle_service"), // others may keep the processors busy all the same
        found -> found.stream().anyMatch(r -> r.has("outcome")));
    assertThat(host.sh(quota)).isNotEqualTo("infinity\n");
    assertThat(
            host.sh(
                "systemctl show -P NextElapseUSecMonotonic 'healing-throttle-cpu-quota-test-tame*.timer'"))
        .containsPattern("[1-9]");

    // Units are read again, as with every installation of a package; nothing of ours is left.
    host.sh("systemctl daemon-reload; systemctl stop healing; rm -r /var/lib/healing");
    assertThat(host.sh(quota)).as("that it is stopped changes nothing").isNotEqualTo("infinity\n");
    host.sh("/usr/lib/healing/install --remove");
    try {
      assertThat(host.sh(quota)).isEqualTo("infinity\n");
      assertThat(host.sh(timers)).isEmpty();
    } finally {
      host.install(); // for the other tests
      host.sh("systemctl daemon-reload");
    }
  }

  /** Nobody is held back for nothing: on the processor that this one has, another one waits. */
  private static void anotherWaitsFor(String unit) {
    host.sh("taskset -apc 0 " + host.mainPid(unit));
    host.sh(
        """
        systemctl is-active -q test-waits || systemd-run -q --unit=test-waits -p Nice=19 \
          -p CPUAffinity=0 /bin/sh -c 'echo 19 2>/dev/null >/proc/self/autogroup; while :; do :; done'
        """);
  }

  /** However slow this machine is, one grows and the other does not. */
  @Test
  void theServiceThatLeaksIsRestartedAndALargerOneThatDoesNotIsLeftAlone() {
    hoards("large", 300, 300);
    hoards("leaky", 40, 3000);
    String large = host.mainPid("test-large.service");
    String leaky = host.mainPid("test-leaky.service");

    host.startHealing(SHORT_OF_MEMORY);
    host.await(
        "the leaky one is restarted",
        Duration.ofSeconds(60),
        () -> host.runsAgain("test-leaky.service", leaky),
        again -> again);

    host.await("it is in the history", () -> !host.history("free_memory").isEmpty());
    JsonNode receipt = host.history("free_memory").get(0);
    assertThat(receipt.path("target").asString()).isEqualTo("test-leaky.service");
    assertThat(host.exec("healing", "explain", receipt.path("incident").asString()).out())
        .containsPattern("leaks:\\s+it\\s+grew\\s+by\\s+[0-9.]+\\s+.iB\\s+a\\s+second");
    assertThat(host.mainPid("test-large.service")).as(host.journal()).isEqualTo(large);
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

  /** Begins with so many megabytes and takes ten more each second, up to so many. */
  private static void hoards(String name, int from, int to) {
    host.unit(
        "test-" + name + ".service",
        """
        [Service]
        ExecStart=/usr/bin/perl -e 'push @a, "x" x (1000000 + @a) while @a < %d; \
          while (@a < %d) { push @a, "x" x (1000000 + @a); select undef, undef, undef, 0.1 } sleep 600'
        """
            .formatted(from, to));
  }

  private static void loop(String name) {
    host.sh(
        "systemd-run -q --unit=test-"
            + name
            + " /usr/local/bin/"
            + name
            + "-loop -c 'while :; do :; done'");
  }

  /** Starts what only sleeps in a scope; its number. */
  private static String idleInScope(String scope) {
    host.sh(
        "nohup systemd-run -q --scope --unit="
            + scope
            + " /usr/local/bin/runaway-loop -c "
            + IDLE
            + " </dev/null >/dev/null 2>&1 &");
    host.await(
        "it runs",
        () -> host.holds("systemctl is-active -q " + scope + ".scope && pgrep -x runaway-loop"));
    return host.sh("pgrep -x runaway-loop").strip();
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
