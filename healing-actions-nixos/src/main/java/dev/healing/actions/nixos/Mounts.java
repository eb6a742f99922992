package dev.healing.actions.nixos;

import dev.healing.api.RefusedException;
import dev.healing.spi.HostFiles;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** What is mounted where, from /proc/self/mountinfo: mount point to type. See proc(5). */
record Mounts(Map<String, String> types) {
  private static final String MOUNTINFO = "/proc/self/mountinfo";
  private static final int MOUNT_POINT = 4;
  private static final int OPTIONAL = 6;
  private static final Set<String> IN_MEMORY = Set.of("tmpfs", "ramfs");

  /**
   * Reads it.
   *
   * @throws RefusedException if it is not there or empty: every host has mounts
   */
  static Mounts read(HostFiles files) {
    Map<String, String> types = new LinkedHashMap<>();
    for (String line : files.read(MOUNTINFO).orElse("").split("\n")) {
      String[] fields = line.split(" ");
      int separator = OPTIONAL;
      while (separator < fields.length && !fields[separator].equals("-")) {
        separator++;
      }
      if (separator + 1 < fields.length) {
        types.put(unescape(fields[MOUNT_POINT]), fields[separator + 1]);
      }
    }
    Checks.require(
        !types.isEmpty(),
        MOUNTINFO + " tells no mounts, so nobody knows what is mounted below a root");
    return new Mounts(types);
  }

  Set<String> points() {
    return types.keySet();
  }

  /** Whether the file system that holds the path lives in memory. */
  boolean inMemory(String path) {
    String best = "";
    for (String point : types.keySet()) {
      String below = point.equals("/") ? "/" : point + "/";
      if ((path + "/").startsWith(below) && point.length() >= best.length()) {
        best = point;
      }
    }
    return IN_MEMORY.contains(types.getOrDefault(best, ""));
  }

  private static String unescape(String text) {
    return text.replace("\\040", " ")
        .replace("\\011", "\t")
        .replace("\\012", "\n")
        .replace("\\134", "\\");
  }
}
