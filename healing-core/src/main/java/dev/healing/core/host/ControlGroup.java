package dev.healing.core.host;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Which units a control group belongs to, worked out as systemd does it: slices, and the first
 * component that is none. What lies below is the unit's own business, so a user's services belong
 * to their {@code user@UID.service}, and what runs in a container belongs to the container.
 */
final class ControlGroup {
  private ControlGroup() {}

  /** The path in systemd's hierarchy: v1's {@code name=systemd} if there is one, else v2's. */
  static Optional<String> path(String procCgroup) {
    Optional<String> unified = Optional.empty();
    for (String line : procCgroup.split("\n")) {
      String[] parts = line.split(":", 3);
      if (parts.length == 3 && parts[2].startsWith("/")) {
        if (parts[1].equals("name=systemd")) {
          return Optional.of(parts[2]);
        }
        if (parts[0].equals("0") && parts[1].isEmpty()) {
          unified = Optional.of(parts[2]);
        }
      }
    }
    return unified;
  }

  /** The root of systemd's groups, from the path of PID 1: not {@code /} in some containers. */
  static String root(String pathOfInit) {
    return pathOfInit.endsWith("/init.scope")
        ? pathOfInit.substring(0, pathOfInit.length() - "/init.scope".length())
        : "";
  }

  /** The units of a process in this group, outermost first; none for what systemd did not start. */
  static List<String> units(String path, String root) {
    String own = path.startsWith(root + "/") ? path.substring(root.length()) : path;
    List<String> units = new ArrayList<>();
    for (String component : own.split("/")) {
      // systemd puts an underscore before names that the kernel would take for its own files.
      String name = component.startsWith("_") ? component.substring(1) : component;
      if (!name.isEmpty()) {
        if (UnitName.valid(name)) {
          units.add(name);
        }
        if (!name.endsWith(".slice")) {
          return units;
        }
      }
    }
    return units;
  }
}
