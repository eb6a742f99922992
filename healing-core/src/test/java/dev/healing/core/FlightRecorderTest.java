package dev.healing.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.api.ActionDescription;
import dev.healing.api.ActionReport;
import dev.healing.api.Detection;
import dev.healing.api.Outcome;
import dev.healing.api.Preview;
import dev.healing.api.Risk;
import dev.healing.core.journal.Intent;
import dev.healing.spi.Execution;
import dev.healing.spi.PreparedAction;
import dev.healing.testkit.FakeProcesses;
import dev.healing.testkit.HostStates;
import dev.healing.testkit.TestHost;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the host looked like before something was destroyed is in the receipt. */
class FlightRecorderTest {
  private static final String WEB = "web.service";
  private static final String[] LOG = {
    "journalctl", "--no-pager", "--quiet", "--output=short-iso", "--lines=10", "--unit=" + WEB
  };

  private final TestHost host = new TestHost();
  private final Set<String> broken = new TreeSet<>(Set.of(WEB));

  @AfterEach
  void end() {
    host.time().close();
  }

  private List<String> record() {
    return record(false);
  }

  private List<String> record(boolean urgent) {
    Intent intent =
        Given.intent("a.1", host.time().now(), Given.RESTART, WEB); // its target and component
    return new FlightRecorder(host)
        .record(intent, HostStates.now().disk("/var", 0.97).build(), urgent);
  }

  @Test
  void tellsOfDisksProcessesTheUnitAndItsLog() {
    host.processes().add(FakeProcesses.process(77, "leaky"));
    host.systemd().service(WEB).fail(WEB);
    host.commands()
        .installed("journalctl", Path.of("/usr/bin/journalctl"))
        .succeeds("2026-01-01T00:00:00+0000 h web[77]: out of luck\n", LOG);
    assertThat(record())
        .anyMatch(line -> line.startsWith("filesystem.used.fraction{/var} 0.97"))
        .anyMatch(line -> line.startsWith("process 77 leaky, uid "))
        .anyMatch(line -> line.startsWith("unit web.service: failed"))
        .anyMatch(line -> line.startsWith("log ") && line.endsWith("out of luck"));
  }

  @Test
  void saysWhatCouldNotBeRecorded() {
    host.systemd().service(WEB);
    host.commands().installed("journalctl", Path.of("/usr/bin/journalctl")).timesOut(LOG);
    assertThat(record())
        .anyMatch(line -> line.startsWith("unit web.service: active"))
        .anyMatch(line -> line.startsWith("web.service not recorded: journalctl: took too long"));
  }

  @Test
  void hundredsOfMountsDoNotCutOffWhatIsNotThereAfterwards() {
    host.processes().add(FakeProcesses.process(77, "leaky"));
    host.systemd().service(WEB).fail(WEB);
    Intent intent = Given.intent("a.1", host.time().now(), Given.RESTART, WEB);
    HostStates many = HostStates.now();
    for (int i = 0; i < 300; i++) {
      many.disk("/mnt/" + i, 0.5);
    }
    assertThat(new FlightRecorder(host).record(intent, many.build(), false))
        .hasSize(60)
        .anyMatch(line -> line.startsWith("process 77 leaky"))
        .anyMatch(line -> line.startsWith("unit web.service: failed"));
  }

  @Test
  void doesNotRepeatCommandLines() {
    host.systemd().service(WEB);
    host.commands()
        .installed("journalctl", Path.of("/usr/bin/journalctl"))
        .succeeds(
            "h sudo[1]: joe : PWD=/ ; COMMAND=/usr/bin/mysql -psecret\n"
                + "h CRON[2]: (root) CMD (curl -u a:secret http://x)\n"
                + "h systemd[1]: Started run-u1.service - /usr/bin/sh -c secret.\n"
                + "h systemd[1]: Stopping /usr/bin/sh -c secret...\n"
                + "h systemd[1]: web.service: Failed with result 'exit-code'.\n",
            LOG);
    assertThat(record())
        .anyMatch(line -> line.endsWith("COMMAND=…"))
        .anyMatch(line -> line.endsWith("CMD (…"))
        .anyMatch(line -> line.endsWith("Started run-u1.service…"))
        .anyMatch(line -> line.endsWith("Stopping …"))
        .anyMatch(line -> line.endsWith("Failed with result 'exit-code'."))
        .noneMatch(line -> line.contains("secret"));
  }

  @Test
  void waitsForNoLogWhereItIsUrgent() {
    host.systemd().service(WEB).fail(WEB);
    host.commands().installed("journalctl", Path.of("/usr/bin/journalctl")).timesOut(LOG);
    assertThat(record(true))
        .anyMatch(line -> line.startsWith("unit web.service: failed"))
        .noneMatch(line -> line.contains("not recorded"));
    assertThat(host.commands().calls()).isEmpty();
  }

  @Test
  void isBounded() {
    host.systemd().service(WEB);
    host.commands()
        .installed("journalctl", Path.of("/usr/bin/journalctl"))
        .succeeds(("x".repeat(10_000) + "\n").repeat(1_000), LOG);
    assertThat(record()).hasSizeLessThanOrEqualTo(60).allMatch(line -> line.length() <= 201);
  }

  @Test
  void isWantedForWhatCannotBeUndoneAndForWhatIsRisky() {
    assertThat(wanted(reversible(Risk.MEDIUM), false)).isFalse();
    assertThat(wanted(reversible(Risk.MEDIUM), true)).as("it ends what is up").isTrue();
    assertThat(wanted(reversible(Risk.HIGH), false)).isTrue();
    assertThat(wanted(Given.description(Given.RESTART, Risk.LOW), false)).isTrue();
  }

  private static boolean wanted(ActionDescription action, boolean destroys) {
    return FlightRecorder.wantedFor(
        action,
        new PreparedAction() {
          @Override
          public Preview preview() {
            return Given.preview(WEB);
          }

          @Override
          public boolean destroys() {
            return destroys;
          }

          @Override
          public ActionReport execute(Execution execution) {
            return ActionReport.done("done");
          }
        });
  }

  private static ActionDescription reversible(Risk risk) {
    ActionDescription given = Given.description(Given.RESTART, risk);
    return new ActionDescription(
        given.id(),
        given.summary(),
        given.treats(),
        risk,
        given.needs(),
        given.idempotent(),
        "by doing it backwards",
        given.settling(),
        given.timeLimit());
  }

  @Test
  void isTakenBeforeTheActionAndKeptInItsReceipt() {
    host.systemd().service(WEB).fail(WEB);
    HealingEngine engine =
        Given.engine(host, Map.of("interval", "1h"))
            .add(
                Given.detector(
                    "services",
                    state ->
                        Detection.of(
                            broken.stream().map(u -> Given.issue(state.at(), u)).toList())))
            .add(Given.action(Given.RESTART, Risk.LOW, execution -> mend()))
            .build();
    engine.open();
    new EngineDriver(host.time(), engine).run(Duration.ofSeconds(5));
    assertThat(new Audit(host.state()).history(1))
        .singleElement()
        .satisfies(
            receipt -> {
              assertThat(receipt.outcome()).isEqualTo(Outcome.HEALED);
              assertThat(receipt.recorded())
                  .anyMatch(l -> l.startsWith("unit web.service: failed"));
            });
  }

  private ActionReport mend() {
    broken.clear();
    host.systemd().recover(WEB);
    return ActionReport.done("mended");
  }
}
