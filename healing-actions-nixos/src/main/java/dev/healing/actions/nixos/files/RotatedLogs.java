package dev.healing.actions.nixos.files;

import java.nio.file.Path;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Which files of a directory of logs are over, by their names: a program that writes what it needs
 * beside its logs, an index, a database's own journal, what is to be billed, does not name it so.
 */
final class RotatedLogs {
  private static final Set<String> LOGS = Set.of("log", "logs");

  /** As logrotate, savelog, syslog-ng, httpd's rotatelogs and Java's loggers name them. */
  private static final Pattern ROTATED =
      Pattern.compile(
          ".*(\\.\\d{1,3}|\\.old|[-._]\\d{4}-?\\d{2}-?\\d{2}([-._T]?\\d{2,10})*)"
              + "(\\.(log|txt|out|err|json))?(\\.\\d{1,3})?(\\.(gz|xz|bz2|zst|lz4|Z))?",
          Pattern.DOTALL);

  private RotatedLogs() {}

  /** Whether it is a directory of logs: so is the nearest name on its way that says what it is. */
  static boolean areIn(Path directory) {
    for (int i = directory.getNameCount() - 1; i >= 0; i--) {
      String name = directory.getName(i).toString();
      if (Roots.disposable(name)) {
        return LOGS.contains(Roots.lower(name));
      }
    }
    return false;
  }

  /** Whether it will not be written to again, and is no evidence of who did what. */
  static boolean isOne(Path name) {
    return ROTATED.matcher(name.toString()).matches() && !isEvidence(name);
  }

  /** Whether it is or lies in an audit trail, as of Kubernetes or Vault, below its logs. */
  static boolean isEvidence(Path path) {
    for (int i = path.getNameCount() - 1; i >= 0; i--) {
      String name = Roots.lower(path.getName(i).toString());
      if (name.startsWith("audit")) {
        return true;
      }
      if (Roots.disposable(name)) {
        return false;
      }
    }
    return false;
  }
}
