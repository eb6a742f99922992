package dev.healing.optimizer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.api.ActionId;
import dev.healing.api.Globs;
import dev.healing.api.HostState;
import dev.healing.api.IssueType;
import dev.healing.api.Metric;
import dev.healing.api.Opportunity;
import dev.healing.api.OptimizationType;
import dev.healing.api.Outcome;
import dev.healing.api.OwnAction;
import dev.healing.api.UnitState;
import dev.healing.spi.HostProcesses.ProcessState;
import dev.healing.spi.HostProcesses.Ref;
import dev.healing.testkit.HostStates;
import dev.healing.testkit.TestHost;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Services, processes and the network: what was observed, and what is concluded from it. */
class TuningFindersTest {
  private static final String WEB = "web.service";

  private TestHost host;
  private final List<OwnAction> own = new ArrayList<>();

  @BeforeEach
  void host(@TempDir Path root) {
    host = new TestHost(root);
    host.time().advance(Duration.ofMinutes(2));
  }

  private HostState now() {
    HostStates now = HostStates.at(host.time().now());
    own.forEach(now::own);
    return now.build();
  }

  private void healed(IssueType type, String unit, Duration ago, Outcome outcome) {
    Instant at = host.time().now().minus(ago);
    own.add(
        new OwnAction(
            type,
            ActionId.RESTART_SERVICE,
            unit,
            new TreeSet<>(Set.of(unit)),
            at.minusSeconds(20),
            at.minusSeconds(10),
            Optional.of(at),
            Optional.of(outcome)));
  }

  @Nested
  class Services {
    @BeforeEach
    void web() {
      host.systemd().service(WEB).property(WEB, "Restart", "no").property(WEB, "Type", "notify");
    }

    private List<Opportunity> restart() {
      return new RestartFinder(host, 3).look(now()).opportunities();
    }

    @Test
    void thatWereHealedByARestartAgainAndAgainAreToBeRestartedBySystemd() {
      healed(IssueType.SERVICE_FAILED, WEB, Duration.ofDays(3), Outcome.HEALED);
      healed(IssueType.SERVICE_FAILED, WEB, Duration.ofDays(2), Outcome.HEALED);
      healed(IssueType.SERVICE_FAILED, WEB, Duration.ofDays(40), Outcome.HEALED);
      healed(IssueType.SERVICE_FAILED, WEB, Duration.ofDays(1), Outcome.UNCHANGED);
      assertThat(restart()).isEmpty();

      healed(IssueType.SERVICE_FAILED, WEB, Duration.ofDays(1), Outcome.HEALED);
      Opportunity found = restart().get(0);

      assertThat(found.type()).isEqualTo(OptimizationType.SERVICE_TUNING);
      assertThat(found.action()).isEmpty();
      assertThat(found.safeToAutomate()).isFalse();
      assertThat(found.score()).isGreaterThanOrEqualTo(3);
      assertThat(found.issue().description())
          .as("the end of an attempt is no end of a downtime: it is watched meanwhile")
          .isEqualTo(
              "web.service failed and was healed by a restart 3 times in 30 days; Restart=no");
      assertThat(found.advice().orElseThrow().path())
          .isEqualTo("/etc/systemd/system/web.service.d/50-healing-restart.conf");
      assertThat(found.advice().orElseThrow().then()).startsWith("Then ");
      host.files().write(found.advice().orElseThrow().path(), "[Service]\nRestart=always\n");
      assertThat(restart().get(0).advice().orElseThrow().then())
          .startsWith("There is such a file already, which this replaces. Then ");
      assertThat(found.advice().orElseThrow().text())
          .contains("[Service]\nRestart=on-failure\nRestartSec=5s\n");
      assertThat(found.estimate().orElseThrow().estimated()).hasValue(-3);
    }

    @Test
    void onNixosItIsAnOption() {
      host.files().write("/etc/NIXOS", "");
      for (int i = 0; i < 3; i++) {
        healed(IssueType.SERVICE_FAILED, WEB, Duration.ofDays(i), Outcome.HEALED);
      }
      assertThat(restart().get(0).advice().orElseThrow().text())
          .contains(
              "systemd.services.\"web\".serviceConfig = {\n  Restart = \"on-failure\";\n"
                  + "  RestartSec = \"5s\";\n};");
    }

