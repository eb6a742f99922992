package dev.healing.actions.nixos.nix;

import dev.healing.actions.nixos.World;
import dev.healing.api.Issue;
import dev.healing.api.IssueType;
import dev.healing.api.UnitState;
import dev.healing.spi.CommandRunner;
import dev.healing.spi.CommandRunner.Command;
import dev.healing.testkit.FakeSystemd;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;

/** A host whose newest generation is broken: {@code app.service} fails since it runs. */
final class RollbackWorld {
  static final Duration LIMIT = Duration.ofMinutes(20);
  static final String DISARM = "systemctl --no-ask-password stop healing-rollback-undo.timer";

  final World world;
  final List<Command> switches = new ArrayList<>();
  private final int from;

  RollbackWorld(World world, int last) {
    this.world = world;
    this.from = last;
    world.generations(last);
    for (String program : List.of("systemctl", "systemd-run", "sleep")) {
      world.host.commands().installed(program, Path.of("/bin", program));
    }
    answering(
        DISARM.split(" "),
        command -> {
          unit("healing-rollback-undo.timer", "inactive");
          return ok();
        });
    for (int to = 1; to < last; to++) {
      arming(
          to,
          command -> {
            unit("healing-rollback-undo.timer", "active");
            return ok();
          });
      int target = to;
      switching(
          to,
          command -> {
            world.link(NixStore.PROFILE, "system-" + target + "-link");
            world.link(NixStore.RUNNING, "/nix/store/sys" + target);
            says(from + " to " + target + ": kept: the host is better for it");
            unit("healing-rollback-undo.timer", "inactive");
            return ok();
          });
    }
  }

  static CommandRunner.Result ok() {
    return new CommandRunner.Result(0, "", "", false, false);
  }

  static CommandRunner.Result failed(int exitCode) {
    return new CommandRunner.Result(exitCode, "", "", false, false);
  }

  Issue issue() {
    return world
        .issue(IssueType.GENERATION_BROKEN, NixStore.PROFILE)
        .explaining(Set.of("app.service"));
  }

  FakeSystemd unit(String name, String activeState) {
    return world
        .host
        .systemd()
        .unit(
            new UnitState(
                name,
                "loaded",
                activeState,
                "",
                "",
                "",
                OptionalLong.empty(),
                "",
                Optional.empty(),
                Set.of()));
  }

  void says(String line) {
    String before = world.host.state().readPlain("rollbacks.log").orElse("");
    world.host.state().writePlain("rollbacks.log", before + line + "\n");
  }

  void arming(int to, Function<Command, CommandRunner.Result> answer) {
    String[] line =
        ("systemd-run --quiet --no-ask-password --on-active=495s --timer-property=AccuracySec=1s"
                + " --timer-property=IgnoreOnIsolate=yes --service-type=exec --unit=healing-rollback-undo"
                + " --description=healing_undoes_the_rollback_to_generation_"
                + to
                + " --property=IgnoreOnIsolate=yes --property=RuntimeMaxSec=480 --property=TimeoutStopSec=10 --"
                + " /bin/sh memory/rollbacks.rollback-undo.sh /bin/nix-env /bin/systemctl"
                + " /nix/var/nix/profiles/system /run/current-system memory/rollbacks.log"
                + (" " + from + " /nix/store/sys" + from + " " + to + " /nix/store/sys" + to)
                + " healing-rollback.service healing-rollback-undo.timer")
            .split(" ");
    answering(line, answer);
  }

  void switching(int to, Function<Command, CommandRunner.Result> answer) {
    String[] line =
        ("systemd-run --wait --collect --quiet --no-ask-password --service-type=exec"
                + " --unit=healing-rollback.service"
                + " --description=healing_rolls_back_to_generation_"
                + to
                + " --property=IgnoreOnIsolate=yes --property=RuntimeMaxSec=480 --property=TimeoutStopSec=10 --"
                + " /bin/sh memory/rollbacks.rollback.sh /bin/nix-env /bin/systemctl /bin/sleep"
                + " /nix/var/nix/profiles/system /run/current-system memory/rollbacks.log"
                + (" " + from + " /nix/store/sys" + from + " " + to + " /nix/store/sys" + to)
                + " healing-rollback-undo 30 120 app.service")
            .split(" ");
    answering(
        line,
        command -> {
          switches.add(command);
          return answer.apply(command);
        });
  }

  private void answering(String[] line, Function<Command, CommandRunner.Result> answer) {
    for (int i = 0; i < line.length; i++) {
      line[i] = line[i].startsWith("--description=") ? line[i].replace('_', ' ') : line[i];
    }
    world.host.commands().on(answer, line);
  }

  /** Of the commands that were run, the first words that tell them apart. */
  List<String> calls() {
    return world.host.commands().calls().stream()
        .map(
            argv ->
                argv.contains("--unit=healing-rollback-undo")
                    ? "arm"
                    : argv.contains("--wait") ? "switch" : String.join(" ", argv))
        .map(call -> call.equals(DISARM) ? "disarm" : call)
        .toList();
  }
}
