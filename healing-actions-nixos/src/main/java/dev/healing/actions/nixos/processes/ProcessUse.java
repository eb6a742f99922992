package dev.healing.actions.nixos.processes;

import dev.healing.actions.nixos.Checks;
import dev.healing.api.HealingException;
import dev.healing.spi.HostContext;
import dev.healing.spi.HostProcesses.ProcessState;
import dev.healing.spi.HostProcesses.Ref;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;

/**
 * What a process used over half a second.
 *
 * @param process as it was at the end
 * @param cores processor time by time
 * @param grownBytesPerSecond of resident memory; negative if it shrank
 */
public record ProcessUse(ProcessState process, double cores, double grownBytesPerSecond) {
  private static final Duration WINDOW = Duration.ofMillis(500);

  /** How far ahead growth counts, and at most as much as is there already. */
  private static final double SECONDS_AHEAD = 10;

  /** Processors that were seen to be busy over several looks are not so by whom started since. */
  private static final Duration JUST_STARTED = Duration.ofSeconds(10);

  /** USER_HZ: 100 wherever a JVM runs. */
  private static final double TICKS_PER_SECOND = 100;

  /** How the time between the two looks passes; false if it should not go on. */
  public interface Wait {
    boolean pause(Duration window) throws InterruptedException;
  }

  /**
   * All processes that were there at both looks. So each was seen later than in the clock tick of
   * its start, and none that got its number meanwhile is taken for it.
   */
  public static List<ProcessUse> measure(HostContext host, Wait wait) {
    return measure(host, WINDOW, wait);
  }

  /** The same over another time. */
  static List<ProcessUse> measure(HostContext host, Duration window, Wait wait) {
    long start = host.time().monotonicNanos();
    Map<Ref, ProcessState> earlier = new HashMap<>();
    host.processes().all().forEach(process -> earlier.put(process.ref(), process));
    try {
      if (!wait.pause(window)) {
        throw new HealingException("stopped while it measured what processes use");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new HealingException("interrupted while it measured what processes use", e);
    }
    List<ProcessUse> uses = new ArrayList<>();
    List<ProcessState> later = host.processes().all();
    double nanos = host.time().monotonicNanos() - start;
    for (ProcessState now : later) {
      ProcessState before = earlier.get(now.ref());
      if (before != null) {
        uses.add(
            new ProcessUse(
                now,
                now.cpuTime().minus(before.cpuTime()).toNanos() / nanos,
                (now.residentBytes() - before.residentBytes()) * 1e9 / nanos));
      }
    }
    return uses;
  }

  /** Who was just started; nobody, while it is not known how long the host is up. */
  public static Predicate<ProcessUse> justStarted(HostContext host) {
    String[] uptime = host.files().read("/proc/uptime").orElse("").split(" ");
    double upSeconds;
    try {
      upSeconds = Double.parseDouble(uptime[0]);
    } catch (NumberFormatException e) {
      return use -> false;
    }
    return use -> {
      // Below zero where a container is told another uptime than that which its processes count by.
      double age = upSeconds - use.process().ref().startTicks() / TICKS_PER_SECOND;
      return age >= 0 && age < JUST_STARTED.toSeconds();
    };
  }

  /** How many processors there are; 0 where that is not told. */
  public static long processors(HostContext host) {
    String stat = host.files().read("/proc/stat").orElse("");
    return stat.lines().filter(line -> line.matches("cpu[0-9]+ .*")).count();
  }

  /** What it has and, at this pace, soon will have. */
  double memoryWeight() {
    double soon = Math.max(0, grownBytesPerSecond) * SECONDS_AHEAD;
    return process.residentBytes() + Math.min(soon, process.residentBytes());
  }

  /** Its name, pid, user and unit; never its command line, which may hold what is secret. */
  public String who() {
    return process.name()
        + " (pid "
        + process.ref().pid()
        + ", uid "
        + process.uid()
        + process.unit().map(unit -> ", " + unit).orElse("")
        + ")";
  }

  /** The evidence in words, what matters first. */
  String evidence(boolean memory) {
    String cpu = String.format(Locale.ROOT, "%.2f cores", cores);
    String size = Checks.size(process.residentBytes()) + " of memory";
    if (grownBytesPerSecond >= 1 << 20) {
      size += ", growing by " + Checks.size(grownBytesPerSecond) + " a second";
    }
    String text = memory ? size + ", " + cpu : cpu + ", " + size;
    return process.oomScore().isPresent()
        ? text + ", oom score " + process.oomScore().getAsInt()
        : text;
  }
}