    @Test
    void anEscapedNameIsEscapedForNixAsWell() {
      host.files().write("/etc/NIXOS", "");
      assertThat(
              new UnitSettings(
                      "a\\x2db.service", "Service", Map.of("Environment", "\"A=${B}\""), "")
                  .advice(host.files())
                  .text())
          .contains("systemd.services.\"a\\\\x2db\".serviceConfig")
          .contains("Environment = \"\\\"A=\\${B}\\\"\";");
    }

    @Test
    void notThoseThatSystemdRestartsNorAOneshot() {
      for (int i = 0; i < 3; i++) {
        healed(IssueType.SERVICE_FAILED, WEB, Duration.ofDays(i), Outcome.HEALED);
      }
      host.systemd().property(WEB, "Restart", "always");
      assertThat(restart()).isEmpty();
      host.systemd().property(WEB, "Restart", "no").property(WEB, "Type", "oneshot");
      assertThat(restart()).isEmpty();
    }

    private List<Opportunity> order(Duration databaseUpAgo, String after) {
      host.systemd()
          .property(WEB, "Wants", "db.service")
          .property(WEB, "After", after)
          .unit(
              new UnitState(
                  "db.service",
                  "loaded",
                  "active",
                  "running",
                  "success",
                  "notify",
                  OptionalLong.empty(),
                  "0123456789abcdef0123456789abcdef",
                  Optional.of(host.time().now().minus(databaseUpAgo)),
                  Set.of()));
      return new OrderFinder(host).look(now()).opportunities();
    }

    @Test
    void thatFailedAtBootBeforeWhatTheyNeedWasUpAreToWaitForIt() {
      // Failed 20 s before it was healed; the database came up in between.
      healed(IssueType.SERVICE_FAILED, WEB, Duration.ofSeconds(60), Outcome.HEALED);

      assertThat(order(Duration.ofSeconds(90), "")).isEmpty(); // up before the failure
      assertThat(order(Duration.ofSeconds(70), "network.target db.service")).isEmpty();
      Opportunity found = order(Duration.ofSeconds(70), "network.target").get(0);

      assertThat(found.advice().orElseThrow().text()).contains("[Unit]\nAfter=db.service\n");
      assertThat(found.advice().orElseThrow().path()).contains("web.service.d/");
      assertThat(found.score()).isGreaterThanOrEqualTo(3);
    }

    @Test
    void thatFailedLongAfterBootAreNotAboutTheOrder() {
      host.time().advance(Duration.ofHours(1));
      healed(IssueType.SERVICE_FAILED, WEB, Duration.ofSeconds(60), Outcome.HEALED);
      assertThat(order(Duration.ofSeconds(70), "")).isEmpty();
    }

    private List<Opportunity> memory() {
      return new MemoryLimitFinder(host).look(now()).opportunities();
    }

    @Test
    void thatTookTheMemoryAgainAndAgainAreToBeHeldBack() {
      host.files()
          .write("/proc/meminfo", "MemTotal:        8000000 kB\nMemFree: 1 kB\n")
          .write("/sys/fs/cgroup/system.slice/web.service/memory.peak", "2147483648\n");
      host.systemd()
          .property(WEB, "ControlGroup", "/system.slice/web.service")
          .property(WEB, "MemoryHigh", "infinity");
      healed(IssueType.MEMORY_HIGH, WEB, Duration.ofDays(1), Outcome.HEALED);
      assertThat(memory()).isEmpty();
      healed(IssueType.MEMORY_HIGH, WEB, Duration.ofDays(2), Outcome.HEALED);

      assertThat(memory().get(0).advice().orElseThrow().text()).contains("MemoryHigh=1638M\n");

      host.systemd().property(WEB, "MemoryHigh", "1000000000");
      assertThat(memory()).isEmpty();
    }
  }

  @Nested
  class Processes {
    private static final String BACKUP = "backup.service";

    private void process(int pid, String unit, Duration cpu) {
      host.processes().remove(pid);
      host.processes()
          .add(
              new ProcessState(
                  new Ref(pid, 1),
                  1,
                  "p" + pid,
                  0,
                  'R',
                  cpu,
                  1 << 20,
                  0,
                  OptionalInt.empty(),
                  List.of("system.slice", unit),
                  false));
    }

