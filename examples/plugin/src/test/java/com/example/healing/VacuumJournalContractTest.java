package com.example.healing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.api.ActionReport;
import dev.healing.api.Issue;
import dev.healing.api.IssueType;
import dev.healing.api.Preview;
import dev.healing.api.Severity;
import dev.healing.spi.ActionProvider;
import dev.healing.spi.CommandRunner.Result;
import dev.healing.spi.HostContext;
import dev.healing.spi.HostFiles.Space;
import dev.healing.testkit.ActionContract;
import dev.healing.testkit.TestHost;
import dev.healing.testkit.VirtualTime;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** The contract on a host whose journald gives back 300 MiB. */
class VacuumJournalContractTest extends ActionContract {
  private static final List<String> VACUUM = List.of("journalctl", "--vacuum-size=" + (500L << 20));

  private final TestHost host = new TestHost();

  VacuumJournalContractTest() {
    host.files().space("/", room(100L << 20));
    host.commands()
        .installed("journalctl", Path.of("/usr/bin/journalctl"))
        .on(
            command -> {
              host.files().space("/", room(400L << 20));
              return new Result(0, "", "", false, false);
            },
            VACUUM.toArray(String[]::new));
  }

  private static Space room(long freeBytes) {
    return new Space(10L << 30, freeBytes, freeBytes);
  }

  @Override
  protected ActionProvider provider() {
    return new VacuumJournal.Provider();
  }

  @Override
  protected HostContext context() {
    return host;
  }

  @Override
  protected VirtualTime time() {
    return host.time();
  }

  @Override
  protected Issue issue() {
    return Issue.of(
        host.time().now(),
        IssueType.DISK_FULL,
        Severity.HIGH,
        "/ is 99 % full",
        Map.of(),
        List.of("/"));
  }

  @Override
  protected Object worldSnapshot() {
    return host.commands().calls();
  }

  @Override
  protected void assertDone(Preview preview, ActionReport report) {
    assertThat(host.commands().calls()).containsExactly(VACUUM);
    assertThat(report.detail()).isEqualTo("300 MiB more room");
  }

  @Override
  protected void changeTheWorld() {
    host.time().reboot();
  }
}
