package dev.healing.actions.nixos.processes;

import dev.healing.actions.nixos.Checks;
import dev.healing.api.UnitState;
import dev.healing.spi.HostContext;
import dev.healing.spi.HostProcesses.ProcessState;
import java.util.Optional;
import java.util.regex.Pattern;

/** What a process is part of, as far as that says how it may be ended. */
final class Belonging {
  /** A service, or a container: of Docker, Podman, CRI-O, containerd or machinectl. */
  private static final Pattern WHOLE =
      Pattern.compile(".+\\.service|(docker|libpod|crio|cri-containerd|machine)-.+\\.scope");

  /** See proc_pid_status(5): its number here, and in each name space further in. */
  private static final Pattern NESTED = Pattern.compile("(?m)^NSpid:\\s+\\d+\\s+\\d+");

  private Belonging() {}

  /**
   * The service that stands and falls with this process. A oneshot is none: to run it again may
   * repeat its effects.
   *
   * @throws dev.healing.api.RefusedException if its service is on its way up or down
   */
  static Optional<UnitState> service(HostContext host, ProcessState process) {
    if (!host.systemd().availability().available()) {
      return Optional.empty();
    }
    Optional<UnitState> unit =
        process
            .unit()
            .filter(name -> name.endsWith(".service"))
            .flatMap(name -> host.systemd().unit(name));
    unit.filter(UnitState::onItsWay)
        .ifPresent(
            u ->
                Checks.refuseIf(
                    Optional.of(
                        process.name()
                            + " belongs to "
                            + u.name()
                            + ", which is "
                            + u.activeState())));
    return unit.filter(u -> u.mainPid().orElse(0) == process.ref().pid())
        .filter(u -> u.active() && !u.type().equals("oneshot"));
  }

  /**
   * What it is part of and must not be killed in. Where a container manager does not have systemd
   * make its control groups, as Docker with cgroupfs and LXC, no unit tells; that it has a number
   * of its own in a name space below ours does.
   */
  static Optional<String> whole(HostContext host, ProcessState process) {
    return process
        .unit()
        .filter(unit -> WHOLE.matcher(unit).matches())
        .or(
            () ->
                host.files()
                    .read("/proc/" + process.ref().pid() + "/status")
                    .filter(status -> NESTED.matcher(status).find())
                    .map(nested -> "a container, or what has processes of its own like one"));
  }
}