    private HostState waiting(double fraction) {
      return HostStates.at(host.time().now())
          .sample(Metric.of(Metric.PRESSURE_SOME, "cpu"), fraction)
          .build();
    }

    private List<Opportunity> afterAMinute(ProcessFinder finder, double waiting) {
      process(100, BACKUP, Duration.ofSeconds(10));
      process(200, WEB, Duration.ofSeconds(10));
      assertThat(finder.look(waiting(waiting)).opportunities()).isEmpty();
      host.time().advance(Duration.ofMinutes(1));
      process(100, BACKUP, Duration.ofSeconds(64));
      process(200, WEB, Duration.ofSeconds(16));
      return finder.look(waiting(waiting)).opportunities();
    }

    @BeforeEach
    void units() {
      host.systemd().service(BACKUP).service(WEB);
      waits(BACKUP, "90.00");
      waits(WEB, "40.00");
    }

    private void waits(String unit, String percent) {
      host.files()
          .write(
              "/sys/fs/cgroup/system.slice/" + unit + "/cpu.pressure",
              "some avg10=" + percent + " avg60=1.00 avg300=1.00 total=1\n");
    }

    @Test
    void whatATimerStartedAndTakesWhatOthersWaitForIsHeldBack() {
      host.systemd().property(BACKUP, "TriggeredBy", "backup.timer");
      ProcessFinder finder = new ProcessFinder(host, 0.2, Globs.of(List.of()));

      Opportunity found = afterAMinute(finder, 0.5).get(0);

      assertThat(found.action()).contains(ActionId.THROTTLE_SERVICE);
      assertThat(found.issue().type()).isEqualTo(IssueType.PROCESSOR_CONTENDED);
      assertThat(found.issue().components()).containsExactly(BACKUP);
      assertThat(found.issue().description()).contains("takes 0.90 of them, 90 %");
      assertThat(found.estimate().orElseThrow().estimated()).hasValue(-0.4 * 0.9);
      assertThat(found.safeToAutomate()).isTrue();
      assertThat(finder.look(waiting(0.1)).judged()).containsExactly(BACKUP);
    }

    /** Held back, it waits all the more itself, and so somebody on the host as well. */
    @Test
    void whatIsMeasuredIsHowLongOthersWait() {
      host.systemd().property(BACKUP, "TriggeredBy", "backup.timer");
      ProcessFinder finder = new ProcessFinder(host, 0.2, Globs.of(List.of()));
      assertThat(afterAMinute(finder, 0.5)).hasSize(1);

      waits(BACKUP, "99.00");
      waits(WEB, "10.00");
      Finder.Findings held = finder.look(waiting(0.9));

      assertThat(held.opportunities()).isEmpty();
      assertThat(held.judged()).containsExactly(BACKUP);
      assertThat(held.measured())
          .containsExactly(Map.entry("others.waiting.fraction{backup.service}", 0.1));
      assertThat(finder.look(waiting(0.1)).measured()).isEqualTo(held.measured());
    }

    @Test
    void whatServesIsNot() {
      assertThat(afterAMinute(new ProcessFinder(host, 0.2, Globs.of(List.of())), 0.5)).isEmpty();
    }

    @Test
    void whatTheConfigurationNamesIs() {
      assertThat(afterAMinute(new ProcessFinder(host, 0.2, Globs.of(List.of("backup*"))), 0.5))
          .hasSize(1);
    }

    @Test
    void nobodyIsLookedAtWhileNobodyWaits() {
      ProcessFinder finder = new ProcessFinder(host, 0.2, Globs.of(List.of("*")));
      assertThat(afterAMinute(finder, 0.19)).isEmpty();
    }
  }

  @Nested
  class Network {
    private NetworkFinder finder;

    @BeforeEach
    void finder() {
      finder = new NetworkFinder(host, false);
      host.files()
          .write("/proc/sys/net/core/somaxconn", "128\n")
          .write("/proc/sys/net/core/rmem_default", "212992\n")
          .write("/proc/sys/net/core/netdev_max_backlog", "1000\n")
          .write("/proc/sys/net/ipv4/tcp_max_tw_buckets", "4096\n");
    }

