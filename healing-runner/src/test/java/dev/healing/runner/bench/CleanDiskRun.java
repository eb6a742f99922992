package dev.healing.runner.bench;

import dev.healing.api.ActionReport;
import dev.healing.api.Configuration;
import dev.healing.api.Issue;
import dev.healing.api.IssueType;
import dev.healing.api.Severity;
import dev.healing.core.host.LinuxHost;
import dev.healing.spi.ActionProvider;
import dev.healing.spi.Execution;
import dev.healing.spi.HostContext;
import dev.healing.spi.PreparedAction;
import dev.healing.spi.TimeSource;
import dev.healing.testkit.HostAround;
import dev.healing.testkit.HostStates;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;

/**
 * One run of {@code clean_disk} over a directory: previewed, then done. A month from now, by its
 * clock: the kernel's change time of files that were just made cannot be dated back. Arguments: the
 * mount point, the directory in it, a directory for the state.
 */
public final class CleanDiskRun {
  private CleanDiskRun() {}

  /** Prints seconds of both steps, and what they take of memory. */
  public static void main(String[] arguments) throws Exception {
    Map<String, Object> section =
        Map.of("roots", List.of(arguments[1]), "min-bytes", "1B", "target", "0%");
    try (LinuxHost host = LinuxHost.open(Path.of(arguments[2]))) {
      HostContext later = new Later(host, Configuration.of(section));
      ActionProvider provider =
          ServiceLoader.load(ActionProvider.class).stream()
              .map(ServiceLoader.Provider::get)
              .filter(p -> p.name().equals("clean_disk"))
              .findFirst()
              .orElseThrow();
      Issue issue =
          Issue.of(
              later.time().now(),
              IssueType.DISK_FULL,
              Severity.HIGH,
              "full",
              Map.of(),
              List.of(arguments[0]));
      long begin = System.nanoTime();
      PreparedAction prepared = provider.create(later).prepare(issue, HostStates.now().build());
      double preview = seconds(begin);
      System.gc();
      long keptBytes = Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
      begin = System.nanoTime();
      ActionReport report = prepared.execute(new Patient());
      double execute = seconds(begin);
      if (report.result() != ActionReport.Result.DONE) {
        throw new IllegalStateException(report.toString());
      }
      System.out.printf(
          "%.0f %.2f %.2f %d %d%n",
          report.after().get("deleted.count"), preview, execute, keptBytes >> 10, peakKilobytes());
    }
  }

  private static double seconds(long since) {
    return (System.nanoTime() - since) / 1e9;
  }

  private static long peakKilobytes() throws Exception {
    return Files.readAllLines(Path.of("/proc/self/status")).stream()
        .filter(line -> line.startsWith("VmHWM:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
        .findFirst()
        .orElseThrow();
  }

  /** The host as it will be in a month, with this configuration. */
  private static final class Later extends HostAround {
    private final TimeSource today;
    private final Configuration section;

    Later(HostContext host, Configuration section) {
      super(host);
      this.today = host.time();
      this.section = section;
    }

    @Override
    public Configuration configuration() {
      return section;
    }

    @Override
    public TimeSource time() {
      return new TimeSource() {
        @Override
        public Instant now() {
          return today.now().plus(Duration.ofDays(30));
        }

        @Override
        public long monotonicNanos() {
          return today.monotonicNanos();
        }

        @Override
        public String bootId() {
          return today.bootId();
        }
      };
    }
  }

  /** Has all the time that it wants. */
  private record Patient() implements Execution {
    @Override
    public Duration remaining() {
      return Duration.ofHours(1);
    }

    @Override
    public boolean cancelled() {
      return false;
    }

    @Override
    public boolean pause(Duration duration) {
      return true;
    }

    @Override
    public void progress(String message) {}
  }
}
