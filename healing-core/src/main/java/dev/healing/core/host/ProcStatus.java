package dev.healing.core.host;

import java.util.Optional;

/**
 * What is wanted of /proc/PID/status; see proc_pid_status(5).
 *
 * @param uid the real user
 * @param residentBytes VmRSS; 0 where there is no memory at all: zombies and kernel threads
 */
record ProcStatus(int uid, long residentBytes) {
  /** Parses it; absent without a Uid line. */
  static Optional<ProcStatus> parse(String text) {
    Optional<String> uid = first(text, "Uid:");
    try {
      long residentKib = first(text, "VmRSS:").map(Long::parseLong).orElse(0L);
      if (uid.isEmpty() || residentKib < 0 || residentKib > Long.MAX_VALUE >> 10) {
        return Optional.empty();
      }
      // (uid_t) -1 and the like: the kernel's are unsigned.
      int number = Integer.parseUnsignedInt(uid.get());
      return Optional.of(new ProcStatus(number, residentKib << 10));
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  /** The first word after the key, at the beginning of a line. */
  private static Optional<String> first(String text, String key) {
    int at = text.startsWith(key) ? 0 : text.indexOf("\n" + key) + 1;
    if (at == 0 && !text.startsWith(key)) {
      return Optional.empty();
    }
    int end = text.indexOf('\n', at);
    String rest = text.substring(at + key.length(), end < 0 ? text.length() : end).strip();
    return rest.isEmpty() ? Optional.empty() : Optional.of(rest.split("\\s+", 2)[0]);
  }
}