    private void counters(long overflows, long timeWait, long udp, String softnet) {
      host.files()
          .write(
              "/proc/net/netstat",
              "TcpExt: SyncookiesSent ListenOverflows TCPTimeWaitOverflow\n"
                  + ("TcpExt: 0 " + overflows + " " + timeWait + "\n")
                  + "IpExt: InNoRoutes\nIpExt: 0\n")
          .write(
              "/proc/net/snmp",
              "Udp: InDatagrams NoPorts InErrors OutDatagrams RcvbufErrors\nUdp: 1 2 3 4 "
                  + udp
                  + "\n")
          .write("/proc/net/softnet_stat", "0001d5b8 " + softnet + " 00000000\n");
    }

    private List<Opportunity> after(Duration duration) {
      host.time().advance(duration);
      return finder.look(now()).opportunities();
    }

    @Test
    void nothingWithoutACounterThatGrows() {
      counters(5_000, 5_000, 5_000, "00001388");
      assertThat(after(Duration.ZERO)).isEmpty();
      assertThat(after(Duration.ofMinutes(5))).isEmpty();
    }

    @Test
    void whatHoldsAtOnceIsForTheActionAndOnlyByItselfIfTheOperatorSaysSo() {
      counters(0, 100, 0, "00000000");
      after(Duration.ZERO);
      counters(0, 700, 0, "00000000");
      Opportunity found = after(Duration.ofMinutes(5)).get(0);

      assertThat(found.action()).contains(ActionId.TUNE_NETWORK);
      assertThat(found.issue().components()).containsExactly("net.ipv4.tcp_max_tw_buckets");
      assertThat(found.issue().description()).contains("120 closed connections", "is 4096");
      assertThat(found.estimate().orElseThrow().estimated()).hasValue(-120);
      assertThat(found.safeToAutomate()).isFalse();

      finder = new NetworkFinder(host, true);
      after(Duration.ZERO);
      counters(0, 1_400, 0, "00000000");
      assertThat(after(Duration.ofMinutes(5)).get(0).safeToAutomate()).isTrue();
    }

    @Test
    void whatHoldsForNewSocketsOnlyIsAdvice() {
      listeners("LISTEN 129 128 0.0.0.0:80 0.0.0.0:*\n");
      counters(0, 0, 0, "00000000");
      after(Duration.ZERO);
      counters(600, 0, 300, "00000000");
      List<Opportunity> found = after(Duration.ofMinutes(5));

      assertThat(found).hasSize(2);
      assertThat(found).allSatisfy(o -> assertThat(o.action()).isEmpty());
      assertThat(found.get(0).advice().orElseThrow().text()).contains("net.core.somaxconn = 256\n");
      assertThat(found.get(1).advice().orElseThrow().text())
          .contains("net.core.rmem_default = 425984\n");
    }

    private void listeners(String told) {
      host.commands().succeeds(told, "ss", "-H", "-l", "-t", "-n");
    }

    @Test
    void aListenerThatAskedForLessItselfIsNoReasonToRaiseTheLimit() {
      listeners("LISTEN 0 128 0.0.0.0:22 0.0.0.0:*\nLISTEN 6 5 127.0.0.1:8000 0.0.0.0:*\n");
      counters(0, 0, 0, "00000000");
      after(Duration.ZERO);
      counters(600, 0, 0, "00000000");
      assertThat(after(Duration.ofMinutes(5))).as("the full one has 5, not 128").isEmpty();
      listeners("LISTEN 129 128 0.0.0.0:80 0.0.0.0:*\nLISTEN 6 5 127.0.0.1:8000 0.0.0.0:*\n");
      assertThat(after(Duration.ZERO)).hasSize(1);
      listeners("LISTEN 0 128 0.0.0.0:80 0.0.0.0:*\nLISTEN 0 5 127.0.0.1:8000 0.0.0.0:*\n");
      assertThat(after(Duration.ZERO)).as("which it was is over").hasSize(1);
      listeners("LISTEN 0 128 0.0.0.0:80 0.0.0.0:*\nLISTEN 0 0 127.0.0.1:8000 0.0.0.0:*\n");
      assertThat(after(Duration.ZERO)).as("where nobody waits nothing is full").hasSize(1);
      listeners("LISTEN 0 100 0.0.0.0:80 0.0.0.0:*\n");
      assertThat(after(Duration.ZERO)).isEmpty();
    }

    /** As sysctl.d(5): by name over all directories, and what comes later wins. */
    private Opportunity.Advice advice() {
      return new SysctlSetting("net.core.somaxconn", 256, 128, "20 refused in a minute")
          .advice(host.files(), "restart the listener");
    }

