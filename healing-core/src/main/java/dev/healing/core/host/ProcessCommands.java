package dev.healing.core.host;

import dev.healing.api.HostException;
import dev.healing.spi.CommandRunner;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Runs commands on the caller's thread. Both pipes are emptied by asking what is there between
 * short waits for the exit: no threads beside, no deadlock on a full pipe, and a grandchild that
 * keeps a pipe open holds nobody up.
 */
final class ProcessCommands implements CommandRunner {
  private static final List<String> STANDARD_PATH =
      List.of(
          "/run/wrappers/bin",
          "/run/current-system/sw/bin",
          "/nix/var/nix/profiles/default/bin",
          "/usr/local/sbin",
          "/usr/local/bin",
          "/usr/sbin",
          "/usr/bin",
          "/sbin",
          "/bin");
  private static final Set<String> KEPT = Set.of("HOME", "XDG_RUNTIME_DIR");
  private static final long LONGEST_WAIT_MILLIS = 20;

  private final List<String> path;
  private final Map<String, String> inherited;

  ProcessCommands(Map<String, String> inherited) {
    this.inherited = Map.copyOf(inherited);
    this.path = searchPath(inherited.getOrDefault("PATH", ""));
  }

  /** What we were given, without relative entries, then where hosts keep their programs. */
  private static List<String> searchPath(String given) {
    Set<String> all = new LinkedHashSet<>();
    for (String entry : given.split(File.pathSeparator)) {
      if (entry.startsWith("/")) {
        all.add(entry);
      }
    }
    all.addAll(STANDARD_PATH);
    return List.copyOf(all);
  }

  @Override
  public Optional<Path> which(String program) {
    if (program.isEmpty() || program.indexOf('\0') >= 0) {
      return Optional.empty();
    }
    if (program.contains("/")) {
      return Optional.of(Path.of(program)).filter(ProcessCommands::runnable);
    }
    return path.stream()
        .map(directory -> Path.of(directory, program))
        .filter(ProcessCommands::runnable)
        .findFirst();
  }

  private static boolean runnable(Path candidate) {
    return Files.isRegularFile(candidate) && Files.isExecutable(candidate);
  }

  @Override
  public Result run(Command command) {
    return await(command, null);
  }

  @Override
  public Result run(Command command, Consumer<String> line) {
    return await(command, line);
  }

  private Result await(Command command, @Nullable Consumer<String> line) {
    long deadline = System.nanoTime() + command.timeLimit().toNanos();
    Optional<ApartUnit> unit = command.apart() ? ApartUnit.next(inherited) : Optional.empty();
    Process process = start(command, unit);
    OutputPipe out = new OutputPipe(process.getInputStream(), command.maxOutputBytes(), line);
    OutputPipe err = new OutputPipe(process.getErrorStream(), command.maxOutputBytes(), null);
    boolean timedOut = false;
    try {
      give(process, command.input());
      if (!awaitExit(process, out, err, deadline)) {
        timedOut = true;
        unit.ifPresent(ApartUnit::requireBegun);
        kill(process, unit);
        process.waitFor(1, TimeUnit.SECONDS);
      }
      out.drain();
      err.drain();
      out.end();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new HostException(command.argv().get(0) + ": interrupted, and was ended", e);
    } catch (IOException e) {
      throw new HostException(
          command.argv().get(0) + ": its output could not be read: " + HostException.reason(e), e);
    } finally {
      if (process.isAlive()) {
        kill(process, unit);
      }
      out.close();
      err.close();
    }
    int exitCode = process.isAlive() ? 128 + 9 : process.exitValue();
    Result result =
        new Result(exitCode, out.text(), err.text(), out.truncated() || err.truncated(), timedOut);
    return unit.isEmpty() || timedOut ? result : unit.get().of(result);
  }

  private Process start(Command command, Optional<ApartUnit> unit) {
    Path program = program(command.argv().get(0));
    Map<String, String> variables = environment();
    List<String> argv = new ArrayList<>(command.argv());
    argv.set(0, program.toString());
    if (unit.isPresent()) {
      argv = unit.get().argv(command, program, variables);
      argv.set(0, program(argv.get(0)).toString());
    }
    ProcessBuilder builder = new ProcessBuilder(argv);
    if (command.input().isEmpty()) {
      builder.redirectInput(new File("/dev/null"));
    }
    builder.environment().clear();
    builder.environment().putAll(variables);
    try {
      return builder.start();
    } catch (IOException e) {
      throw new HostException(
          "command '"
              + command.argv().get(0)
              + "' could not be started: "
              + HostException.reason(e),
          e);
    }
  }

  private Path program(String name) {
    return which(name)
        .orElseThrow(
            () ->
                new HostException(
                    "command '"
                        + name
                        + "' was not found in "
                        + String.join(":", path)
                        + ": install it, or add its directory to PATH"));
  }

  private Map<String, String> environment() {
    Map<String, String> variables = new TreeMap<>();
    inherited.forEach(
        (name, value) -> {
          if (KEPT.contains(name) || name.startsWith("NIX_")) {
            variables.put(name, value);
          }
        });
    variables.put("PATH", String.join(File.pathSeparator, path));
    variables.put("LC_ALL", "C");
    return variables;
  }

  /** It fits into the pipe. Whoever does not want it ends, or closes the pipe: that is no fault. */
  private static void give(Process process, String input) {
    if (input.isEmpty()) {
      return;
    }
    try (OutputStream in = process.getOutputStream()) {
      in.write(input.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      // Its exit code tells how it went without.
    }
  }

  /** Whether it ended before the deadline. */
  private static boolean awaitExit(Process process, OutputPipe out, OutputPipe err, long deadline)
      throws IOException, InterruptedException {
    long waitMillis = 1;
    while (true) {
      boolean read = out.drain() | err.drain();
      waitMillis = read ? 1 : Math.min(waitMillis * 2, LONGEST_WAIT_MILLIS);
      long leftNanos = deadline - System.nanoTime();
      if (leftNanos <= 0) {
        return false;
      }
      long waitNanos = Math.min(leftNanos, Duration.ofMillis(waitMillis).toNanos());
      if (process.waitFor(waitNanos, TimeUnit.NANOSECONDS)) {
        return true;
      }
    }
  }

  /**
   * Its descendants are listed first: once it is gone, they are nobody's. By its handle, since a
   * process that is destroyed itself closes what it has written so far. What has a unit is ended
   * with that; nobody waits for it.
   */
  private void kill(Process process, Optional<ApartUnit> unit) {
    unit.ifPresent(apart -> start(apart.end(), Optional.empty()));
    List<ProcessHandle> descendants = process.descendants().toList();
    process.toHandle().destroyForcibly();
    descendants.forEach(ProcessHandle::destroyForcibly);
  }
}
