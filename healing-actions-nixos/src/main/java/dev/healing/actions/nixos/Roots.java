package dev.healing.actions.nixos;

import dev.healing.api.Configuration;
import dev.healing.spi.HostFiles;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The directories under which files may be deleted. */
final class Roots {
  private static final Set<String> NEVER =
      Set.of(
          "/",
          "/bin",
          "/boot",
          "/dev",
          "/etc",
          "/home",
          "/lib",
          "/lib64",
          "/nix",
          "/nix/store",
          "/proc",
          "/root",
          "/run",
          "/sbin",
          "/sys",
          "/usr",
          "/var",
          "/var/lib");

  private static final Set<String> NEVER_BELOW =
      Set.of(
          "/bin",
          "/boot",
          "/dev",
          "/etc",
          "/lib",
          "/lib32",
          "/lib64",
          "/nix",
          "/proc",
          "/root",
          "/run",
          "/sbin",
          "/sys",
          "/usr",
          "/var/lib");

  private Roots() {}

  /** Reads the key {@code roots}; a root that holds the host itself is a mistake. */
  static List<Path> read(Configuration section, List<Path> usual) {
    List<Path> roots = section.paths("roots", usual);
    for (Path root : roots) {
      if (NEVER.contains(root.toString()) || NEVER_BELOW.stream().anyMatch(root::startsWith)) {
        section.contradiction(
            "roots", "directories of logs, caches or temporary files, and not " + root);
        return usual;
      }
    }
    return roots;
  }

  /** Those on the file system that is mounted there; refused if there is none. */
  static List<Path> on(HostFiles files, List<Path> roots, String mount) {
    Optional<Object> device = Checks.device(files, mount);
    List<Path> there = new ArrayList<>();
    for (Path root : roots) {
      if (present(files, root) && Checks.device(files, root.toString()).equals(device)) {
        there.add(root);
      }
    }
    Checks.require(device.isPresent() && !there.isEmpty(), "none of " + roots + " is on " + mount);
    return withoutNested(there);
  }

  static boolean present(HostFiles files, Path root) {
    return Files.isDirectory(files.path(root.toString()), LinkOption.NOFOLLOW_LINKS);
  }

  /** Without those that lie in another, so that no file is counted twice. */
  static List<Path> withoutNested(List<Path> roots) {
    return roots.stream()
        .distinct()
        .filter(root -> roots.stream().noneMatch(r -> !r.equals(root) && root.startsWith(r)))
        .toList();
  }
}