    @Test
    void whereNothingElseSetsItLaterItIsAFileOfOurs() {
      host.files()
          .write("/usr/lib/sysctl.d/50-default.conf", "net.core.somaxconn = 128\n")
          .write("/usr/lib/sysctl.d/99-other.conf", "net.core.somaxconn.not = 1\n")
          .write("/etc/sysctl.d/README.sysctl", "net.core.somaxconn = 1\n");
      assertThat(advice())
          .isEqualTo(
              new Opportunity.Advice(
                  "/etc/sysctl.d/90-healing.conf",
                  "# 20 refused in a minute.\nnet.core.somaxconn = 256\n",
                  "Then 'systemctl restart systemd-sysctl'; restart the listener. To undo it, set"
                      + " 128 again."));
    }

    @Test
    void whereAPackageSetsItLaterItIsAFileThatIsReadAfterThat() {
      host.files()
          .write("/etc/sysctl.d/10-own.conf", "net.core.somaxconn = 64\n")
          .write("/usr/lib/sysctl.d/99-vendor.conf", "-net/core/somaxconn=128\n");
      String path = advice().path();
      assertThat(path).isEqualTo("/etc/sysctl.d/99-vendor.healing.conf");
      assertThat(path.substring(path.lastIndexOf('/') + 1)).isGreaterThan("99-vendor.conf");
    }

    @Test
    void whereTheOperatorSetsItItIsThatLine() {
      host.files()
          .write(
              "/etc/sysctl.d/20-own.conf",
              "# ours\nnet.core.somaxconn = 64\n; net.core.somaxconn = 1\n"
                  + "net.core.somaxconn = 128\n# net.core.somaxconn = 2\n")
          .write("/run/sysctl.d/10-run.conf", "net.core.somaxconn = 32\n")
          .write("/usr/lib/sysctl.d/20-own.conf", "net.core.somaxconn = 99\n");
      assertThat(advice().path()).isEqualTo("/etc/sysctl.d/20-own.conf");
      assertThat(advice().text())
          .isEqualTo(
              "# 20 refused in a minute.\n"
                  + "# In the place of line 4, which sets it: net.core.somaxconn = 128\n"
                  + "net.core.somaxconn = 256\n");
    }

    @Test
    void aFileOfEtcHidesThatOfItsNameAndALinkIsCalledByWhatItLeadsTo(@TempDir Path root)
        throws IOException {
      host = new TestHost(root);
      host.files()
          .write("/etc/sysctl.conf", "\nnet.core.somaxconn=128\n")
          .write("/usr/lib/sysctl.d/99-vendor.conf", "net.core.somaxconn = 1\n")
          .write("/etc/sysctl.d/99-vendor.conf", "");
      assertThat(advice().path()).isEqualTo("/etc/sysctl.d/90-healing.conf");
      Files.createSymbolicLink(
          host.files().path("/etc/sysctl.d/99-sysctl.conf"), Path.of("../sysctl.conf"));
      assertThat(advice().path()).isEqualTo("/etc/sysctl.conf");
      assertThat(advice().text()).contains("line 2, which sets it: net.core.somaxconn=128\n");
    }

    @Test
    void onNixosItIsAnOption() {
      host.files().write("/etc/NIXOS", "");
      assertThat(advice().path()).contains("configuration.nix");
      assertThat(advice().text())
          .isEqualTo(
              "# 20 refused in a minute.\nboot.kernel.sysctl.\"net.core.somaxconn\" = 256;\n");
    }

    @Test
    void packetsDroppedByTheKernelsQueue() {
      counters(0, 0, 0, "00000001");
      after(Duration.ZERO);
      counters(0, 0, 0, "00000400");
      assertThat(after(Duration.ofMinutes(5)).get(0).issue().components())
          .containsExactly("net.core.netdev_max_backlog");
    }

    @Test
    void aCounterThatWasResetProvesNothing() {
      counters(9_000, 0, 0, "00000000");
      after(Duration.ZERO);
      counters(50, 0, 0, "00000000");
      assertThat(after(Duration.ofMinutes(5))).isEmpty();
      assertThat(finder.look(now()).measured().keySet()).noneMatch(m -> m.contains("somaxconn"));
    }
  }
}
