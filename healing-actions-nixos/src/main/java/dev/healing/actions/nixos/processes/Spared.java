package dev.healing.actions.nixos.processes;

import dev.healing.api.Globs;
import dev.healing.spi.HostContext;
import dev.healing.spi.HostProcesses.ProcessState;
import java.util.List;
import java.util.Optional;

/**
 * Who must not be ended: what is protected, and what {@code avoid} (globs on the name) says, by
 * default who installs, builds and checks, and virtual machines.
 */
record Spared(HostContext host, Globs avoid) {
  /**
   * They use much, are soon done, and leave a mess half-way. A virtual machine is meant to have
   * what it was given, and SIGTERM alone is as if its plug were pulled.
   */
  private static final List<String> AT_WORK =
      List.of(
          "dpkg",
          "apt*",
          "rpm",
          "dnf*",
          "yum",
          "pacman",
          "nix*",
          "fsck*",
          "e2fsck",
          "xfs_repair",
          "mkfs*",
          "mdadm",
          "qemu*",
          "kvm",
          "VBoxHeadless",
          "VirtualBoxVM",
          "vmware-vmx",
          "firecracker",
          "cloud-hyperviso");

  static Spared read(HostContext host) {
    return new Spared(host, Globs.of(host.configuration().globs("avoid", AT_WORK)));
  }

  /** Why it must not be ended, as far as it tells by itself: systemd is not asked. */
  Optional<String> byItself(ProcessState process) {
    if (process.state() == 'Z') {
      return Optional.of(process.name() + " has ended and only waits to be forgotten");
    }
    if (avoid.test(process.name())) {
      return Optional.of(process.name() + " is named in avoid");
    }
    return host.protection().process(process, host.processes().ourselves());
  }

  /** Why it must not be ended, by whatever name its unit is protected; empty if it may be. */
  Optional<String> objection(ProcessState process) {
    return byItself(process)
        .or(() -> process.unit().flatMap(unit -> host.protection().unit(unit, host.systemd())));
  }
}
