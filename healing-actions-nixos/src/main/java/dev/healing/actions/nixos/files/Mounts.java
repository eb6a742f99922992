package dev.healing.actions.nixos.files;

import dev.healing.actions.nixos.Checks;
import dev.healing.api.HostException;
import dev.healing.api.RefusedException;
import dev.healing.spi.HostFiles;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What is mounted where, from /proc/self/mountinfo. See proc(5). */
record Mounts(List<Mount> all) {
  /**
   * A mount.
   *
   * @param root the directory of its file system that is shown
   * @param point where it is shown
   * @param layers directories elsewhere that it shows, of an overlay
   */
  record Mount(String device, String root, String point, String type, List<String> layers) {
    /** Under which name another mount shows the directory that this one shows; empty if none. */
    Optional<String> sourceIn(Mount other) {
      if (!device.equals(other.device) || !isAtOrBelow(root, other.root)) {
        return Optional.empty();
      }
      String below = root.equals(other.root) ? "" : root;
      String rest = other.root.equals("/") ? below : root.substring(other.root.length());
      String source = other.point.equals("/") ? rest : other.point + rest;
      return source.equals(point) ? Optional.empty() : Optional.of(source);
    }
  }

  private static final String MOUNTINFO = "/proc/self/mountinfo";
  private static final int DEVICE = 2;
  private static final int ROOT = 3;
  private static final int MOUNT_POINT = 4;
  private static final int OPTIONAL = 6;
  private static final char UNREADABLE = '\uFFFD';
  private static final Pattern ESCAPED = Pattern.compile("\\\\([0-3][0-7]{2})");
  private static final Pattern LAYERS = Pattern.compile("(?:upper|lower|work)dir\\+?=([^,]+)");
  private static final Set<String> IN_MEMORY = Set.of("tmpfs", "ramfs");

  /**
   * Reads it.
   *
   * @throws RefusedException if it is not there or empty: every host has mounts
   */
  static Mounts read(HostFiles files) {
    List<Mount> all = new ArrayList<>();
    for (String line : files.read(MOUNTINFO).orElse("").split("\n")) {
      String[] fields = line.split(" ");
      int separator = OPTIONAL;
      while (separator < fields.length && !fields[separator].equals("-")) {
        separator++;
      }
      if (separator + 1 < fields.length) {
        all.add(
            new Mount(
                fields[DEVICE],
                unescape(fields[ROOT]),
                unescape(fields[MOUNT_POINT]),
                fields[separator + 1],
                layers(fields[fields.length - 1])));
      }
    }
    Checks.require(
        !all.isEmpty(),
        MOUNTINFO + " tells no mounts, so nobody knows what is mounted below a root");
    return new Mounts(all);
  }

  private static List<String> layers(String options) {
    List<String> layers = new ArrayList<>();
    Matcher each = LAYERS.matcher(options);
    while (each.find()) {
      layers.addAll(List.of(unescape(each.group(1)).split(":")));
    }
    return layers;
  }

  /**
   * Where something is mounted below these directories, and what below them is shown elsewhere: by
   * a bind mount, or as a layer. Whoever uses it there does not take it for a cache.
   *
   * @throws RefusedException if that is a place whose name is no text here: it could not be told
   *     from a directory like any other
   */
  Set<Path> below(HostFiles files, Collection<Path> roots) {
    Set<Path> below = new HashSet<>();
    for (Mount mount : all) {
      List<String> names = new ArrayList<>(mount.layers());
      names.add(mount.point());
      all.forEach(other -> mount.sourceIn(other).ifPresent(names::add));
      names.stream()
          .filter(name -> roots.stream().anyMatch(root -> name.startsWith(root + "/")))
          .forEach(name -> below.add(known(files, name)));
    }
    return below;
  }

  private static Path known(HostFiles files, String name) {
    return path(files, name)
        .orElseThrow(
            () ->
                new RefusedException(
                    "something is mounted on or from "
                        + name
                        + ", a name that cannot be read in this locale; nothing is deleted beside"
                        + " it: unmount it, or leave that root out"));
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
    Mount best = null;
    for (Mount mount : all) {
      if (isAtOrBelow(path, mount.point())
          && (best == null || mount.point().length() >= best.point().length())) {
        best = mount;
      }
    }
    return best != null && IN_MEMORY.contains(best.type());
  }

  private static boolean isAtOrBelow(String path, String directory) {
    return (path + "/").startsWith(directory.equals("/") ? "/" : directory + "/");
  }

  /** Bytes that would not do in a line are written as three octal digits. */
  private static String unescape(String text) {
    return ESCAPED
        .matcher(text)
        .replaceAll(
            m -> Matcher.quoteReplacement(String.valueOf((char) Integer.parseInt(m.group(1), 8))));
  }
}
