package dev.healing.actions.nixos.throttle;

import dev.healing.actions.nixos.throttle.Throttles.Throttle;
import dev.healing.api.Configuration;
import dev.healing.api.HostException;
import dev.healing.spi.CommandRunner;
import dev.healing.spi.CommandRunner.Command;
import dev.healing.spi.HostContext;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A timer of systemd's for each throttle, which takes it away when nobody else did: healing may be
 * stopped, paused, removed, or have lost its state by then. It looks whether the limit is still
 * ours, and needs nothing of us, not even a file.
 */
final class LastResort {
  /** By which packaging finds them, to have them do at a removal what they would do later. */
  static final String PREFIX = "healing-throttle-";

  private static final Duration QUICK = Duration.ofSeconds(5);

  /** So that it comes first who can say why, and is journalled. */
  private static final Duration LATER = Duration.ofMinutes(5);

  private static final List<String> PROGRAMS = List.of("systemd-run", "systemctl", "busctl");

  private final HostContext host;

  LastResort(HostContext host) {
    this.host = host;
  }

  /** Why there can be no such timer here, and so no throttle. */
  Optional<String> unavailable() {
    return PROGRAMS.stream()
        .filter(program -> host.commands().which(program).isEmpty())
        .findFirst()
        .map(missing -> "not applicable here: no " + missing + " in PATH");
  }

  /** When: after {@link ThrottledCalm} has asked for it, by the key of that. */
  static Duration after(Configuration anywhere) {
    Configuration detectors = anywhere.whole().section("detectors");
    Duration atMost =
        detectors.has(ThrottledCalm.NAME, ThrottledCalm.AT_MOST)
            ? ThrottledCalm.atMost(detectors.section(ThrottledCalm.NAME))
            : ThrottledCalm.USUALLY_AT_MOST;
    return atMost.plus(LATER);
  }

  /**
   * Has it run down. What it does is one line of shell, and neither a file that may be gone by then
   * nor one with a {@code $} or {@code ;}: systemd 252 garbles both when units are reloaded.
   *
   * @throws HostException if it is not certain that it does
   */
  void arm(Throttle throttle, Duration after) {
    String shown =
        String.join(
            " ",
            program("busctl"),
            "get-property",
            "org.freedesktop.systemd1",
            path(throttle.unit()),
            "org.freedesktop.systemd1.Service",
            property(throttle));
    String lift =
        String.join(
            " ",
            program("systemctl"),
            "set-property",
            "--runtime",
            "--",
            "'" + throttle.unit() + "'",
            setting(throttle));
    CommandRunner.Result armed =
        host.commands()
            .run(
                Command.of(
                        QUICK,
                        "systemd-run",
                        "--quiet",
                        "--collect",
                        "--no-ask-password",
                        "--on-active=" + after.toSeconds() + "s",
                        "--timer-property=IgnoreOnIsolate=yes",
                        "--property=IgnoreOnIsolate=yes",
                        "--service-type=oneshot",
                        "--unit=" + name(throttle),
                        "--description=healing takes its limit of " + throttle.unit() + " away")
                    .operands(
                        List.of(
                            "/bin/sh",
                            "-c",
                            "[ \"`"
                                + shown
                                + "`\" != \"t "
                                + throttle.value()
                                + "\" ] || exec "
                                + lift)));
    if (!armed.ok()) {
      throw new HostException(
          "nothing was set, since the timer that would take it away could not be started: "
              + armed.complaint());
    }
  }

  /** Is not needed any more. */
  void disarm(Throttle throttle) {
    try {
      host.commands()
          .run(
              Command.of(QUICK, "systemctl", "--no-ask-password", "stop")
                  .operands(List.of(name(throttle) + ".timer")));
    } catch (HostException e) {
      // Then it runs down, and finds nothing that is ours.
    }
  }

  /** Of both units. What systemd gives a meaning of its own is written as systemd-escape does. */
  static String name(Throttle throttle) {
    return PREFIX
        + throttle.limit().name().toLowerCase(Locale.ROOT).replace('_', '-')
        + "-"
        + throttle
            .unit()
            .replaceFirst("\\.service$", "")
            .replace("\\", "\\x5c")
            .replace("@", "\\x40");
  }

  private String program(String name) {
    return host.commands().which(name).map(Path::toString).orElse(name);
  }

  private static String property(Throttle throttle) {
    return switch (throttle.limit()) {
      case CPU_QUOTA -> "CPUQuotaPerSecUSec";
      case CPU_WEIGHT -> "CPUWeight";
      case MEMORY_HIGH -> "MemoryHigh";
    };
  }

  private static String setting(Throttle throttle) {
    return switch (throttle.limit()) {
      case CPU_QUOTA -> "CPUQuota=";
      case CPU_WEIGHT -> "CPUWeight=";
      case MEMORY_HIGH -> "MemoryHigh=infinity";
    };
  }

  /** Of the unit on the bus: all but letters and digits as hexadecimal numbers. */
  private static String path(String unit) {
    StringBuilder path = new StringBuilder("/org/freedesktop/systemd1/unit/");
    for (byte next : unit.getBytes(StandardCharsets.UTF_8)) {
      boolean first = path.charAt(path.length() - 1) == '/';
      boolean plain =
          next >= 'a' && next <= 'z'
              || next >= 'A' && next <= 'Z'
              || next >= '0' && next <= '9' && !first;
      path.append(plain ? String.valueOf((char) next) : String.format("_%02x", next));
    }
    return path.toString();
  }
}
