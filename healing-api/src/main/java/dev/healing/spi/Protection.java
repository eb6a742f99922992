package dev.healing.spi;

import dev.healing.api.Globs;
import dev.healing.api.UnitState;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** What must never be touched. Decides; {@link HostContext} enforces. Immutable. */
public final class Protection {
  private static final Set<String> VITAL_PROCESSES =
      Set.of(
          "systemd",
          "init",
          "sshd",
          // Since OpenSSH 9.8 a connection is served by programs of its own.
          "sshd-session",
          "sshd-auth",
          "dbus-daemon",
          "dbus-broker",
          "dbus-broker-lau",
          "systemd-journal",
          "systemd-logind",
          "elogind",
          "sd-pam",
          "(sd-pam)");
  private static final Predicate<String> VITAL_UNIT =
      Globs.of(
          List.of(
              "ssh.service",
              "sshd.service",
              "sshd@*.service",
              "ssh@*.service",
              "ssh.socket",
              "sshd.socket",
              "dbus.service",
              "dbus.socket",
              "dbus-broker.service",
              "systemd-journald.service",
              "systemd-journald*.socket",
              "systemd-logind.service",
              "init.scope",
              "user@*.service",
              "healing.service",
              // What it runs with rights of its own.
              "healing-apart-*.service",
              // A rollback under way or one that failed: to restart it would be a second one.
              "healing-rollback.service",
              "healing-rollback-undo.service",
              "healing-rollback-undo.timer",
              "-.slice",
              "system.slice",
              "-.mount"));

  private final Predicate<String> unit;
  private final Predicate<String> process;

  /**
   * What is never touched on any host, and these.
   *
   * @param units from the configuration: names or globs ({@code postgresql*.service}); without a
   *     suffix a service is meant
   * @param processes from the configuration: names or globs
   */
  public Protection(List<String> units, List<String> processes) {
    unit = Globs.of(units.stream().map(UnitState::fullName).toList());
    process = Globs.of(processes);
  }

  /** Only what is never touched on any host. */
  public static Protection vitalOnly() {
    return new Protection(List.of(), List.of());
  }

  /** Why this unit must not be touched; empty if it may be. */
  public Optional<String> unit(String name) {
    if (VITAL_UNIT.test(name)) {
      return Optional.of(name + " is vital to every host and is never touched");
    }
    if (unit.test(name)) {
      return Optional.of(name + " is protected by the configuration (protect.units)");
    }
    return Optional.empty();
  }

  /**
   * Why this unit must not be touched, by whatever of its names it is called or protected; empty if
   * it may be.
   *
   * @throws dev.healing.api.HostException if systemd does not say what it is called
   */
  public Optional<String> unit(String name, Systemd systemd) {
    return unit(name)
        .or(() -> systemd.names(name).stream().map(this::unit).flatMap(Optional::stream).findAny());
  }

  /**
   * Why this process must not be touched; empty if it may be. It is protected with its unit, and
   * with every slice around that which the configuration names.
   *
   * @param ourselves our own process and its ancestors
   */
  public Optional<String> process(HostProcesses.ProcessState process, List<Long> ourselves) {
    long pid = process.ref().pid();
    String who = process.name() + " (pid " + pid + ")";
    if (pid <= 2 || process.kernelThread()) {
      return Optional.of(who + " belongs to the kernel or is the init process");
    }
    if (ourselves.contains(pid)) {
      return Optional.of(who + " is our own process or one of its ancestors");
    }
    if (process.oomScoreAdj() == -1000) {
      return Optional.of(who + " has oom_score_adj -1000: the host says it must live");
    }
    if (VITAL_PROCESSES.contains(process.name())) {
      return Optional.of(who + " is vital to every host and is never touched");
    }
    if (this.process.test(process.name())) {
      return Optional.of(who + " is protected by the configuration (protect.processes)");
    }
    // What the configuration names is protected with all that is in it: "-.slice" is everything.
    return process
        .unit()
        .flatMap(this::unit)
        .or(
            () ->
                Stream.concat(Stream.of("-.slice"), process.units().stream())
                    .filter(unit)
                    .findFirst()
                    .map(name -> "in " + name + ", protected by the configuration (protect.units)"))
        .map(why -> who + ": " + why);
  }

  /**
   * The same, by whatever of its names its unit is protected.
   *
   * @throws dev.healing.api.HostException if systemd does not say what the unit is called
   */
  public Optional<String> process(
      HostProcesses.ProcessState process, List<Long> ourselves, Systemd systemd) {
    return process(process, ourselves)
        .or(() -> process.unit().flatMap(name -> unit(name, systemd)));
  }

  /**
   * Why these units must not be ended or held back: who is protected and in one of them would end
   * or wait with it. Looks at all processes.
   */
  public Optional<String> within(Set<String> units, HostProcesses processes) {
    List<Long> ourselves = processes.ourselves();
    for (HostProcesses.ProcessState process : processes.all()) {
      Optional<String> in = process.units().stream().filter(units::contains).findFirst();
      if (in.isPresent()) {
        Optional<String> why = process(process, ourselves);
        if (why.isPresent()) {
          return why.map(w -> "in " + in.orElseThrow() + ": " + w);
        }
      }
    }
    return Optional.empty();
  }
}
