package dev.healing.actions.nixos;

import dev.healing.api.ActionDescription;
import dev.healing.api.ActionId;
import dev.healing.api.ActionReport;
import dev.healing.api.ActionReport.Result;
import dev.healing.api.HealingException;
import dev.healing.api.HostState;
import dev.healing.api.Issue;
import dev.healing.api.IssueType;
import dev.healing.api.Preview;
import dev.healing.api.Privilege;
import dev.healing.api.Risk;
import dev.healing.spi.ActionProvider;
import dev.healing.spi.Execution;
import dev.healing.spi.HealingAction;
import dev.healing.spi.HostContext;
import dev.healing.spi.HostProcesses.ProcessState;
import dev.healing.spi.HostProcesses.Ref;
import dev.healing.spi.PreparedAction;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Ends the process that stands out: by resident memory, or by processor time over half a second.
 * Nobody is ended where nobody stands out. Keys: {@code min-share} (of memory, default 10%), {@code
 * patience} (between asking and killing, default 5s), {@code avoid} and {@code prefer} (globs on
 * the name: avoided ones are never chosen, preferred ones come first). Who stands out uses at least
 * twice as much as any other that may be ended; a preferred one need not.
 */
public final class KillProcess implements HealingAction {
  private static final Duration WINDOW = Duration.ofMillis(500);
  private static final double LEAST_CORES = 0.5;

  /** Who stands out uses at least so many times what the next one uses. */
  private static final double MARGIN = 2;

  private static final Duration POLL = Duration.ofMillis(50);
  private static final Duration AFTER_KILL = Duration.ofSeconds(5);
  private static final ActionDescription DESCRIPTION =
      new ActionDescription(
          ActionId.KILL_PROCESS,
          "ends the process that uses by far the most memory or processor time",
          Set.of(IssueType.CPU_HIGH, IssueType.MEMORY_HIGH),
          Risk.HIGH,
          Set.of(Privilege.SIGNAL_PROCESSES),
          false,
          ActionDescription.IRREVERSIBLE,
          Duration.ofSeconds(3),
          Duration.ofSeconds(60));

  private final HostContext host;
  private final double minShare;
  private final Duration patience;
  private final List<String> avoid;
  private final List<String> prefer;

  private KillProcess(HostContext host) {
    this.host = host;
    this.minShare = host.configuration().fraction("min-share", 0.10);
    this.patience = host.configuration().duration("patience", Duration.ofSeconds(5));
    this.avoid = host.configuration().texts("avoid", List.of());
    this.prefer = host.configuration().texts("prefer", List.of());
  }

  /** Makes it. */
  public static final class Provider implements ActionProvider {
    @Override
    public String name() {
      return DESCRIPTION.id().name();
    }

    @Override
    public HealingAction create(HostContext context) {
      return new KillProcess(context);
    }
  }

  /** A process and how much of the scarce thing it uses: bytes or cores. */
  private record Candidate(ProcessState process, double use) {}

  @Override
  public ActionDescription description() {
    return DESCRIPTION;
  }

  @Override
  public PreparedAction prepare(Issue issue, HostState state) {
    Checks.treats(DESCRIPTION, issue);
    boolean memory = issue.type().equals(IssueType.MEMORY_HIGH);
    long total = memory ? MemAvailable.read(host.files()).totalBytes() : 0;
    double least = memory ? Math.max(1, minShare * total) : LEAST_CORES;
    List<Candidate> all = memory ? byMemory() : byCpu();
    List<Candidate> standOut =
        all.stream()
            .filter(c -> c.use() >= least && mayBeEnded(c.process()))
            .sorted(
                Comparator.comparing((Candidate c) -> !matches(prefer, c.process().name()))
                    .thenComparing(Comparator.comparingDouble(Candidate::use).reversed()))
            .toList();
    Checks.require(
        !standOut.isEmpty(),
        "nobody stands out: no process that may be ended uses " + use(memory, least) + " or more");
    requireMargin(memory, standOut.get(0), all);
    ProcessState victim = standOut.get(0).process();
    Preview preview =
        Preview.of(
            victim.name() + ":" + victim.ref().pid(),
            "process",
            Duration.ofSeconds(1),
            facts(victim),
            why(memory, standOut),
            "ask " + who(victim) + " to end (SIGTERM)",
            "kill it (SIGKILL) if it is still there after " + patience.toSeconds() + " s");
    return new Prepared(preview, execution -> execute(preview, victim, execution));
  }

