package dev.healing.actions.nixos.processes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.healing.actions.nixos.RealHost;
import dev.healing.actions.nixos.Temporary;
import dev.healing.api.ActionReport;
import dev.healing.api.ActionReport.Result;
import dev.healing.api.IssueType;
import dev.healing.api.RefusedException;
import dev.healing.spi.HostProcesses;
import dev.healing.spi.HostProcesses.Held;
import dev.healing.spi.HostProcesses.Ref;
import dev.healing.spi.PreparedAction;
import dev.healing.testkit.HostStates;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Real processes, with names of their own that are preferred: on a busy machine nobody else is
 * chosen.
 */
@Timeout(60)
class KillRealProcessTest {
  private static final int TERMINATED = 128 + 15;
  private static final int KILLED = 128 + 9;
  private static final String LOOP = "while :; do :; done";
  private static final String BALLAST = "x=$(head -c 20000000 /dev/zero | tr '\\0' x); ";
  private static final Map<String, Object> SECTION =
      Map.of("prefer", List.of("hlp-*"), "min-share", "0%", "patience", "1s");

  private final Path directory = Temporary.directory();
  private final List<Process> started = new ArrayList<>();
  private RealHost host = new RealHost(SECTION);

  @AfterEach
  void end() throws Exception {
    for (Process process : started) {
      process.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
    }
    host.close();
  }

  /** Runs the script under this name, and waits for what it first says. */
  private Process start(String name, String script) throws IOException {
    Path program = directory.resolve(name);
    Files.copy(Path.of("/bin/bash"), program);
    Process process =
        new ProcessBuilder(program.toString(), "-c", script + "echo ready; " + LOOP).start();
    started.add(process);
    BufferedReader out =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    assertThat(out.readLine()).isEqualTo("ready");
    return process;
  }

  private PreparedAction prepare(IssueType type) {
    return new KillProcess.Provider()
        .create(host.context())
        .prepare(host.issue(type, "memory"), HostStates.now().build());
  }

  private static String target(String name, Process process) {
    return name + ":" + process.pid();
  }

  private void assertOutOfReach(Process process) {
    HostProcesses processes = host.context().processes();
    Ref ref = processes.find(process.pid()).orElseThrow().ref();
    Held held = processes.hold(ref).orElseThrow();
    assertThatThrownBy(held::terminate).isInstanceOf(RefusedException.class);
    assertThatThrownBy(held::kill).isInstanceOf(RefusedException.class);
    assertThat(process.isAlive()).isTrue();
  }

  @Test
  void busyLoopIsAskedToEnd() throws Exception {
    Process loop = start("hlp-busy", "");
    // How much of a shared processor it gets is not ours to say.
    PreparedAction prepared = prepare(IssueType.MEMORY_HIGH);
    assertThat(prepared.preview().target()).isEqualTo(target("hlp-busy", loop));
    ActionReport report = prepared.execute(host.execution());
    assertThat(report.result()).as(report.detail()).isEqualTo(Result.DONE);
    assertThat(report.detail()).contains("ended when asked to");
    assertThat(loop.waitFor()).isEqualTo(TERMINATED);
  }

  @Test
  void whoIgnoresTheRequestIsKilledAfterPatience() throws Exception {
    Process stubborn = start("hlp-stubborn", "trap '' TERM; ");
    long start = System.nanoTime();
    ActionReport report = prepare(IssueType.MEMORY_HIGH).execute(host.execution());
    assertThat(report.result()).as(report.detail()).isEqualTo(Result.DONE);
    assertThat(report.detail()).contains("did not listen and was killed");
    assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(TimeUnit.SECONDS.toNanos(1));
    assertThat(stubborn.waitFor()).isEqualTo(KILLED);
  }

  @Test
  void whoEndedByItselfIsNoLongerThere() throws Exception {
    Process loop = start("hlp-short", "");
    PreparedAction prepared = prepare(IssueType.MEMORY_HIGH);
    loop.destroyForcibly().waitFor();
    ActionReport report = prepared.execute(host.execution());
    assertThat(report.result()).isEqualTo(Result.REFUSED);
    assertThat(report.detail()).contains("no longer there");
  }

  @Test
  void whoIsProtectedByNameIsNeitherChosenNorSignalled() throws Exception {
    Process ours = start("hlp-protected", BALLAST);
    Process other = start("hlp-other", "");
    PreparedAction unprotected = prepare(IssueType.MEMORY_HIGH);
    assertThat(unprotected.preview().target())
        .as("unprotected: the larger one")
        .isEqualTo(target("hlp-protected", ours));
    host.close();
    host = new RealHost(SECTION, "hlp-prot*");

    assertThat(prepare(IssueType.MEMORY_HIGH).preview().target())
        .isEqualTo(target("hlp-other", other));
    assertOutOfReach(ours);
  }

  @Test
  void ourselvesAndTheInitProcessAreOutOfReach() {
    HostProcesses processes = host.context().processes();
    for (long pid : List.of(1L, ProcessHandle.current().pid())) {
      Ref ref = processes.find(pid).orElseThrow().ref();
      Held held = processes.hold(ref).orElseThrow();
      assertThatThrownBy(held::terminate).isInstanceOf(RefusedException.class);
    }
  }
}
