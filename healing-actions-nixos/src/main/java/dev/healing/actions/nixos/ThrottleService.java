package dev.healing.actions.nixos;

import dev.healing.actions.nixos.Throttles.Throttle;
import dev.healing.api.ActionDescription;
import dev.healing.api.ActionId;
import dev.healing.api.ActionReport;
import dev.healing.api.ActionReport.Result;
import dev.healing.api.HealingException;
import dev.healing.api.HostException;
import dev.healing.api.HostState;
import dev.healing.api.Issue;
import dev.healing.api.IssueType;
import dev.healing.api.Preview;
import dev.healing.api.Privilege;
import dev.healing.api.Risk;
import dev.healing.api.UnitState;
import dev.healing.spi.ActionProvider;
import dev.healing.spi.Execution;
import dev.healing.spi.HealingAction;
import dev.healing.spi.HostContext;
import dev.healing.spi.PreparedAction;
import dev.healing.spi.Systemd.Limit;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;

/**
 * Gives the service that stands out a CPUQuota or a MemoryHigh at runtime: the remedy that can be
 * undone, before the one that cannot. It is remembered, and {@link LiftThrottle} takes it away when
 * {@link ThrottledCalm} says so. A quota that turns out to have no effect is taken away at once.
 * Keys: {@code cpu} (of all processors, default 50%), {@code memory} (of what the service has in
 * use, default 90%), {@code min-share} (of all memory, default 10%), {@code avoid} (globs on the
 * unit; by default those in which Nix builds).
 */
public final class ThrottleService implements HealingAction {
  private static final int LOOKS = 6;
  private static final Duration BETWEEN = Duration.ofMillis(500);
  private static final double MARGIN = 2;

  /** Who uses hardly more than the quota would not notice it. */
  private static final double WORTH_IT = 1.2;

  /** Half a second is short: a group may use what it had left, and scheduling is not exact. */
  private static final double HELD = 1.3;

  /** Builds are jobs that grow; whoever waits for one gains nothing. */
  static final List<String> BUILDERS = List.of("nix-daemon.service", "nixos-upgrade.service");

  private static final ActionDescription DESCRIPTION =
      new ActionDescription(
          ActionId.THROTTLE_SERVICE,
          "limits the service that uses by far the most processor time or memory, for a while",
          Set.of(IssueType.CPU_HIGH, IssueType.MEMORY_HIGH),
          Risk.MEDIUM,
          Set.of(Privilege.MANAGE_UNITS),
          true,
          "lifted by lift_throttle when the service is calm, and by the next boot",
          Duration.ofSeconds(3),
          Duration.ofSeconds(30));

  private final HostContext host;
  private final Throttles throttles;
  private final double cpuShare;
  private final double memoryShare;
  private final double minShare;
  private final Globs avoid;

  private ThrottleService(HostContext host) {
    this.host = host;
    this.throttles = new Throttles(host);
    this.cpuShare = atLeast("cpu", 0.10, 0.50);
    this.memoryShare = atLeast("memory", 0.50, 0.90);
    this.minShare = host.configuration().fraction("min-share", 0.10);
    this.avoid = new Globs(host.configuration().texts("avoid", BUILDERS));
  }

  /** Less would as good as stop it. */
  private double atLeast(String key, double least, double otherwise) {
    double share = host.configuration().fraction(key, otherwise);
    if (share < least) {
      host.configuration().contradiction(key, "at least " + Math.round(least * 100) + "%");
    }
    return share;
  }

  /** Makes it. */
  public static final class Provider implements ActionProvider {
    @Override
    public String name() {
      return DESCRIPTION.id().name();
    }

    @Override
    public HealingAction create(HostContext context) {
      return new ThrottleService(context);
    }
  }

  @Override
  public ActionDescription description() {
    return DESCRIPTION;
  }

  @Override
  public Optional<String> unavailable() {
    var systemd = host.systemd().availability();
    if (!systemd.available()) {
      return Optional.of("not applicable here: " + systemd.how());
    }
    return controls("cpu") || controls("memory")
        ? Optional.empty()
        : Optional.of(
            "not applicable here: the kernel offers no cgroup controller for cpu or memory");
  }

  /** In the one hierarchy of cgroup v2; for processors also in one of v1. */
  private boolean controls(String controller) {
    String unified = host.files().read(ServiceUse.GROUPS + "cgroup.controllers").orElse("");
    return List.of(unified.strip().split(" ")).contains(controller)
        || controller.equals("cpu")
            && Files.isDirectory(host.files().path(ServiceUse.GROUPS + "cpu"));
  }

