package dev.healing.actions.nixos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.healing.api.ActionReport;
import dev.healing.api.ActionReport.Result;
import dev.healing.api.HostException;
import dev.healing.api.IssueType;
import dev.healing.api.RefusedException;
import dev.healing.spi.CommandRunner;
import dev.healing.spi.CommandRunner.Command;
import dev.healing.spi.PreparedAction;
import dev.healing.spi.Protection;
import dev.healing.testkit.HostStates;
import dev.healing.testkit.TestExecution;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The unit that a rollback runs in. */
@Timeout(30)
class RollbackUnitTest {
  private static final String PROFILE = "/nix/var/nix/profiles/system";
  private static final String RUNNING = "/run/current-system";
  private static final Duration LIMIT = Duration.ofMinutes(10);

  private final World world = new World();
  private final List<Command> switches = new ArrayList<>();

  RollbackUnitTest() {
    for (int generation = 1; generation <= 2; generation++) {
      String system = "/nix/store/sys" + generation;
      world.host.files().write(system + "/bin/switch-to-configuration", "");
      world.link(PROFILE + "-" + generation + "-link", system);
    }
    world.link(PROFILE, "system-2-link");
    world.link(RUNNING, "/nix/store/sys2");
    for (String program : List.of("nix-store", "nix-env", "systemd-run")) {
      world.host.commands().installed(program, Path.of("/bin", program));
    }
    switching(
        command -> {
          world.link(PROFILE, "system-1-link");
          world.link(RUNNING, "/nix/store/sys1");
          return new CommandRunner.Result(0, "", "", false, false);
        });
  }

  private void switching(Function<Command, CommandRunner.Result> answer) {
    world
        .host
        .commands()
        .on(
            command -> {
              switches.add(command);
              return answer.apply(command);
            },
            "systemd-run",
            "--wait",
            "--collect",
            "--quiet",
            "--no-ask-password",
            "--service-type=exec",
            "--unit=healing-rollback.service",
            "--description=healing rolls back to generation 1",
            "--property=RuntimeMaxSec=480",
            "--property=TimeoutStopSec=20",
            "--",
            "/bin/sh",
            "-c",
            RollbackUnit.SCRIPT,
            "sh",
            "/bin/nix-env",
            PROFILE,
            "/nix/store/sys1",
            "2",
            "1",
            RUNNING);
  }

  private PreparedAction prepared() {
    return new RollbackGeneration.Provider()
        .create(world.host)
        .prepare(world.issue(IssueType.GENERATION_BROKEN, PROFILE), HostStates.now().build());
  }

  private ActionReport execute() {
    return prepared().execute(new TestExecution(world.host.time(), LIMIT));
  }

  @Test
  void whereSystemdRunsTheSwitchHasAUnitWithATimeLimitOfItsOwn() {
    PreparedAction prepared = prepared();
    assertThat(prepared.preview().steps()).anyMatch(step -> step.contains(RollbackUnit.NAME));
    ActionReport report = prepared.execute(new TestExecution(world.host.time(), LIMIT));
    assertThat(report.result()).as(report.detail()).isEqualTo(Result.DONE);
    assertThat(switches).extracting(Command::timeLimit).containsExactly(LIMIT);
  }

  @Test
  void oneThatFailedSaysWhereToReadWhy() {
    switching(command -> new CommandRunner.Result(4, "", "", false, false));
    assertThat(execute().detail())
        .contains("exit code 4", "journalctl -u healing-rollback.service")
        .contains("generation 2, which runs");
  }

  @Test
  void oneThatGoesOnWithoutUsIsNeitherCalledFailedNorTouched() {
    switching(
        command -> {
          world.link(PROFILE, "system-1-link");
          world.host.systemd().service(RollbackUnit.NAME);
          Thread.currentThread().interrupt();
          throw new HostException("systemd-run: interrupted, and was ended");
        });
    ActionReport report = execute();
    assertThat(Thread.interrupted()).as("the interrupt is restored").isTrue();
    assertThat(report.result()).as(report.detail()).isEqualTo(Result.DONE);
    assertThat(report.detail()).contains("healing-rollback.service is active");
    assertThat(world.host.commands().calls()).hasSize(1);
  }

  @Test
  void oneOfWhichNothingIsKnownIsNotTouched() {
    switching(
        command -> {
          world.link(PROFILE, "system-1-link");
          world.host.systemd().hangs();
          return new CommandRunner.Result(137, "", "", false, true);
        });
    assertThat(execute().detail()).contains("is not known");
    assertThat(world.host.commands().calls()).hasSize(1);
  }

  @Test
  void besideOneNothingIsBegun() {
    PreparedAction before = prepared();
    world.host.systemd().service(RollbackUnit.NAME);
    assertThat(new NixStore(world.host).busy()).get().asString().contains("is under way");
    assertThatThrownBy(this::prepared)
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("is under way");
    assertThat(before.execute(new TestExecution(world.host.time(), LIMIT)).result())
        .isEqualTo(Result.REFUSED);
    assertThat(switches).isEmpty();
    assertThat(world.host.state().writes()).as("remembered").isZero();
  }

  @Test
  void oneThatFailedIsNotRestarted() {
    assertThat(Protection.vitalOnly().unit(RollbackUnit.NAME)).isPresent();
  }
}
