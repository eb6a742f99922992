package dev.healing.core.replay;

import dev.healing.api.Configuration;
import dev.healing.api.HostException;
import dev.healing.api.Privilege;
import dev.healing.api.UnitState;
import dev.healing.core.trace.RecordedLook;
import dev.healing.spi.CommandRunner;
import dev.healing.spi.HostContext;
import dev.healing.spi.HostFiles;
import dev.healing.spi.HostProcesses;
import dev.healing.spi.Protection;
import dev.healing.spi.StateStore;
import dev.healing.spi.Systemd;
import dev.healing.spi.TimeSource;
import dev.healing.spi.Workers;
import java.nio.file.Path;
import java.time.Instant;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Consumer;

/**
 * The host of a trace: its time is that of the look that is shown, and its units are as they were
 * then. It has no files, no processes and no commands, and nothing can be done to it: whoever tries
 * is told so. What is started runs at once, on the thread that starts it.
 */
public final class ReplayHost
    implements HostContext, TimeSource, Workers, CommandRunner, HostFiles, HostProcesses, Systemd {
  private static final Path NOWHERE = Path.of("/proc/self/fdinfo/no-such-host");

  private static final Workers.Task DONE =
      new Workers.Task() {
        @Override
        public void cancel() {}

        @Override
        public boolean done() {
          return true;
        }
      };

  private final StateStore state;
  private final String bootId;
  private final Map<String, UnitState> units = new HashMap<>();
  private Instant now = Instant.EPOCH;
  private long nanos;

  /**
   * Shows nothing yet.
   *
   * @param notKept files of lines of its state that nobody reads again
   */
  public ReplayHost(String bootId, Set<String> notKept) {
    this.bootId = bootId;
    this.state = new ReplayState(notKept);
  }

  /** It is now as this look found it. */
  public void show(RecordedLook look) {
    now = look.at();
    nanos = Math.max(nanos, look.startedNanos());
    units.clear();
    look.units().forEach(unit -> units.put(unit.name(), unit));
  }

  static HostException notInTrace(String what) {
    return HostException.lacking(what + " is not in a trace");
  }

  // ------------------------------------------------------------------ context

  @Override
  public TimeSource time() {
    return this;
  }

  @Override
  public Workers workers() {
    return this;
  }

  @Override
  public CommandRunner commands() {
    return this;
  }

  @Override
  public HostFiles files() {
    return this;
  }

  @Override
  public HostProcesses processes() {
    return this;
  }

  @Override
  public Systemd systemd() {
    return this;
  }

  @Override
  public StateStore state() {
    return state;
  }

  @Override
  public Protection protection() {
    return Protection.vitalOnly();
  }

  /** All of them: what the daemon would be allowed to do, not whoever replays. */
  @Override
  public Set<Privilege> privileges() {
    return EnumSet.allOf(Privilege.class);
  }

  @Override
  public Configuration configuration() {
    return Configuration.empty();
  }

  // ------------------------------------------------------- time and workers

  @Override
  public Instant now() {
    return now;
  }

  @Override
  public long monotonicNanos() {
    return nanos;
  }

  @Override
  public String bootId() {
    return bootId;
  }

  @Override
  public Task start(String name, Runnable task) {
    task.run();
    return DONE;
  }

  @Override
  public void sleep(java.time.Duration duration) {
    throw notInTrace("what happens while somebody waits");
  }

  // ------------------------------------------- commands, files and processes

  @Override
  public Result run(Command command) {
    throw notInTrace("what '" + command.argv().get(0) + "' prints");
  }

  @Override
  public Optional<Path> which(String program) {
    return Optional.empty();
  }

  @Override
  public Path path(String absolute) {
    return NOWHERE.resolve(absolute.substring(1));
  }

  @Override
  public String name(Path path) {
    return "/" + NOWHERE.relativize(path);
  }

  @Override
  public Optional<String> read(String absolute) {
    return Optional.empty();
  }

  @Override
  public void writeSetting(String absolute, String value) {
    throw notInTrace(absolute);
  }

  @Override
  public Space space(String absolute) {
    throw notInTrace(absolute);
  }

  @Override
  public List<ProcessState> all() {
    throw notInTrace("which processes there were");
  }

  @Override
  public Optional<ProcessState> find(long pid) {
    throw notInTrace("a process");
  }

  @Override
  public List<Long> ourselves() {
    return List.of();
  }

  @Override
  public Optional<Held> hold(Ref ref) {
    throw notInTrace("a process");
  }

  // ----------------------------------------------------------------- systemd

  @Override
  public Availability availability() {
    return new Availability(true, false, "a trace");
  }

  @Override
  public List<UnitState> failedUnits() {
    return units.values().stream().filter(UnitState::failed).toList();
  }

  @Override
  public Optional<UnitState> unit(String name) {
    return Optional.ofNullable(units.get(name));
  }

  @Override
  public Set<String> names(String unit) {
    return Set.of(unit);
  }

  @Override
  public Map<String, String> properties(String unit, Set<String> names) {
    throw notInTrace("more of " + unit + " than its state");
  }

  @Override
  public long restart(String unit) {
    throw notInTrace("a restart");
  }

  @Override
  public long reload(String unit) {
    throw notInTrace("a reload");
  }

  @Override
  public void readUnitFilesAgain() {
    throw notInTrace("a reload");
  }

  @Override
  public boolean jobRunning(long job) {
    throw notInTrace("a job");
  }

  @Override
  public OptionalLong limit(String service, Limit limit) {
    throw notInTrace("a limit");
  }

  @Override
  public void setLimit(String service, Limit limit, OptionalLong value) {
    throw notInTrace("a limit");
  }

  @Override
  public Optional<AutoCloseable> subscribe(Consumer<String> changed) {
    return Optional.empty();
  }
}
