package dev.healing.actions.nixos;

import dev.healing.spi.CommandRunner.Command;
import dev.healing.spi.CommandRunner.Result;
import dev.healing.spi.Systemd.Limit;
import dev.healing.testkit.TestHost;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** systemd-run and systemctl stop on a simulated host, for timers that take a limit away. */
public final class ThrottleTimers {
  private static final Pattern LINE =
      Pattern.compile(
          "\\[ \"`/bin/busctl get-property org\\.freedesktop\\.systemd1"
              + " /org/freedesktop/systemd1/unit/\\w+ org\\.freedesktop\\.systemd1\\.Service"
              + " (CPUQuotaPerSecUSec|MemoryHigh|CPUWeight)`\" != \"t (\\d+)\" \\] \\|\\|"
              + " exec /bin/systemctl set-property --runtime --"
              + " '([^']+)' (CPUQuota=|MemoryHigh=infinity|CPUWeight=)");
  private static final Map<String, Limit> LIMITS =
      Map.of(
          "CPUQuotaPerSecUSec", Limit.CPU_QUOTA,
          "MemoryHigh", Limit.MEMORY_HIGH,
          "CPUWeight", Limit.CPU_WEIGHT);

  private final TestHost host;
  private final Map<String, String> running = new TreeMap<>();
  private boolean broken;

  /** On this host. */
  public ThrottleTimers(TestHost host) {
    this.host = host;
    for (String program : List.of("systemd-run", "systemctl", "busctl")) {
      host.commands().installed(program, Path.of("/bin", program));
    }
    host.commands().onProgram("systemd-run", this::run);
    host.commands().onProgram("systemctl", this::stop);
  }

  /** From now on none can be started. */
  public void breakThem() {
    broken = true;
  }

  /** Those that run down, and what each will do. */
  public Map<String, String> running() {
    return running;
  }

  private Result run(Command command) {
    List<String> argv = command.argv();
    String name = option(argv, "--unit=").replaceFirst("\\.service$", "") + ".timer";
    if (broken || running.containsKey(name)) {
      return new Result(1, "", "Failed to start transient timer unit", false, false);
    }
    String line = argv.get(argv.size() - 1);
    running.put(name, line);
    host.time()
        .happens(
            Duration.ofSeconds(Long.parseLong(option(argv, "--on-active=").replace("s", ""))),
            name,
            () -> {
              if (line.equals(running.remove(name))) {
                runs(line);
              }
            });
    return new Result(0, "", "", false, false);
  }

  private void runs(String line) {
    Matcher lifts = LINE.matcher(line);
    if (!lifts.matches()) {
      throw new AssertionError("nobody expected the line " + line);
    }
    Limit limit = LIMITS.get(lifts.group(1));
    OptionalLong ours = OptionalLong.of(Long.parseLong(lifts.group(2)));
    if (host.systemd().limit(lifts.group(3), limit).equals(ours)) {
      host.systemd().setLimit(lifts.group(3), limit, OptionalLong.empty());
    }
  }

  private Result stop(Command command) {
    List<String> argv = command.argv();
    if (!argv.contains("stop")) {
      throw new AssertionError("nobody expected the command " + argv);
    }
    running.remove(argv.get(argv.size() - 1));
    return new Result(0, "", "", false, false);
  }

  private static String option(List<String> argv, String name) {
    return argv.stream()
        .filter(argument -> argument.startsWith(name))
        .findFirst()
        .orElseThrow()
        .substring(name.length());
  }
}
