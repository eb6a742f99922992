package dev.healing.actions.nixos.nix;

import dev.healing.spi.HostContext;
import dev.healing.spi.HostProcesses.ProcessState;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Whether somebody changes the store or the system now. Not only builds and switches: the
 * collector, copies and builders of the daemon too. The daemon itself is there all the time; what
 * we started ourselves is kept apart by its lane.
 */
final class NixAtWork {
  /** The daemon, as the kernel names it. */
  static final String DAEMON = "nix-daemon";

  /** As Nix has it where nothing else is set: 128 times 65536 users from this one. */
  private static final int FIRST_ALLOCATED = 0x34000000;

  private static final int ALLOCATED = 128 << 16;
  private static final Pattern ALLOCATES =
      Pattern.compile("(?m)^[ \\t]*auto-allocate-uids[ \\t]*=[ \\t]*true\\b");

  private static final Pattern BUILDER = Pattern.compile("(?m)^nixbld\\d*:[^:]*:(\\d{1,9}):");

  private NixAtWork() {}

  /** What tells it; empty if nothing is. */
  static Optional<String> on(HostContext host) {
    long ourselves = host.processes().ourselves().get(0);
    IntPredicate builder = builders(host);
    return host.processes().all().stream()
        .filter(process -> process.state() != 'Z' && process.parentPid() != ourselves)
        .filter(process -> isNix(host, process) || builder.test(process.uid()))
        .map(ProcessState::ref)
        .map(ref -> "Nix is at work (pid " + ref.pid() + "): not now")
        .findFirst()
        .or(() -> RollbackUnits.underWay(host));
  }

  private static boolean isNix(HostContext host, ProcessState process) {
    String name = process.name();
    return name.equals("switch-to-confi")
        || name.startsWith(".nixos-rebuild") // what a wrapper on NixOS starts
        || name.startsWith("nix")
            && (!name.equals(DAEMON) || servesOneAlone(host, process.ref().pid()));
  }

  /** Whether a daemon is there for somebody on another host, and only as long as they are. */
  private static boolean servesOneAlone(HostContext host, long pid) {
    String arguments = host.files().read("/proc/" + pid + "/cmdline").orElse("");
    return List.of(arguments.split("\0")).contains("--stdio");
  }

  /**
   * The users that the daemon builds as: nixbld1 and so on, and where it is set to take users that
   * nobody made, those.
   */
  private static IntPredicate builders(HostContext host) {
    Matcher line = BUILDER.matcher(host.files().read("/etc/passwd").orElse(""));
    Set<Integer> uids = new HashSet<>();
    while (line.find()) {
      uids.add(Integer.valueOf(line.group(1)));
    }
    boolean allocates = ALLOCATES.matcher(host.files().read("/etc/nix/nix.conf").orElse("")).find();
    return uid ->
        uids.contains(uid)
            || allocates && uid >= FIRST_ALLOCATED && uid - FIRST_ALLOCATED < ALLOCATED;
  }
}
