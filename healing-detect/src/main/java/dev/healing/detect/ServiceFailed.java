package dev.healing.detect;

import dev.healing.api.Detection;
import dev.healing.api.Globs;
import dev.healing.api.HostState;
import dev.healing.api.Issue;
import dev.healing.api.IssueType;
import dev.healing.api.Severity;
import dev.healing.api.UnitState;
import dev.healing.api.Unreadable;
import dev.healing.spi.Detector;
import dev.healing.spi.DetectorProvider;
import dev.healing.spi.HostContext;
import dev.healing.spi.HostFiles;
import dev.healing.spi.HostProcesses;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A systemd unit is in state failed: reported at once, since systemd has decided it, and not over
 * before it is up, or down without having failed. Key: {@code ignore}, a list of unit names with
 * {@code *} and {@code ?}.
 */
public final class ServiceFailed implements Detector {
  private static final Duration STUCK = Duration.ofMinutes(5);

  /** The sacrifice of a drill, which is nobody's business but that of the process that drills. */
  private static final Pattern DRILL = Pattern.compile("healing-drill-([0-9]+)\\.service");

  private final HostFiles files;
  private final Globs ignored;
  private final HostProcesses processes;
  private final Memory memory;

  private ServiceFailed(HostFiles files, Globs ignored, HostProcesses processes, Memory memory) {
    this.memory = memory;
    this.files = files;
    this.ignored = ignored;
    this.processes = processes;
  }

  /** What was found out once, when a unit had failed. */
  private record Failure(Optional<Instant> at, String circumstances) {}

  private static final class Memory {
    final Map<String, Failure> failures = new ConcurrentHashMap<>();
    volatile Set<String> reported = Set.of();

    /** Services that have been on their way since before the first look; null before that. */
    volatile @Nullable Set<String> sinceBefore;
  }

  /** Makes it. */
  public static final class Provider implements DetectorProvider {
    @Override
    public String name() {
      return "service_failed";
    }

    @Override
    public Detector create(HostContext context) {
      List<String> ignored = context.configuration().globs("ignore", List.of());
      return new ServiceFailed(
          context.files(),
          Globs.of(ignored.stream().map(UnitState::fullName).toList()),
          context.processes(),
          context.memory(Memory.class, Memory::new));
    }
  }

  @Override
  public Set<IssueType> reports() {
    return Set.of(IssueType.SERVICE_FAILED);
  }

  @Override
  public Detection detect(HostState state) {
    if (state.unreadable(HostSampler.SYSTEMD)) {
      return unreadable(state);
    }
    List<Issue> issues = new ArrayList<>();
    PackageChange changes = new PackageChange(files);
    for (UnitState unit : new TreeMap<>(state.units()).values()) {
      if ((unit.failed() || stuck(state, unit)) && !ignored(unit.name())) {
        issues.add(issue(state, unit, changes));
      }
    }
    List<Unreadable> unknown = onTheirWay(state);
    Set<String> now = new TreeSet<>();
    issues.forEach(issue -> now.addAll(issue.components()));
    unknown.forEach(unit -> now.add(unit.what()));
    unknown.addAll(onTheirWaySinceBefore(state)); // never called stuck: it may always take long
    if (state.health().isEmpty()) {
      // Nothing was measured: the sampler was late, and nobody is well by that.
      now.addAll(memory.reported);
    }
    memory.reported = now;
    memory.failures.keySet().retainAll(now);
    return new Detection(issues, unknown);
  }

  private boolean ignored(String unit) {
    Matcher drill = DRILL.matcher(unit);
    return ignored.test(unit)
        || drill.matches()
            && ourselves().map(String::valueOf).filter(drill.group(1)::equals).isEmpty();
  }

  private Optional<Long> ourselves() {
    return processes.ourselves().stream().findFirst();
  }

  /** A start that does not end is no recovery either. */
  private boolean stuck(HostState state, UnitState unit) {
    return memory.reported.contains(unit.name())
        && unit.onItsWay()
        && unit.changedAt().filter(at -> at.isBefore(state.at().minus(STUCK))).isPresent();
  }

  /** What was reported and is being started or stopped: nobody knows yet whether it is well. */
  private List<Unreadable> onTheirWay(HostState state) {
    List<Unreadable> unknown = new ArrayList<>();
    for (String name : memory.reported) {
      UnitState unit = state.units().get(name);
      if (unit != null && unit.onItsWay() && !stuck(state, unit) && !ignored(name)) {
        unknown.add(new Unreadable(name, "had failed and is " + unit.activeState()));
      }
    }
    return unknown;
  }

  /**
   * Nobody knows what was wrong with it before: whoever was ended in the middle of a restart must
   * not take that for over. A oneshot may run for hours, and is well.
   */
  private List<Unreadable> onTheirWaySinceBefore(HostState state) {
    Set<String> before = memory.sinceBefore;
    if (before == null && state.health().isEmpty()) {
      return List.of(); // nothing was measured yet
    }
    Set<String> candidates = new TreeSet<>(before == null ? state.units().keySet() : before);
    if (before == null) {
      // Our own is told to be up after this look.
      ourselves()
          .flatMap(processes::find)
          .flatMap(HostProcesses.ProcessState::unit)
          .ifPresent(candidates::remove);
    }
    List<Unreadable> unknown = new ArrayList<>();
    Set<String> still = new TreeSet<>();
    for (String name : candidates) {
      UnitState unit = state.units().get(name);
      if (unit != null
          && unit.onItsWay()
          && name.endsWith(".service")
          && !unit.type().equals("oneshot")
          && !ignored(name)) {
        still.add(name);
        unknown.add(
            new Unreadable(name, "is " + unit.activeState() + " since before the first look"));
      }
    }
    memory.sinceBefore = still;
    return unknown;
  }

  /** What was reported before may still be so. */
  private Detection unreadable(HostState state) {
    List<Unreadable> unknown = new ArrayList<>();
    unknown.add(Evidence.why(state, HostSampler.SYSTEMD, HostSampler.SYSTEMD));
    memory.reported.forEach(unit -> unknown.add(Evidence.why(state, unit, HostSampler.SYSTEMD)));
    return new Detection(List.of(), unknown);
  }

  private Issue issue(HostState state, UnitState unit, PackageChange changes) {
    StringBuilder text = new StringBuilder(unit.name()).append(" has failed");
    if (unit.onItsWay()) {
      text.append(" and is ").append(unit.activeState()).append(" without an end");
    }
    if (!unit.result().isEmpty()) {
      text.append(": ").append(unit.result());
    }
    unit.changedAt().ifPresent(at -> text.append(", since ").append(at));
    text.append(circumstances(unit, changes));
    return Issue.of(
        state.at(),
        IssueType.SERVICE_FAILED,
        Severity.HIGH,
        text.toString(),
        Map.of(),
        List.of(unit.name()));
  }

  private String circumstances(UnitState unit, PackageChange changes) {
    Failure known = memory.failures.get(unit.name());
    if (known == null || !known.at().equals(unit.changedAt())) {
      Optional<String> change = unit.changedAt().flatMap(changes::before);
      known = new Failure(unit.changedAt(), change.map(said -> "; " + said).orElse(""));
      memory.failures.put(unit.name(), known);
    }
    return known.circumstances();
  }
}
