package dev.healing.actions.nixos.memory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.actions.nixos.World;
import dev.healing.api.ActionReport;
import dev.healing.spi.CommandRunner.Command;
import dev.healing.spi.CommandRunner.Result;
import dev.healing.testkit.TestExecution;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** Swap is only switched off where memory has room for it, and is always on again. */
class SwapCycleTest {
  private static final String HEAD = "Filename Type Size Used Priority\n";

  private final World world = new World();
  private final SwapCycle cycle = new SwapCycle(world.host, 0.80);

  SwapCycleTest() {
    world.memory(1_000_000, 600_000);
    for (String program : List.of("swapoff", "swapon", "systemd-run")) {
      world.host.commands().installed(program, Path.of("/sbin/" + program));
    }
    swaps("/dev/sda2 partition 999996 300000 -2\n");
  }

  private void swaps(String lines) {
    world.host.files().write("/proc/swaps", HEAD + lines);
  }

  private void command(String device, String priority, Function<Command, Result> answer) {
    world
        .host
        .commands()
        .on(
            answer,
            "systemd-run",
            "--wait",
            "--collect",
            "--quiet",
            "--no-ask-password",
            "--service-type=oneshot",
            "--unit=healing-swap",
            "--description=healing switches swap off and on again",
            "--property=TimeoutStartSec=60",
            "--property=ExecStopPost=-/sbin/swapon" + priority + " " + device,
            "--",
            "/sbin/swapoff",
            device);
  }

  private static Result ended(int exit) {
    return new Result(exit, "", exit == 0 ? "" : "swapoff failed", false, false);
  }

  private ActionReport report(Duration limit) {
    return cycle.run(new TestExecution(world.host.time(), limit));
  }

  /** What it says where the swap is on in the end. */
  private String run() {
    ActionReport report = report(Duration.ofMinutes(3));
    assertThat(report.result()).isEqualTo(ActionReport.Result.DONE);
    return report.detail();
  }

  private String leavesItOff() {
    ActionReport report = report(Duration.ofMinutes(3));
    assertThat(report.result()).isEqualTo(ActionReport.Result.FAILED);
    return report.detail();
  }

  private void leftOn(String why) {
    assertThat(run()).contains("left on", why);
    assertThat(world.host.commands().calls()).isEmpty();
  }

  @Test
  void whatWasPushedOutIsBroughtBackOneDeviceAtATime() {
    swaps("/dev/sda2 partition 999996 30000 -2\n/swap file 999996 200000 7\n");
    command(
        "/swap",
        " -p 7",
        c -> {
          world.memory(1_000_000, 400_000);
          swaps("/dev/sda2 partition 999996 30000 -2\n/swap file 999996 0 7\n");
          return ended(0);
        });
    command(
        "/dev/sda2",
        "",
        c -> {
          swaps("/dev/sda2 partition 999996 0 -2\n/swap file 999996 0 7\n");
          return ended(0);
        });
    assertThat(cycle.steps()).hasSize(2).first().asString().endsWith("/swap, with 195.3 MiB in it");
    assertThat(run())
        .isEqualTo("195.3 MiB brought back from /swap; 29.3 MiB brought back from /dev/sda2");
  }

  @Test
  void onlyWhereMemoryIsBelowItsTargetWithAllOfIt() {
    world.memory(1_000_000, 499_000);
    leftOn("memory would be 80.1 % in use with what is in /dev/sda2, and may be 80.0 %");
    world.memory(1_000_000, 500_000);
    command("/dev/sda2", "", c -> ended(0));
    assertThat(run()).contains("brought back");
  }

  @Test
  void neverWhereThatIsNotKnownToBeSafe() {
    swaps("/dev/zram0 partition 999996 100000 100\n");
    leftOn("compressed");
    swaps("/dev/odd\\040name partition 999996 100000 -2\n");
    leftOn("no plain device");
    swaps("/dev/sda2 partition 999996 16000 -2\n");
    leftOn("less than 16.0 MiB");
    swaps("/dev/sda2 partition 999996 100000 -2\n");
    world.host.files().write("/etc/fstab", "/dev/sda2 none swap sw,discard=once 0 0\n");
    leftOn("discard");
    world.host.files().write("/etc/fstab", "/dev/sda2 none swap sw 0 0\n");
    world.host.files().write("/sys/module/zswap/parameters/enabled", "Y\n");
    leftOn("zswap");
    world.host.files().write("/sys/module/zswap/parameters/enabled", "N\n");
    assertThat(report(Duration.ofSeconds(80)).detail()).contains("there is no time for /dev/sda2");
    swaps("");
    assertThat(run()).isEqualTo("no swap is on");
  }

  @Test
  void whatDidNotWorkIsSaidAndLeavesTheOthersAlone() {
    command("/dev/sda2", "", c -> ended(1));
    assertThat(run()).isEqualTo("/dev/sda2 was not emptied, and is on: swapoff failed");
    command(
        "/dev/sda2",
        "",
        c -> {
          swaps("/swap file 999996 100000 7\n");
          return ended(0);
        });
    swaps("/dev/sda2 partition 999996 300000 -2\n/swap file 999996 100000 7\n");
    assertThat(leavesItOff())
        .startsWith("/dev/sda2 IS SWITCHED OFF")
        .endsWith("'swapon /dev/sda2'");
  }

  @Test
  void itsUnitIsLeftToEnd() {
    command(
        "/dev/sda2",
        "",
        c -> {
          swaps("");
          world.host.systemd().service("healing-swap.service");
          return new Result(137, "", "", false, true);
        });
    assertThat(leavesItOff()).contains("still at work", "switches it on again");
  }
}
