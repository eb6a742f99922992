package dev.healing.actions.nixos.files;

import dev.healing.api.HostException;
import dev.healing.spi.HostContext;
import dev.healing.spi.HostProcesses.ProcessState;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** What lies under the usual roots and is no leftover: others keep house there, or count on it. */
final class Housekeepers {
  private static final List<String> ALWAYS =
      List.of(
          "/var/cache/apt/archives/lock",
          "/var/cache/apt/archives/partial",
          "/var/cache/bind",
          "/var/cache/cracklib",
          "/var/cache/davfs2",
          "/var/cache/debconf",
          "/var/cache/dictionaries-common",
          "/var/cache/ldconfig",
          "/var/cache/lxc",
          "/var/cache/named",
          "/var/cache/nsd",
          "/var/cache/pbuilder",
          "/var/cache/samba",
          "/var/cache/unbound",
          "/var/log/audit",
          "/var/log/journal",
          "/var/log/mysql",
          "/var/log/sudo-io");

  /** Who logged in, also in the files that were rotated: those are the only ones that get old. */
  private static final String LOGINS = "{btmp,faillog,lastlog,wtmp}*";

  private static final Set<String> APT =
      Set.of("apt", "apt-get", "apt.systemd.dai", "aptitude", "dpkg", "unattended-upgr");
  private static final Set<String> DNF = Set.of("dnf", "dnf5", "rpm", "yum");

  /** Where packages are kept, and who is at work there, as the kernel names processes. */
  private static final Map<String, Set<String>> PACKAGES =
      Map.of(
          "/var/cache/apt", APT,
          "/var/cache/dnf", DNF,
          "/var/cache/libdnf5", DNF,
          "/var/cache/yum", DNF,
          "/var/cache/pacman", Set.of("pacman"),
          "/var/cache/zypp", Set.of("zypper"),
          "/var/cache/PackageKit", Set.of("packagekitd"));

  private Housekeepers() {}

  /** Whether the directory is kept by somebody else, whatever is in it. */
  static boolean keep(Path directory) {
    return ALWAYS.stream().anyMatch(directory::startsWith);
  }

  /** What is left alone now: packages as well while a package manager is at work. */
  static Set<Path> kept(HostContext host) {
    Set<Path> kept = new HashSet<>();
    ALWAYS.forEach(name -> kept.add(host.files().path(name)));
    kept.addAll(logins(host.files().path("/var/log")));
    Set<String> running =
        host.processes().all().stream().map(ProcessState::name).collect(Collectors.toSet());
    PACKAGES.forEach(
        (cache, managers) -> {
          if (managers.stream().anyMatch(running::contains)) {
            kept.add(host.files().path(cache));
          }
        });
    return kept;
  }

  private static Set<Path> logins(Path logs) {
    Set<Path> logins = new HashSet<>();
    try (DirectoryStream<Path> found = Files.newDirectoryStream(logs, LOGINS)) {
      found.forEach(logins::add);
    } catch (NoSuchFileException e) {
      return logins;
    } catch (IOException | DirectoryIteratorException e) {
      throw new HostException(logs + " cannot be listed: " + e, e);
    }
    return logins;
  }
}
