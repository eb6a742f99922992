package dev.healing.optimizer;

import dev.healing.api.HostException;
import dev.healing.api.Opportunity.Advice;
import dev.healing.spi.HostFiles;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A setting of the kernel's as a person would write it: where it wins over all that set it now, or
 * an option of NixOS, where files in /etc are made from the configuration.
 *
 * <p>As systemd-sysctl reads them (sysctl.d(5)): all files by name, whatever directory they are in,
 * and what comes later wins; of two of one name that in the earlier directory is all there is.
 *
 * @param key for example {@code net.core.somaxconn}
 * @param value what it should be
 * @param now what it is
 * @param why one line, as a comment
 */
record SysctlSetting(String key, long value, long now, String why) {
  private static final String ETC = "/etc/sysctl.d";

  private static final List<String> DIRECTORIES =
      List.of(
          ETC, "/run/sysctl.d", "/usr/local/lib/sysctl.d", "/usr/lib/sysctl.d", "/lib/sysctl.d");

  private static final String SUFFIX = ".conf";
  private static final String OURS = "90-healing" + SUFFIX;

  /** What sets it now. */
  private record Line(Path file, int number, String text) {}

  /**
   * What to write, and where.
   *
   * @param holds from when it holds, in words
   */
  Advice advice(HostFiles files, String holds) {
    if (UnitSettings.onNixos(files)) {
      return new Advice(
          UnitSettings.MODULE,
          comment() + "boot.kernel.sysctl.\"" + key + "\" = " + value + ";\n",
          "Then 'nixos-rebuild switch'; " + holds + ". To undo it, take it out again.");
    }
    String then = "Then 'systemctl restart systemd-sysctl'; " + holds + ". To undo it, set ";
    Optional<Line> last = last(files);
    if (last.filter(line -> line.file().startsWith(files.path(ETC))).isPresent()) {
      Line line = last.get();
      return new Advice(
          files.name(linked(line.file(), files)),
          comment()
              + ("# In the place of line " + line.number() + ", which sets it: " + line.text())
              + ("\n" + setting()),
          then + now + " again.");
    }
    String vendor = last.map(line -> line.file().getFileName().toString()).orElse("");
    String name =
        vendor.compareTo(OURS) < 0
            ? OURS
            : vendor.substring(0, vendor.length() - SUFFIX.length()) + ".healing" + SUFFIX;
    return new Advice(ETC + "/" + name, comment() + setting(), then + now + " again.");
  }

  private String comment() {
    return "# " + why + ".\n";
  }

  private String setting() {
    return key + " = " + value + "\n";
  }

  /** The line that wins, if any sets it. */
  private Optional<Line> last(HostFiles files) {
    Map<String, Path> lastFirst = new TreeMap<>(Comparator.reverseOrder());
    for (String directory : DIRECTORIES) {
      try (DirectoryStream<Path> some =
          Files.newDirectoryStream(files.path(directory), "*" + SUFFIX)) {
        for (Path file : some) {
          if (Files.exists(file) && !Files.isDirectory(file)) {
            lastFirst.putIfAbsent(file.getFileName().toString(), file);
          }
        }
      } catch (IOException | DirectoryIteratorException e) {
        continue; // most are not there
      }
    }
    return lastFirst.values().stream().flatMap(file -> lastIn(file, files).stream()).findFirst();
  }

  private Optional<Line> lastIn(Path file, HostFiles files) {
    String[] lines;
    try {
      lines = files.read(files.name(file)).orElse("").split("\n");
    } catch (HostException e) {
      return Optional.empty();
    }
    for (int i = lines.length - 1; i >= 0; i--) {
      if (sets(lines[i])) {
        return Optional.of(new Line(file, i + 1, lines[i].strip()));
      }
    }
    return Optional.empty();
  }

  /** A pattern that matches it does not win over its name, and a leading {@code -} forgives. */
  private boolean sets(String line) {
    int equals = line.indexOf('=');
    return equals > 0
        && line.substring(0, equals).strip().replaceFirst("^-", "").replace('/', '.').equals(key);
  }

  /** An editor, or {@code sed -i}, is better told of the file than of a link to it. */
  private static Path linked(Path file, HostFiles files) {
    try {
      Path real = file.toRealPath();
      return real.startsWith(files.path("/")) ? real : file;
    } catch (IOException e) {
      return file;
    }
  }
}
