package dev.healing.core.host;

import dev.healing.api.HostException;
import dev.healing.api.UnitState;
import dev.healing.spi.CommandRunner;
import dev.healing.spi.CommandRunner.Command;
import dev.healing.spi.CommandRunner.Result;
import dev.healing.spi.Systemd;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/** systemd through {@code systemctl}: slower, and without signals; for hosts without a bus. */
final class SystemctlSystemd implements Systemd {
  private static final Duration LIMIT = Duration.ofSeconds(2);
  private static final List<String> SHOWN =
      List.of(
          "Id",
          "LoadState",
          "ActiveState",
          "SubState",
          "Result",
          "Type",
          "MainPID",
          "InvocationID",
          "Requires",
          "Requisite",
          "BindsTo");

  private final CommandRunner commands;

  SystemctlSystemd(CommandRunner commands) {
    this.commands = commands;
  }

  @Override
  public Availability availability() {
    return new Availability(true, false, "systemctl");
  }

  /** Plain columns, not JSON: that came with systemd 248 only, and the first word is the name. */
  @Override
  public List<UnitState> failedUnits() {
    String listed =
        ask(
            Bus.LOOK_LIMIT,
            "list-units",
            "--all",
            "--state=failed",
            "--plain",
            "--full",
            "--no-legend",
            "--no-pager");
    List<UnitState> units = new ArrayList<>();
    for (String line : listed.split("\n")) {
      String name = line.strip().split("\\s+", 2)[0];
      if (UnitName.valid(name)) {
        unit(name).filter(UnitState::failed).ifPresent(units::add);
      }
    }
    return units;
  }

  @Override
  public Optional<UnitState> unit(String name) {
    String shown =
        run("show", "--no-pager", "--property=" + String.join(",", SHOWN), UnitName.require(name));
    return parse(shown);
  }

  /** Parses what {@code show} prints: {@code Name=value}, one per line. */
  static Optional<UnitState> parse(String shown) {
    Map<String, String> values = values(shown);
    String id = values.getOrDefault("Id", "");
    String loadState = values.getOrDefault("LoadState", "");
    String activeState = values.getOrDefault("ActiveState", "");
    if (!UnitName.valid(id) || loadState.equals("not-found") && activeState.equals("inactive")) {
      return Optional.empty();
    }
    List<String> required = new ArrayList<>();
    for (String kind : List.of("Requires", "Requisite", "BindsTo")) {
      required.addAll(List.of(values.getOrDefault(kind, "").split(" ")));
    }
    // The time of the last change is printed for people, in their zone: better none than a guess.
    return Optional.of(
        UnitDetails.state(
            id,
            loadState,
            activeState,
            values.getOrDefault("SubState", ""),
            values.getOrDefault("Result", ""),
            values.getOrDefault("Type", ""),
            number(values.getOrDefault("MainPID", "")),
            values.getOrDefault("InvocationID", ""),
            0,
            required));
  }

  private static Map<String, String> values(String shown) {
    Map<String, String> values = new HashMap<>();
    for (String line : shown.split("\n")) {
      int equals = line.indexOf('=');
      if (equals > 0) {
        values.put(line.substring(0, equals), line.substring(equals + 1).strip());
      }
    }
    return values;
  }

  private static long number(String digits) {
    return digits.matches("[0-9]{1,10}") ? Long.parseLong(digits) : 0;
  }

  @Override
  public Set<String> names(String unit) {
    return new TreeSet<>(
        List.of(properties(unit, Set.of("Names")).getOrDefault("Names", unit).split(" ")));
  }

  @Override
  public Map<String, String> properties(String unit, Set<String> names) {
    return values(
        run("show", "--no-pager", "--property=" + String.join(",", names), UnitName.require(unit)));
  }

  /** The job is asked for afterwards; one that is over by then is job 0, which never runs. */
  @Override
  public long restart(String unit) {
    return job("restart", unit);
  }

  @Override
  public long reload(String unit) {
    return job("reload", unit);
  }

  @Override
  public void readUnitFilesAgain() {
    ask(Bus.RELOAD_LIMIT, "daemon-reload");
  }

  private long job(String verb, String unit) {
    output(
        Command.of(LIMIT, "systemctl", verb, "--no-block", "--job-mode=fail")
            .operands(List.of(UnitName.require(unit))));
    String job = run("show", "--no-pager", "--property=Job", unit).strip();
    return number(job.substring(job.indexOf('=') + 1));
  }

  @Override
  public OptionalLong limit(String service, Limit limit) {
    String property = UnitDetails.property(limit);
    String shown =
        run("show", "--no-pager", "--property=" + property, UnitName.requireService(service))
            .strip();
    String value = shown.substring(shown.indexOf('=') + 1);
    return limit == Limit.CPU_QUOTA ? UnitDetails.microseconds(value) : UnitDetails.limit(value);
  }

  /** A percentage of one processor has two decimals: a hundredth of it is 100 microseconds. */
  @Override
  public void setLimit(String service, Limit limit, OptionalLong value) {
    String setting =
        switch (limit) {
          case CPU_QUOTA ->
              "CPUQuota="
                  + (value.isEmpty()
                      ? ""
                      : String.format(Locale.ROOT, "%.2f%%", value.getAsLong() / 10_000.0));
          case MEMORY_HIGH -> "MemoryHigh=" + (value.isEmpty() ? "infinity" : value.getAsLong());
          case CPU_WEIGHT -> "CPUWeight=" + (value.isEmpty() ? "" : value.getAsLong());
        };
    output(
        Command.of(LIMIT, "systemctl", "set-property", "--runtime")
            .operands(List.of(UnitName.requireService(service), setting)));
  }

  @Override
  public boolean jobRunning(long job) {
    return job != 0 && jobs().stream().anyMatch(one -> one.number() == job);
  }

  /** Columns of number, unit, type and state. */
  @Override
  public List<Job> jobs() {
    List<Job> jobs = new ArrayList<>();
    for (String line :
        ask(LIMIT, "list-jobs", "--plain", "--full", "--no-legend", "--no-pager").split("\n")) {
      String[] fields = line.strip().split("\\s+");
      if (fields.length == 4 && number(fields[0]) > 0 && UnitName.valid(fields[1])) {
        jobs.add(new Job(number(fields[0]), fields[1], fields[2], fields[3].equals("running")));
      }
    }
    return jobs;
  }

  @Override
  public Optional<AutoCloseable> subscribe(Consumer<String> changed) {
    return Optional.empty();
  }

  private String run(String verb, String option, String unit) {
    return output(Command.of(LIMIT, "systemctl", verb, option).operands(List.of(unit)));
  }

  private String run(String verb, String option, String property, String unit) {
    return output(Command.of(LIMIT, "systemctl", verb, option, property).operands(List.of(unit)));
  }

  private String ask(Duration limit, String... arguments) {
    List<String> argv = new ArrayList<>(List.of("systemctl"));
    argv.addAll(List.of(arguments));
    return output(new Command(argv, limit, 1 << 20));
  }

  private String output(Command command) {
    Result result = commands.run(command);
    if (!result.ok()) {
      throw new HostException(String.join(" ", command.argv()) + ": " + result.complaint());
    }
    return result.stdout();
  }
}
