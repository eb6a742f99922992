package dev.healing.actions.nixos;

import dev.healing.api.HostException;
import dev.healing.api.RefusedException;
import dev.healing.spi.HostFiles;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What is mounted where, from /proc/self/mountinfo: mount point to type. See proc(5). */
record Mounts(Map<String, String> types) {
  private static final String MOUNTINFO = "/proc/self/mountinfo";
  private static final int MOUNT_POINT = 4;
  private static final int OPTIONAL = 6;
  private static final char UNREADABLE = '\uFFFD';
  private static final Pattern ESCAPED = Pattern.compile("\\\\([0-3][0-7]{2})");
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

  /**
   * Where something is mounted below these directories.
   *
   * @throws RefusedException if that is a place whose name is no text here: it could not be told
   *     from a directory like any other
   */
  Set<Path> below(HostFiles files, Collection<Path> roots) {
    Set<Path> points = new HashSet<>();
    for (String point : types.keySet()) {
      if (roots.stream().anyMatch(root -> point.startsWith(root + "/"))) {
        Optional<Path> path = path(files, point);
        Checks.require(
            path.isPresent(),
            "something is mounted on "
                + point
                + ", a name that cannot be read in this locale; nothing is deleted beside it:"
                + " unmount it, or leave that root out");
        points.add(path.get());
      }
    }
    return points;
  }

  private static Optional<Path> path(HostFiles files, String point) {
    try {
      return point.indexOf(UNREADABLE) < 0 ? Optional.of(files.path(point)) : Optional.empty();
    } catch (InvalidPathException | HostException e) {
      return Optional.empty();
    }
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

  /** Bytes that would not do in a line are written as three octal digits. */
  private static String unescape(String text) {
    return ESCAPED
        .matcher(text)
        .replaceAll(
            m -> Matcher.quoteReplacement(String.valueOf((char) Integer.parseInt(m.group(1), 8))));
  }
}