  @Override
  public PreparedAction prepare(Issue issue, HostState state) {
    Checks.treats(DESCRIPTION, issue);
    Checks.refuseIf(unavailable());
    boolean memory = issue.type().equals(IssueType.MEMORY_HIGH);
    String controller = memory ? "memory" : "cpu";
    Checks.require(
        controls(controller), "not applicable here: no cgroup controller for " + controller);
    Checks.refuseIf(throttles.damage());
    List<ServiceUse> uses =
        memory
            ? ServiceUse.byMemory(host, least(true))
            : ServiceUse.byProcessor(
                ProcessUse.measure(
                    host,
                    window -> {
                      host.workers().sleep(window);
                      return true;
                    }));
    ServiceUse first = standsOut(uses, memory);
    UnitState unit = Checks.unit(host, first.name());
    Limit limit = memory ? Limit.MEMORY_HIGH : Limit.CPU_QUOTA;
    requireUnlimited(unit.name(), limit);
    long value = memory ? memoryLimit(first) : quota(first);
    Throttle throttle =
        new Throttle(
            unit.name(),
            limit,
            value,
            host.time().bootId(),
            host.time().monotonicNanos(),
            first.cpuNanos());
    Map<String, String> facts = new TreeMap<>(Checks.start(host, unit));
    facts.put("limit", "none");
    Preview preview =
        Preview.of(
            unit.name(),
            "throttle",
            Duration.ofSeconds(1),
            facts,
            unit.name() + " uses " + use(memory, first.amount()) + next(uses, memory),
            "set " + throttle.inWords() + " at runtime; there is none now",
            memory
                ? "measure whether that gives memory back, and take it away again if it does not"
                : "measure whether it holds, and take it away again if it does not",
            "lift_throttle takes it away when " + unit.name() + " is calm");
    return new Prepared(preview, execution -> execute(preview, throttle, first, execution));
  }

  private double least(boolean memory) {
    return memory
        ? minShare * MemAvailable.read(host.files()).totalBytes()
        : cpuShare * processors();
  }

  private ServiceUse standsOut(List<ServiceUse> uses, boolean memory) {
    double least = least(memory);
    ServiceUse first = uses.isEmpty() ? null : uses.get(0);
    Checks.require(
        first != null && first.amount() >= Math.max(Double.MIN_NORMAL, least),
        "nobody stands out: nothing uses "
            + (memory ? Checks.size(least) + " of memory" : cores(least))
            + " or more");
    ServiceUse found = Objects.requireNonNull(first);
    Checks.require(
        found.isService(),
        found.name() + " stands out and is no service: only services are throttled");
    Checks.require(!avoid.match(found.name()), found.name() + " is named in avoid");
    Checks.refuseIf(host.protection().unit(found.name(), host.systemd()));
    Checks.require(
        found.pids().stream().noneMatch(host.processes().ourselves()::contains),
        found.name() + " is our own service or one of our ancestors'");
    if (uses.size() > 1) {
      Checks.require(
          found.amount() >= MARGIN * uses.get(1).amount(),
          "nobody stands out: "
              + found.name()
              + " uses "
              + use(memory, found.amount())
              + next(uses, memory));
    }
    return found;
  }

  /** In whole hundredths of a processor, so that it is read back as it was set. */
  private long quota(ServiceUse first) {
    long quota = Math.max(1, Math.round(cpuShare * processors() * 100)) * 10_000;
    Checks.require(
        first.amount() * 1e6 >= WORTH_IT * quota,
        first.name()
            + " uses "
            + cores(first.amount())
            + ": a quota of "
            + cores(quota / 1e6)
            + " would change next to nothing");
    return quota;
  }

  private long memoryLimit(ServiceUse first) {
    double toGo = (1 - memoryShare) * first.amount();
    double least = MemAvailable.read(host.files()).gainBytes();
    Checks.require(
        toGo >= least,
        first.name()
            + " would have to give back "
            + Checks.size(toGo)
            + ", and less than "
            + Checks.size(least)
            + " is no gain");
    double free = MemAvailable.swapFree(host.files());
    Checks.require(
        free >= toGo,
        first.name()
            + " would have to give back "
            + Checks.size(toGo)
            + ", and only "
            + Checks.size(free)
            + " of swap is free: it might as good as stop");
    return Math.max(1 << 20, (long) (memoryShare * first.amount())) >> 20 << 20;
  }

  private long processors() {
    long count =
        host.files()
            .read("/proc/stat")
            .orElse("")
            .lines()
            .filter(l -> l.matches("cpu\\d+ .*"))
            .count();
    if (count == 0) {
      throw new HostException("/proc/stat: expected a line for each processor");
    }
    return count;
  }

  /** What somebody else has set is never overwritten. */
  private void requireUnlimited(String unit, Limit limit) {
    OptionalLong now = host.systemd().limit(unit, limit);
    boolean ours =
        throttles.all().stream().anyMatch(t -> t.unit().equals(unit) && t.limit() == limit);
    Checks.require(
        now.isEmpty(),
        unit
            + " has "
            + Throttle.inWords(limit, now)
            + (ours ? " already, set by us" : " already, set by somebody else")
            + ": it is left as it is");
  }

