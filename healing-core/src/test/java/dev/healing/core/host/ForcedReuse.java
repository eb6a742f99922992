package dev.healing.core.host;

import dev.healing.spi.HostProcesses.Held;
import dev.healing.spi.HostProcesses.ProcessState;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;

/**
 * Holds a process, has it replaced by another with the same number, and signals what it holds:
 * after the replacement, or again and again while that happens. To be run in a PID namespace of its
 * own, where it may say which number comes next; see {@link PidReuseTest}. Argument: how many
 * replacements.
 */
final class ForcedReuse {
  /**
   * The shell that starts the processes. What is to be replaced while it is signalled does not
   * listen to SIGTERM, so that it lives until then; who replaces it does.
   */
  private static final String SHELL =
      """
      next() { echo $(($1 - 1)) >/proc/sys/kernel/ns_last_pid; sleep 1000 & echo $!; }
      while read -r verb pid; do
        case $verb in
          start) next $pid ;;
          deaf) trap '' TERM; next $pid; trap - TERM ;;
          reuse) kill -9 $pid; wait $pid; next $pid ;;
          end) kill -USR1 $pid; wait $pid; echo $? ;;
        esac
      done 2>/dev/null
      """;

  /** How a sleeping process ends that nobody signalled but the shell. */
  private static final String UNTOUCHED = String.valueOf(128 + 10);

  private static final int FIRST_PID = 1000;
  private static final int LONGEST_DELAY_NANOS = 8_000_000;
  private static final int UNTIL_IT_MAY_BE_SIGNALLED_NANOS = 25_000_000;

  private final Random random = new Random(17);
  private final ProcProcesses processes;
  private final PrintStream to;
  private final BufferedReader from;
  private int forced;
  private int sameTick;
  private int during;
  private int signalsDuring;
  private int hit;

  private ForcedReuse(Process shell) {
    processes = new ProcProcesses(new RootedFiles(Path.of("/")), new ProcessCommands(Map.of()));
    to = new PrintStream(shell.getOutputStream(), true, StandardCharsets.UTF_8);
    from = shell.inputReader(StandardCharsets.UTF_8);
  }

  /** Prints one line of counts. */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    int wanted = Integer.parseInt(arguments[0]);
    Process shell = new ProcessBuilder("/bin/bash", "-c", SHELL).start();
    ForcedReuse reuse = new ForcedReuse(shell);
    for (int i = 0; i < 4 * wanted && reuse.forced < wanted; i++) {
      if (i % 8 == 7) {
        reuse.during(FIRST_PID + i % 20_000);
      } else {
        reuse.after(FIRST_PID + i % 20_000, i % 2 == 0);
      }
    }
    System.out.printf(
        "forced=%d same-tick=%d during=%d signals-during=%d hit=%d%n",
        reuse.forced, reuse.sameTick, reuse.during, reuse.signalsDuring, reuse.hit);
    shell.destroyForcibly();
  }

  private String tell(String verb, long pid) throws IOException {
    to.println(verb + " " + pid);
    return from.readLine();
  }

  private void after(int pid, boolean kill) throws IOException {
    long first = Long.parseLong(tell("start", pid));
    ProcessState observed = processes.find(first).orElseThrow();
    try (Held held = processes.hold(observed.ref()).orElseThrow()) {
      long second = Long.parseLong(tell("reuse", first));
      Optional<ProcessState> now = processes.find(second);
      boolean signalled = kill ? held.kill() : held.terminate();
      if (second == first) {
        sameTick += now.filter(n -> n.ref().equals(observed.ref())).isPresent() ? 1 : 0;
      }
      count(held, first, second, signalled);
    }
  }

  private void during(int pid) throws IOException, InterruptedException {
    long first = Long.parseLong(tell("deaf", pid));
    ProcessState observed = processes.find(first).orElseThrow();
    try (Held held = processes.hold(observed.ref()).orElseThrow()) {
      LockSupport.parkNanos(UNTIL_IT_MAY_BE_SIGNALLED_NANOS);
      int delay = random.nextInt(LONGEST_DELAY_NANOS);
      Thread replacer =
          new Thread(
              () -> {
                LockSupport.parkNanos(delay);
                to.println("reuse " + first);
              });
      replacer.start();
      while (held.terminate()) {
        signalsDuring++;
      }
      replacer.join();
      long second = Long.parseLong(from.readLine());
      during += second == first ? 1 : 0;
      count(held, first, second, false);
    }
  }

  private void count(Held held, long first, long second, boolean signalled) throws IOException {
    boolean taken = signalled || held.now().isPresent() || held.terminate() || held.kill();
    boolean untouched = tell("end", second).equals(UNTOUCHED);
    if (second == first) { // otherwise another thread of ours took the number
      forced++;
      hit += taken || !untouched ? 1 : 0;
    }
  }
}