  private void requireMargin(boolean memory, Candidate first, List<Candidate> all) {
    if (matches(prefer, first.process().name())) {
      return;
    }
    all.stream()
        .filter(c -> !c.process().ref().equals(first.process().ref()) && mayBeEnded(c.process()))
        .max(Comparator.comparingDouble(Candidate::use))
        .ifPresent(
            next ->
                Checks.require(
                    first.use() >= MARGIN * next.use(),
                    "nobody stands out: "
                        + who(first.process())
                        + " uses "
                        + use(memory, first.use())
                        + ", and "
                        + who(next.process())
                        + " "
                        + use(memory, next.use())
                        + "; name in prefer what may be ended all the same"));
  }

  private List<Candidate> byMemory() {
    return host.processes().all().stream().map(p -> new Candidate(p, p.residentBytes())).toList();
  }

  private List<Candidate> byCpu() {
    long start = host.time().monotonicNanos();
    Map<Ref, Duration> earlier =
        host.processes().all().stream()
            .collect(
                Collectors.toMap(
                    ProcessState::ref, ProcessState::cpuTime, (a, b) -> a, HashMap::new));
    try {
      host.workers().sleep(WINDOW);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new HealingException("kill_process was stopped while it measured", e);
    }
    List<Candidate> candidates = new ArrayList<>();
    List<ProcessState> later = host.processes().all();
    double window = host.time().monotonicNanos() - start;
    for (ProcessState process : later) {
      Duration before = earlier.get(process.ref());
      if (before != null) {
        candidates.add(new Candidate(process, process.cpuTime().minus(before).toNanos() / window));
      }
    }
    return candidates;
  }

  private boolean mayBeEnded(ProcessState process) {
    return process.state() != 'Z'
        && !matches(avoid, process.name())
        && host.protection().process(process, host.processes().ourselves()).isEmpty();
  }

  private static boolean matches(List<String> globs, String name) {
    return globs.stream()
        .anyMatch(
            glob ->
                Pattern.matches(
                    "(?s)\\Q" + glob.replace("*", "\\E.*\\Q").replace("?", "\\E.\\Q") + "\\E",
                    name));
  }

  private static Map<String, String> facts(ProcessState process) {
    return Map.of(
        "pid", Long.toString(process.ref().pid()),
        "start-ticks", Long.toString(process.ref().startTicks()),
        "uid", Integer.toString(process.uid()),
        "name", process.name());
  }

  private static String why(boolean memory, List<Candidate> standOut) {
    Candidate first = standOut.get(0);
    String text = who(first.process()) + " uses " + use(memory, first.use());
    if (standOut.size() > 1) {
      Candidate next = standOut.get(1);
      text += "; next is " + who(next.process()) + " with " + use(memory, next.use());
    }
    return text;
  }

  private static String use(boolean memory, double amount) {
    return memory
        ? Checks.size(amount) + " of memory"
        : String.format(Locale.ROOT, "%.2f cores", amount);
  }

  private static String who(ProcessState process) {
    return process.name() + " (pid " + process.ref().pid() + ", uid " + process.uid() + ")";
  }

  private ActionReport execute(Preview preview, ProcessState victim, Execution execution) {
    Ref ref = victim.ref();
    Optional<ProcessState> now = host.processes().find(ref.pid());
    if (now.isEmpty() || !facts(now.get()).equals(preview.facts()) || !mayBeEnded(now.get())) {
      return ActionReport.refused(who(victim) + " is no longer there, or no longer the same");
    }
    Map<String, Double> before = Map.of("resident.bytes", (double) now.get().residentBytes());
    Map<String, Double> after = Map.of("resident.bytes", 0.0);
    if (!host.processes().terminate(ref)) {
      return ActionReport.refused(who(victim) + " ended by itself");
    }
    if (gone(ref, patience, execution)) {
      return ActionReport.of(Result.DONE, who(victim) + " ended when asked to", before, after);
    }
    if (execution.cancelled()) {
      return ActionReport.failed(who(victim) + " was asked to end; stopped before killing it");
    }
    host.processes().kill(ref);
    return gone(ref, AFTER_KILL, execution)
        ? ActionReport.of(
            Result.DONE, who(victim) + " did not listen and was killed", before, after)
        : ActionReport.failed(who(victim) + " was killed and is still there: stuck in the kernel");
  }

  private boolean gone(Ref ref, Duration within, Execution execution) {
    long until = host.time().monotonicNanos() + within.toNanos();
    while (host.processes().alive(ref)) {
      if (host.time().monotonicNanos() >= until || !execution.pause(POLL)) {
        return false;
      }
    }
    return true;
  }
}