  private ActionReport execute(
      Preview preview, Throttle throttle, ServiceUse first, Execution execution) {
    String name = throttle.unit();
    UnitState unit = Checks.unit(host, name);
    if (!preview.facts().entrySet().containsAll(Checks.start(host, unit).entrySet())) {
      return ActionReport.refused(name + " was started again since the preview");
    }
    requireUnlimited(name, throttle.limit());
    throttles.add(throttle);
    try {
      host.systemd().setLimit(name, throttle.limit(), OptionalLong.of(throttle.value()));
    } catch (HealingException e) {
      undo(throttle);
      throw e;
    }
    return throttle.limit() == Limit.CPU_QUOTA
        ? slower(throttle, first, execution)
        : smaller(throttle, first, execution);
  }

  /** Looks whether it holds. Stopped meanwhile, it is taken away again: nobody knows if it does. */
  private ActionReport slower(Throttle throttle, ServiceUse first, Execution execution) {
    double now;
    try {
      now =
          ServiceUse.byProcessor(ProcessUse.measure(host, execution::pause)).stream()
              .filter(use -> use.name().equals(throttle.unit()))
              .mapToDouble(ServiceUse::amount)
              .sum();
    } catch (HealingException e) {
      undo(throttle);
      throw e;
    }
    Map<String, Double> before = Map.of("cpu.cores", first.amount());
    Map<String, Double> after = Map.of("cpu.cores", now, "cpu.quota.cores", throttle.value() / 1e6);
    if (now * 1e6 > HELD * throttle.value()) {
      undo(throttle);
      return ActionReport.of(
          Result.FAILED,
          throttle.unit()
              + " still uses "
              + cores(now)
              + " with "
              + throttle.inWords()
              + ", which was taken away again: does its control group have the cpu controller?",
          before,
          after);
    }
    return ActionReport.of(
        Result.DONE,
        throttle.unit()
            + " has "
            + throttle.inWords()
            + " and uses "
            + cores(now)
            + " instead of "
            + cores(first.amount()),
        before,
        after);
  }

  /**
   * Looks whether it gives memory back. The kernel reclaims what is above the limit when it is set,
   * and goes on for a while; what cannot go, since it is in use, only slows the service down.
   */
  private ActionReport smaller(Throttle throttle, ServiceUse first, Execution execution) {
    double least = MemAvailable.read(host.files()).gainBytes();
    OptionalLong now;
    try {
      now = working(first);
      for (int look = 0; look < LOOKS && gained(first, now) < least; look++) {
        if (!execution.pause(BETWEEN)) {
          break;
        }
        now = working(first);
      }
    } catch (HealingException e) {
      undo(throttle);
      throw e;
    }
    Map<String, Double> before = Map.of("memory.working.bytes", first.amount());
    Map<String, Double> after = new TreeMap<>(before);
    if (now.isPresent()) {
      after.put("memory.working.bytes", (double) now.getAsLong());
    }
    double gained = gained(first, now);
    if (gained < least) {
      undo(throttle);
      return ActionReport.of(
          Result.NOTHING_GAINED,
          throttle.unit()
              + " gave back "
              + Checks.size(Math.max(0, gained))
              + " with "
              + throttle.inWords()
              + ", less than the "
              + Checks.size(least)
              + " that count as a gain: it was taken away again",
          before,
          after);
    }
    return ActionReport.of(
        Result.DONE,
        throttle.unit()
            + " has "
            + throttle.inWords()
            + " and uses "
            + use(true, first.amount() - gained)
            + " instead of "
            + use(true, first.amount()),
        before,
        after);
  }

  private OptionalLong working(ServiceUse service) {
    return ServiceUse.workingBytes(host.files(), service.units());
  }

  private static double gained(ServiceUse first, OptionalLong now) {
    return now.isPresent() ? first.amount() - now.getAsLong() : 0;
  }

  private void undo(Throttle throttle) {
    if (host.systemd()
        .limit(throttle.unit(), throttle.limit())
        .equals(OptionalLong.of(throttle.value()))) {
      host.systemd().setLimit(throttle.unit(), throttle.limit(), OptionalLong.empty());
    }
    throttles.forget(throttle);
  }

  private static String next(List<ServiceUse> uses, boolean memory) {
    return uses.size() < 2
        ? ""
        : "; next is " + uses.get(1).name() + " with " + use(memory, uses.get(1).amount());
  }

  private static String use(boolean memory, double amount) {
    return memory ? Checks.size(amount) + " of memory" : cores(amount);
  }

  private static String cores(double cores) {
    return String.format(Locale.ROOT, "%.2f cores", cores);
  }
}
