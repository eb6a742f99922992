package dev.healing.actions.nixos.services;

import dev.healing.api.HostException;
import dev.healing.spi.CommandRunner.Command;
import dev.healing.spi.CommandRunner.Result;
import dev.healing.spi.HostContext;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/** What a unit that failed says of itself: how it ended, and the last lines of its log, bounded. */
final class LastWords {
  private static final Duration LIMIT = Duration.ofSeconds(2);
  private static final int LINES = 6;
  private static final int LONGEST_LINE = 120;

  /** By which systemd tells a unit's description: that of systemd-run is a whole command line. */
  private static final Pattern DESCRIBES =
      Pattern.compile(
          "(Start(ing|ed)|Stopp(ing|ed)|Finished|Reload(ing|ed)|Failed to [a-z]+|Dependency failed for)"
              + " .*");

  private LastWords() {}

  /** For a person, in one line. */
  static String of(HostContext host, String unit) {
    String log = log(host, unit);
    return ended(host, unit) + "; " + (log.isEmpty() ? "its log is empty" : log);
  }

  private static String ended(HostContext host, String unit) {
    Map<String, String> how =
        host.systemd().properties(unit, Set.of("Result", "ExecMainCode", "ExecMainStatus"));
    String code =
        switch (how.getOrDefault("ExecMainCode", "")) {
          case "1" -> ", exit status ";
          case "2" -> ", killed by signal ";
          case "3" -> ", dumped core on signal ";
          default -> "";
        };
    String status = code.isEmpty() ? "" : code + how.getOrDefault("ExecMainStatus", "?");
    return "result " + how.getOrDefault("Result", "unknown") + status;
  }

  /** Its own words; what systemd says about it only if it said nothing. */
  private static String log(HostContext host, String unit) {
    String own = lines(host, "_SYSTEMD_UNIT=" + unit, line -> true);
    return own.isEmpty()
        ? lines(host, "--unit=" + unit, line -> !DESCRIBES.matcher(line).matches())
        : own;
  }

  private static String lines(HostContext host, String whose, Predicate<String> shown) {
    Command command =
        Command.of(
            LIMIT,
            "journalctl",
            "--no-pager",
            "--quiet",
            "--output=cat",
            "--lines=" + 2 * LINES,
            whose);
    try {
      Result result = host.commands().run(command);
      if (!result.ok()) {
        return "its log cannot be read: " + result.complaint();
      }
      List<String> lines = new ArrayList<>();
      for (String line : result.stdout().strip().split("\\R")) {
        String clean = line.replaceAll("\\p{Cntrl}", "?").strip();
        if (shown.test(clean)) {
          lines.add(clean.substring(0, Math.min(clean.length(), LONGEST_LINE)));
        }
      }
      int first = Math.max(0, lines.size() - LINES);
      String said = String.join(" | ", lines.subList(first, lines.size()));
      return said.isEmpty() ? "" : "its log ends: " + said;
    } catch (HostException e) {
      return "its log cannot be read: " + e.getMessage();
    }
  }
}
