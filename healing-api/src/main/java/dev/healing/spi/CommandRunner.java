package dev.healing.spi;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Runs commands: argument lists, never a shell. */
public interface CommandRunner {
  /**
   * A command.
   *
   * @param argv program and arguments
   * @param timeLimit after which it and its children are killed
   * @param maxOutputBytes of stdout and of stderr, each; the rest is read and dropped
   * @param input what it reads from stdin, in UTF-8, at most 32 KiB
   * @param apart whether it needs more than the daemon's unit is left with, see {@link #asApart}
   */
  record Command(
      List<String> argv, Duration timeLimit, int maxOutputBytes, String input, boolean apart) {
    /** What fits into a pipe, so that nobody waits for a command that does not read it. */
    public static final int MAX_INPUT_BYTES = 32 << 10;

    /** Copies. */
    public Command {
      argv = List.copyOf(argv);
      if (argv.isEmpty()) {
        throw new IllegalArgumentException("a command without a program");
      }
      int bytes = input.getBytes(StandardCharsets.UTF_8).length;
      if (bytes > MAX_INPUT_BYTES) {
        throw new IllegalArgumentException(
            argv.get(0) + ": an input of " + bytes + " B: expected 32 KiB at most");
      }
    }

    /** A command that does with what the daemon may do. */
    public Command(List<String> argv, Duration timeLimit, int maxOutputBytes, String input) {
      this(argv, timeLimit, maxOutputBytes, input, false);
    }

    /** The same, and finds nothing on stdin. */
    public Command(List<String> argv, Duration timeLimit, int maxOutputBytes) {
      this(argv, timeLimit, maxOutputBytes, "");
    }

    /** A command with up to 1 MiB of output. */
    public static Command of(Duration timeLimit, String... argv) {
      return new Command(List.of(argv), timeLimit, 1 << 20);
    }

    /** With {@code --} and these operands, so that none of them is taken for an option. */
    public Command operands(List<String> operands) {
      List<String> all = new ArrayList<>(argv);
      all.add("--");
      all.addAll(operands);
      return new Command(all, timeLimit, maxOutputBytes, input, apart);
    }

    /**
     * With all rights of its user, in a unit of its own, where the daemon's unit forbids most: for
     * what becomes another user, mounts, changes owners, or is the operator's own program. Starting
     * it takes some tens of milliseconds and a systemd that answers. Elsewhere it runs as any
     * other.
     */
    public Command asApart() {
      return new Command(argv, timeLimit, maxOutputBytes, input, true);
    }
  }

  /**
   * What came of a command.
   *
   * @param exitCode as the shell would say it: 128 + n for signal n
   * @param stdout in UTF-8, malformed bytes replaced
   * @param stderr in UTF-8, malformed bytes replaced
   * @param truncated whether some output was dropped
   * @param timedOut whether it was killed for its time limit
   */
  record Result(int exitCode, String stdout, String stderr, boolean truncated, boolean timedOut) {
    private static final int LONGEST_COMPLAINT = 300;

    /** Whether it ended by itself, with exit code 0. */
    public boolean ok() {
      return exitCode == 0 && !timedOut;
    }

    /**
     * The last line of stderr, or what else there is to say about a failure; at most 300 characters
     * of it, since it is told, kept and sent on.
     */
    public String complaint() {
      if (timedOut) {
        return "took too long and was ended";
      }
      String[] lines = stderr.strip().split("\\R");
      String last = lines[lines.length - 1].strip();
      if (last.length() > LONGEST_COMPLAINT) {
        return last.substring(0, LONGEST_COMPLAINT - 1) + "…";
      }
      return last.isEmpty() ? "exit code " + exitCode : last;
    }
  }

  /**
   * Runs it and waits for it. Environment: {@code PATH}, {@code LC_ALL=C} and nothing that the host
   * does not need. An interrupt kills the command and is restored.
   *
   * @throws dev.healing.api.HostException if it cannot be started
   */
  Result run(Command command);

  /**
   * Runs it and hands over its output by the line, as it comes: for output of any size. Nothing of
   * stdout is in the result. A line that is longer than {@code maxOutputBytes} is cut, and the
   * result truncated. Whatever {@code line} throws ends the command. Here: of what {@link
   * #run(Command)} keeps of it.
   *
   * @param line is given each line of stdout, without its end
   * @throws dev.healing.api.HostException if it cannot be started
   */
  default Result run(Command command, Consumer<String> line) {
    Result all = run(command);
    all.stdout().lines().forEach(line);
    return new Result(all.exitCode(), "", all.stderr(), all.truncated(), all.timedOut());
  }

  /** Where the program is in PATH. */
  Optional<Path> which(String program);
}
