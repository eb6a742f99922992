package dev.healing.core;

import dev.healing.api.ActionDescription;
import dev.healing.api.HealingException;
import dev.healing.api.HostState;
import dev.healing.api.Metric;
import dev.healing.api.Risk;
import dev.healing.api.UnitState;
import dev.healing.core.journal.Intent;
import dev.healing.spi.CommandRunner;
import dev.healing.spi.CommandRunner.Command;
import dev.healing.spi.HealingAction;
import dev.healing.spi.HostContext;
import dev.healing.spi.HostProcesses.ProcessState;
import dev.healing.spi.PreparedAction;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * What the host looked like right before something was done that cannot be undone, for the receipt:
 * afterwards the evidence is gone. No command lines and no environments: they hold secrets.
 */
final class FlightRecorder {
  private static final int PROCESSES = 5;
  private static final int LOG_LINES = 10;
  private static final int MOST_LINES = 60;
  private static final int LONGEST_LINE = 200;

  /**
   * What sudo and cron write of what they run, and systemd as the description of what was started
   * by systemd-run.
   */
  private static final Pattern COMMAND =
      Pattern.compile(
          "(COMMAND=|CMD \\(|systemd\\[\\d+\\]: (?:Start(?:ing|ed)|Stopp(?:ing|ed)|Finished|Reload(?:ing|ed)"
              + "|Failed to [a-z]+|Dependency failed for) (?:\\S+\\.\\w+(?= - ))?).*");

  private static final Duration LOG_LIMIT = Duration.ofSeconds(2);
  private static final List<String> METRICS =
      List.of(
          Metric.MEMORY_USED.name(),
          Metric.SWAP_USED.name(),
          Metric.CPU_BUSY.name(),
          Metric.LOAD.name(),
          Metric.PRESSURE_SOME,
          Metric.PRESSURE_FULL,
          Metric.FILESYSTEM_USED);

  private final HostContext host;

  FlightRecorder(HostContext host) {
    this.host = host;
  }

  /** Whether it destroys something: evidence, data or work in progress. */
  static boolean wantedFor(ActionDescription action, PreparedAction prepared) {
    return !action.canBeUndone() || action.risk().compareTo(Risk.HIGH) >= 0 || prepared.destroys();
  }

  /**
   * Records, on a worker: bounded in time and size. What cannot be recorded is said, and hinders
   * nothing.
   *
   * @param intent what is about to be done
   * @param state the newest look at the host
   * @param urgent whether no time is left for logs, see {@link HealingAction#urgent}
   * @return one line each
   */
  List<String> record(Intent intent, HostState state, boolean urgent) {
    List<String> lines = new ArrayList<>();
    Set<String> touched = new TreeSet<>(intent.issue().components());
    touched.add(intent.target());
    for (String name : touched) {
      if (name.endsWith(".service")) {
        attempt(name, lines, () -> unit(name, lines, urgent));
      }
    }
    attempt("processes", lines, () -> processes(lines));
    metrics(state, lines); // last: where there are hundreds of mounts, the rest is cut
    return lines.stream().limit(MOST_LINES).map(FlightRecorder::cut).toList();
  }

  private static void metrics(HostState state, List<String> lines) {
    for (String metric : METRICS) {
      for (String component : state.components(metric)) {
        Metric one = Metric.of(metric, component);
        state
            .value(one)
            .ifPresent(value -> lines.add(String.format(Locale.ROOT, "%s %.3f", one, value)));
      }
    }
  }

  private static void attempt(String what, List<String> lines, Runnable record) {
    try {
      record.run();
    } catch (RuntimeException e) {
      lines.add(what + " not recorded: " + e.getMessage());
    }
  }

  private void processes(List<String> lines) {
    List<ProcessState> all = host.processes().all();
    Set<ProcessState> top = new LinkedHashSet<>();
    top.addAll(largest(all, Comparator.comparingLong(ProcessState::residentBytes)));
    top.addAll(largest(all, Comparator.comparing(ProcessState::cpuTime)));
    for (ProcessState process : top) {
      lines.add(
          String.format(
              Locale.ROOT,
              "process %d %s, uid %d%s: %d MiB resident, %d s of processor time",
              process.ref().pid(),
              process.name(),
              process.uid(),
              process.unit().map(unit -> ", " + unit).orElse(""),
              process.residentBytes() >> 20,
              process.cpuTime().toSeconds()));
    }
  }

  private static List<ProcessState> largest(List<ProcessState> all, Comparator<ProcessState> by) {
    return all.stream()
        .filter(process -> !process.kernelThread())
        .sorted(by.reversed())
        .limit(PROCESSES)
        .toList();
  }

  private void unit(String name, List<String> lines, boolean urgent) {
    Optional<UnitState> unit = host.systemd().unit(name);
    if (unit.isEmpty()) {
      return;
    }
    lines.add("unit " + name + ": " + told(unit.orElseThrow()));
    if (urgent || host.commands().which("journalctl").isEmpty()) {
      return;
    }
    CommandRunner.Result log =
        host.commands()
            .run(
                Command.of(
                    LOG_LIMIT,
                    "journalctl",
                    "--no-pager",
                    "--quiet",
                    "--output=short-iso",
                    "--lines=" + LOG_LINES,
                    "--unit=" + name));
    if (!log.ok()) {
      throw new HealingException("journalctl: " + log.complaint());
    }
    log.stdout()
        .lines()
        .forEach(line -> lines.add("log " + COMMAND.matcher(line).replaceFirst("$1…")));
  }

  private static String told(UnitState unit) {
    return unit.activeState()
        + " ("
        + unit.subState()
        + ")"
        + unit.changedAt().map(at -> " since " + at).orElse("");
  }

  private static String cut(String text) {
    String line = text.replaceAll("\\p{Cntrl}", "?");
    return line.length() <= LONGEST_LINE ? line : line.substring(0, LONGEST_LINE) + "…";
  }
}
