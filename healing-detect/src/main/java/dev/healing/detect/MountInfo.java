package dev.healing.detect;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * One line of /proc/self/mountinfo, see proc(5).
 *
 * @param device major:minor, the same for all mounts of one file system
 * @param root what of the file system is mounted: {@code /} unless it is a bind mount or subvolume
 * @param mountPoint where
 * @param type for example ext4
 * @param source for example /dev/sda1
 * @param givenUp whether it was mounted to be written to, and the kernel lets nobody any more: it
 *     found the file system damaged, or its device gone. Whoever mounts or remounts it read-only
 *     says so of the mount as well
 * @param readOnly whether it was mounted so that nobody writes to it: the mount and the file system
 *     say so both, and not only one of several mounts of it
 * @param automount whether something is mounted over it when it is asked for, and unmounted when it
 *     was not for a while
 */
record MountInfo(
    String device,
    String root,
    String mountPoint,
    String type,
    String source,
    boolean givenUp,
    boolean readOnly,
    boolean automount) {
  private static final Pattern MAJOR_MINOR = Pattern.compile("\\d{1,9}:\\d{1,9}");
  private static final int DEVICE = 2;
  private static final int ROOT = 3;
  private static final int MOUNT_POINT = 4;
  private static final int OPTIONS = 5;
  private static final int OPTIONAL = 6;

  /** What the kernel adds to the options of a file system; the last two since Linux 6.15. */
  private static final Set<String> GIVEN_UP = Set.of("ro", "emergency_ro", "shutdown");

  /** The lines that are whole, in their order. */
  static List<MountInfo> parse(String text) {
    List<MountInfo> mounts = new ArrayList<>();
    for (String line : text.split("\n")) {
      parseLine(line).ifPresent(mounts::add);
    }
    return List.copyOf(mounts);
  }

  private static Optional<MountInfo> parseLine(String line) {
    String[] fields = line.split(" ");
    int separator = OPTIONAL;
    while (separator < fields.length && !fields[separator].equals("-")) {
      separator++;
    }
    // After the separator: type, source, options of the file system. A shorter line is cut off.
    if (separator + 3 >= fields.length
        || !fields[MOUNT_POINT].startsWith("/")
        || !MAJOR_MINOR.matcher(fields[DEVICE]).matches()) {
      return Optional.empty();
    }
    String type = unescape(fields[separator + 1]);
    List<String> ofFileSystem = options(fields[separator + 3]);
    boolean writable = options(fields[OPTIONS]).contains("rw");
    return Optional.of(
        new MountInfo(
            fields[DEVICE],
            unescape(fields[ROOT]),
            unescape(fields[MOUNT_POINT]),
            type,
            unescape(fields[separator + 2]),
            writable && ofFileSystem.stream().anyMatch(GIVEN_UP::contains),
            !writable && ofFileSystem.contains("ro"),
            type.equals("autofs")
                && ofFileSystem.stream().anyMatch(o -> o.matches("timeout=[1-9]\\d*"))));
  }

  private static List<String> options(String field) {
    return List.of(field.split(","));
  }

  /** Space, tab, newline and backslash are written as three octal digits: {@code \040}. */
  static String unescape(String text) {
    if (text.indexOf('\\') < 0) {
      return text;
    }
    StringBuilder plain = new StringBuilder(text.length());
    int at = 0;
    while (at < text.length()) {
      if (isEscape(text, at)) {
        plain.append((char) Integer.parseInt(text, at + 1, at + 4, 8));
        at += 4;
      } else {
        plain.append(text.charAt(at++));
      }
    }
    return plain.toString();
  }

  private static boolean isEscape(String text, int at) {
    return text.charAt(at) == '\\'
        && at + 3 < text.length()
        && between(text.charAt(at + 1), '0', '1')
        && between(text.charAt(at + 2), '0', '7')
        && between(text.charAt(at + 3), '0', '7');
  }

  private static boolean between(char c, char least, char most) {
    return c >= least && c <= most;
  }
}
