package dev.healing.actions.nixos.files;

import dev.healing.actions.nixos.Checks;
import dev.healing.api.Configuration;
import dev.healing.spi.HostContext;
import dev.healing.spi.HostFiles;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.StreamSupport;

/**
 * The directories under which files may be deleted.
 *
 * <p>A root must say that its files are no loss: by a name on its way, or by a CACHEDIR.TAG in it
 * (bford.info/cachedir), which is how the owner of a directory says so. So a list of what must not
 * be a root need not be complete. Where the host's own things are, not even a name helps.
 */
final class Roots {
  private static final Set<String> DISPOSABLE =
      Set.of("cache", "caches", ".cache", "log", "logs", "temp", "tmp", ".tmp");

  /** Stays, or a later run would no longer know. */
  static final Path TAG = Path.of("CACHEDIR.TAG");

  private static final String SIGNATURE = "Signature: 8a477f597d28d172789f06886806bc55";

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
          "/var/lib",
          "/var/mail",
          "/var/spool");

  private Roots() {}

  /** Reads the key {@code roots}; one that may hold what is missed is a mistake. */
  static List<Path> read(HostContext host, List<Path> usual) {
    Configuration section = host.configuration();
    List<Path> roots = section.paths("roots", usual);
    if (!section.has("roots")) {
      return roots;
    }
    boolean good = true;
    for (Path root : roots) {
      Optional<String> objection = objection(host.files(), root);
      objection.ifPresent(expected -> section.contradiction("roots", expected));
      good &= objection.isEmpty();
    }
    return good ? roots : usual;
  }

  private static Optional<String> objection(HostFiles files, Path root) {
    if (root.getNameCount() == 0
        || NEVER_BELOW.stream().anyMatch(root::startsWith)
        || Housekeepers.keep(root)) {
      return Optional.of(
          "directories of logs, caches or temporary files, and not " + root + ", the system's own");
    }
    if (root.toString().contains("*")) {
      return Optional.of("directories by their names, each for itself, and not " + root);
    }
    Optional<Path> link = link(files, root);
    if (link.isPresent()) {
      return Optional.of(
          "directories that no link leads to; " + link.get() + " is a link: name where it leads");
    }
    if (!disposable(root) && !tagged(files, root)) {
      return Optional.of(
          "directories of logs, caches or temporary files, told by a name on the way like cache,"
              + " log or tmp, and not "
              + root
              + ": name such a directory in it, or if all in it is no loss, put a CACHEDIR.TAG there"
              + " that begins with '"
              + SIGNATURE
              + "'");
    }
    return Optional.empty();
  }

  /** The name of a user is no word about what he keeps. */
  private static boolean disposable(Path root) {
    int first = root.startsWith("/home") ? 2 : 0;
    return StreamSupport.stream(root.spliterator(), false)
        .skip(first)
        .anyMatch(name -> disposable(name.toString()));
  }

  /** Whether who calls a directory so says that its files are no loss. */
  static boolean disposable(String name) {
    return DISPOSABLE.contains(lower(name));
  }

  static String lower(String name) {
    return name.toLowerCase(Locale.ROOT);
  }

  private static boolean tagged(HostFiles files, Path root) {
    return files.read(root + "/" + TAG).filter(text -> text.startsWith(SIGNATURE)).isPresent();
  }

  private static Optional<Path> link(HostFiles files, Path root) {
    for (Path way = root; way != null && way.getNameCount() > 0; way = way.getParent()) {
      if (Files.isSymbolicLink(files.path(way.toString()))) {
        return Optional.of(way);
      }
    }
    return Optional.empty();
  }

  /** Those on the file system that is mounted there. */
  static List<Path> on(HostFiles files, List<Path> roots, String mount) {
    Optional<Object> device = Checks.device(files, mount);
    List<Path> there = new ArrayList<>();
    for (Path root : roots) {
      if (present(files, root) && Checks.device(files, root.toString()).equals(device)) {
        there.add(root);
      }
    }
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
