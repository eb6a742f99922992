package dev.healing.actions.nixos;

import dev.healing.api.HostException;
import dev.healing.spi.CommandRunner;
import dev.healing.spi.CommandRunner.Command;
import dev.healing.spi.HostContext;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Points the system profile to a generation and activates it: where systemd runs, in a unit of its
 * own, as nixos-rebuild does. A switch may stop or restart us, and what runs in our cgroup ends
 * with us. The unit goes on, and whatever comes of the switch, has the profile name what runs.
 *
 * <p>Its name is always the same, so that systemd itself refuses a second one beside it.
 */
final class RollbackUnit {
  static final String NAME = "healing-rollback.service";

  /**
   * The parameters: nix-env, the profile, the system to switch to, the generation that is left, the
   * one that is switched to, and the link to what runs. A request to stop reaches all that runs
   * here, and the shell outlives it. Only a profile that leads to that system, which then does not
   * run, is pointed back.
   *
   * <p>Not in ExecStopPost, which could do more: systemd 252 garbles a {@code $} there when units
   * are reloaded, as every switch does.
   */
  static final String SCRIPT =
      """
      trap : TERM
      "$1" --profile "$2" --switch-generation "$5" && "$3"/bin/switch-to-configuration switch
      code=$?
      if [ "$2" -ef "$3" ] && ! [ "$6" -ef "$3" ]; then
        "$1" --profile "$2" --switch-generation "$4"
      fi
      exit $code
      """;

  /** What a switch that is out of time has to end and put the profile right. */
  private static final Duration TO_STOP = Duration.ofSeconds(20);

  private final HostContext host;

  RollbackUnit(HostContext host) {
    this.host = host;
  }

  /** Whether there is a unit: else it is a child of ours. */
  boolean outlivesUs() {
    return host.systemd().availability().available()
        && host.commands().which("systemd-run").isPresent();
  }

  /** Where to read what a switch printed; empty if that was told to us. */
  String whereItSays() {
    return outlivesUs() ? ", see journalctl -u " + NAME : "";
  }

  /** That a switch is at work, or that nobody can say; empty if none is. */
  Optional<String> underWay() {
    if (!host.systemd().availability().available()) {
      return Optional.empty();
    }
    try {
      return host.systemd()
          .unit(NAME)
          .filter(unit -> !unit.failed() && !unit.activeState().equals("inactive"))
          .map(unit -> "a rollback is under way: " + NAME + " is " + unit.activeState());
    } catch (HostException e) {
      return Optional.of("whether a rollback is under way is not known: " + e.getMessage());
    }
  }

  /**
   * Switches and waits for it. What it prints is in the journal, since a pipe would break with us.
   *
   * @param limit after which it is ended, by systemd if there is a unit
   * @param patience how long we wait for that
   */
  CommandRunner.Result run(int from, int to, String system, Duration limit, Duration patience) {
    String nixEnv = host.commands().which("nix-env").map(Path::toString).orElse("nix-env");
    List<String> script =
        List.of(
            "/bin/sh",
            "-c",
            SCRIPT,
            "sh",
            nixEnv,
            NixStore.PROFILE,
            system,
            Integer.toString(from),
            Integer.toString(to),
            NixStore.RUNNING);
    if (!outlivesUs()) {
      return host.commands().run(new Command(script, limit, 1 << 20));
    }
    Command unit =
        Command.of(
            patience,
            "systemd-run",
            "--wait",
            "--collect",
            "--quiet",
            "--no-ask-password",
            "--service-type=exec",
            "--unit=" + NAME,
            "--description=healing rolls back to generation " + to,
            "--property=RuntimeMaxSec=" + limit.toSeconds(),
            "--property=TimeoutStopSec=" + TO_STOP.toSeconds());
    return host.commands().run(unit.operands(script));
  }
}
