package dev.healing.core.host;

import dev.healing.api.HostException;
import dev.healing.spi.CommandRunner.Command;
import dev.healing.spi.CommandRunner.Result;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The transient unit that a command gets when the daemon's own unit, named by {@code HEALING_UNIT},
 * leaves its processes few rights. It ends with that unit. What the command itself left running
 * when it ended goes on, as a mailer's delivery in the background must.
 */
record ApartUnit(String name, String boundTo) {
  private static final String PREFIX = "healing-apart-";
  private static final Path BOOTED = Path.of("/run/systemd/system");
  private static final Path TRANSIENT = Path.of("/run/systemd/transient");
  private static final Duration END = Duration.ofSeconds(5);
  private static final AtomicLong COUNT = new AtomicLong();

  /**
   * Runs the command; told to end, ends it and its children. The exit code is one more if it is not
   * 0: what systemd-run says when nothing was run is 1.
   */
  private static final String SCRIPT =
      """
      trap 'kill -s KILL 0' TERM
      exec 3<&0
      "$@" <&3 3<&- &
      wait $!
      code=$?
      [ $code -eq 0 ] || [ $code -eq 255 ] || code=$((code + 1))
      exit $code
      """;

  /** A new one; none unless systemd has started us in a unit that says so. */
  static Optional<ApartUnit> next(Map<String, String> environment) {
    return Optional.ofNullable(environment.get("HEALING_UNIT"))
        .filter(unit -> !unit.isEmpty() && Files.isDirectory(BOOTED))
        .map(
            unit ->
                new ApartUnit(
                    PREFIX
                        + ProcessHandle.current().pid()
                        + "-"
                        + COUNT.incrementAndGet()
                        + ".service",
                    UnitName.require(unit)));
  }

  /** Whether a unit is one of these, which is no service of the host's. */
  static boolean named(String unit) {
    return unit.startsWith(PREFIX);
  }

  /**
   * What to run for it. The unit outlives the command's time limit by a second, if nobody ends it.
   *
   * @param program where the command's program is
   */
  List<String> argv(Command command, Path program, Map<String, String> environment) {
    List<String> all =
        new ArrayList<>(
            List.of(
                "systemd-run",
                "--quiet",
                "--no-ask-password",
                "--pipe",
                "--wait",
                "--collect",
                "--service-type=simple",
                "--unit=" + name,
                "--description=healing runs " + program.getFileName(),
                "--property=BindsTo=" + boundTo,
                "--property=After=" + boundTo,
                "--property=KillMode=process",
                "--property=TimeoutStopSec=2s",
                "--property=RuntimeMaxSec=" + (command.timeLimit().toMillis() + 1000) + "ms",
                "--property=OOMPolicy=continue",
                "--property=LogLevelMax=err"));
    environment.forEach((key, value) -> all.add("--setenv=" + key + "=" + value));
    all.addAll(List.of("--", "/bin/sh", "-c", SCRIPT, "sh", program.toString()));
    all.addAll(command.argv().subList(1, command.argv().size()));
    return all;
  }

  /** What ends it. */
  Command end() {
    return Command.of(END, "systemctl", "--no-ask-password", "--quiet", "stop", "--", name);
  }

  /**
   * The command's result, by that of systemd-run.
   *
   * @throws HostException if there is none, since systemd did not run it
   */
  Result of(Result result) {
    int code = result.exitCode();
    if (code == 1) {
      throw new HostException("systemd did not run it in a unit of its own: " + result.complaint());
    }
    return new Result(
        code == 0 || code == 255 ? code : code - 1,
        result.stdout(),
        result.stderr(),
        result.truncated(),
        false);
  }

  /**
   * Asked when time is over.
   *
   * @throws HostException if it has not even begun: that says nothing about the command
   */
  void requireBegun() {
    if (!Files.exists(TRANSIENT.resolve(name))) {
      throw new HostException("systemd did not start it in time in a unit of its own, " + name);
    }
  }
}
