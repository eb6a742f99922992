package dev.healing.runner.bench.fleet;

import dev.healing.api.ActionDescription;
import dev.healing.api.ActionId;
import dev.healing.api.ActionReport;
import dev.healing.api.ActionReport.Result;
import dev.healing.api.HostState;
import dev.healing.api.Issue;
import dev.healing.api.IssueType;
import dev.healing.api.Metric;
import dev.healing.api.Outcome;
import dev.healing.api.Preview;
import dev.healing.api.RefusedException;
import dev.healing.api.Risk;
import dev.healing.api.Severity;
import dev.healing.runner.bench.fleet.FleetHost.Failure;
import dev.healing.runner.bench.fleet.Truth.Cure;
import dev.healing.spi.ActionProvider;
import dev.healing.spi.Execution;
import dev.healing.spi.HealingAction;
import dev.healing.spi.HostContext;
import dev.healing.spi.PreparedAction;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.DoubleSupplier;

/**
 * The built-in actions that treat what goes wrong here, with their rules: what each treats, what it
 * refuses, what is too little, and that no service is restarted for its memory below HIGH. What
 * asks a person first is left out: nobody is there to say a word.
 */
final class Remedies {
  private static final double TARGET = 0.85;
  private static final double RESERVE = 0.01;

  /** 1 GiB, in parts of the file system, and 1 % of memory. */
  private static final double LEAST_DISK = 0.025;

  private static final double LEAST_MEMORY = 0.01;
  private static final double DAY_SECONDS = 86_400;

  /** What would be over by itself so soon, without any harm, needs no action. */
  private static final double PASSES_WITHIN = 4 / 24.0;

  /** What is done before anything is wrong is needless if nothing would be, for so long. */
  private static final double AHEAD = 7;

  private static final double HIGH = 0.9;

  private final FleetHost host;

  Remedies(FleetHost host) {
    this.host = host;
  }

  List<ActionProvider> all() {
    Set<IssueType> disk = Set.of(IssueType.DISK_FULL, IssueType.PREDICTED_DISK_FULL);
    Set<IssueType> both =
        Set.of(
            IssueType.DISK_FULL,
            IssueType.PREDICTED_DISK_FULL,
            IssueType.MEMORY_HIGH,
            IssueType.PREDICTED_MEMORY_HIGH);
    return List.of(
        action(
            ActionId.RESTART_SERVICE,
            Set.of(IssueType.SERVICE_FAILED),
            Risk.MEDIUM,
            0,
            this::restart),
        action(
            ActionId.REPAIR_SERVICE,
            Set.of(IssueType.SERVICE_FAILED),
            Risk.MEDIUM,
            0,
            this::repair),
        action(ActionId.CLEAR_CACHE, both, Risk.LOW, 1, this::clearCache),
        action(ActionId.CLEAN_DISK, disk, Risk.MEDIUM, 1, this::cleanDisk),
        action(ActionId.GARBAGE_COLLECT, disk, Risk.MEDIUM, 1, this::collect),
        action(
            ActionId.FREE_MEMORY,
            Set.of(IssueType.MEMORY_HIGH, IssueType.PREDICTED_MEMORY_HIGH),
            Risk.MEDIUM,
            1,
            this::freeMemory));
  }

  /** What would be done: where, for how long, and what then comes of it. */
  private record Work(String target, String lane, Duration takes, Effect effect) {}

  private interface Effect {
    ActionReport of(Execution execution);
  }

  private interface Preparation {
    Work prepare(Issue issue, HostState state);
  }

  // ------------------------------------------------------------------- services

  private Work restart(Issue issue, HostState state) {
    String name = issue.components().first();
    failed(name);
    Duration takes = Duration.ofMillis((long) (1000 * host.service(name).startSeconds()));
    return new Work(
        name,
        "unit:" + name,
        takes,
        execution -> {
          Cure cure = failed(name).cure();
          if (cure == Cure.REPAIR || cure == Cure.PERSON) {
            return ActionReport.failed("it failed again at once");
          }
          host.up(name);
          execution.pause(Duration.ofSeconds(3)); // whether it stays up
          return host.failure(name).isPresent()
              ? ActionReport.failed("it did not stay up")
              : ActionReport.done("it is up");
        });
  }

  private Work repair(Issue issue, HostState state) {
    String name = issue.components().first();
    failed(name);
    return new Work(
        name,
        "unit:" + name,
        Duration.ofSeconds(5),
        execution -> {
          if (failed(name).cure() != Cure.REPAIR) {
            return nothing("nothing is stale");
          }
          host.up(name);
          return ActionReport.done("it is up");
        });
  }

  private Failure failed(String name) {
    return host.failure(name).orElseThrow(() -> new RefusedException(name + " is up"));
  }

  // ----------------------------------------------------------------- file system

  private Work cleanDisk(Issue issue, HostState state) {
    double age = age(issue, 7);
    return sweep(issue, () -> host.disk().oldLogs(age), most -> host.disk().cleanLogs(age, most));
  }

  private Work clearCache(Issue issue, HostState state) {
    if (ofMemory(issue)) {
      throw new RefusedException("none of the roots is in memory");
    }
    double age = age(issue, 1);
    return sweep(
        issue, () -> host.disk().oldCaches(age), most -> host.disk().clearCaches(age, most));
  }

  private Work collect(Issue issue, HostState state) {
    if (host.disk().garbage() < LEAST_DISK / 10) {
      throw new RefusedException("too little garbage");
    }
    return new Work(
        FleetHost.VAR,
        "store",
        Duration.ofMinutes(5),
        execution -> gained(host.disk().collect(), LEAST_DISK / 10));
  }

  private interface Sweep {
    double sweep(double most);
  }

  private Work sweep(Issue issue, DoubleSupplier old, Sweep sweep) {
    double used = host.disk().used();
    double target = clearsBelow(issue, FleetHost.VAR);
    double wanted = used > target ? used - target + RESERVE : LEAST_DISK;
    double gone = Math.min(wanted, old.getAsDouble());
    if (gone < LEAST_DISK && !(used > target && used - gone <= target)) {
      throw new RefusedException("too little to delete what cannot be brought back");
    }
    return new Work(
        FleetHost.VAR,
        "filesystem:" + FleetHost.VAR,
        Duration.ofMinutes(1),
        execution -> gained(sweep.sweep(gone), gone / 100));
  }

  private static double age(Issue issue, double own) {
    return Math.max(
        own, issue.metrics().getOrDefault(Metric.OLDER_THAN.toString(), 0.0) / DAY_SECONDS);
  }

  private static double clearsBelow(Issue issue, String component) {
    return issue
        .metrics()
        .getOrDefault(Metric.of(Metric.CLEARS_BELOW, component).toString(), TARGET);
  }

  private static ActionReport gained(double gained, double least) {
    return gained >= least && gained > 0
        ? ActionReport.done("gave back " + gained)
        : nothing("nothing");
  }

  private static ActionReport nothing(String why) {
    return ActionReport.of(Result.NOTHING_GAINED, why, Map.of(), Map.of());
  }

  // ---------------------------------------------------------------------- memory

  private static boolean ofMemory(Issue issue) {
    return issue.components().first().equals("memory");
  }

  private Work freeMemory(Issue issue, HostState state) {
    double down = Math.min(0.80, clearsBelow(issue, "memory"));
    double wanted = host.memory().used() - down;
    if (wanted <= 0) {
      throw new RefusedException("nothing to free");
    }
    double out = Math.min(Math.min(wanted, 0.25), host.memory().swappable());
    double reclaimed = out < LEAST_MEMORY ? 0 : out;
    boolean serious = issue.severity().compareTo(Severity.HIGH) >= 0;
    boolean early = issue.type().equals(IssueType.PREDICTED_MEMORY_HIGH);
    Optional<String> leak =
        Leaks.found(host)
            .filter(unit -> serious || early && soon(issue) && healedBefore(unit, state));
    if (reclaimed == 0 && leak.isEmpty()) {
      throw new RefusedException("nothing can be swapped out, and no service was seen to leak");
    }
    String target = leak.orElse("memory");
    return new Work(
        target,
        leak.map(name -> "unit:" + name).orElse("memory"),
        Duration.ofSeconds(leak.isPresent() ? 5 : 2),
        execution -> {
          double before = host.memory().used();
          host.memory().swapOut(reclaimed);
          if (leak.isPresent() && host.memory().used() > down) {
            host.restarted(leak.get());
          }
          return gained(before - host.memory().used(), LEAST_MEMORY);
        });
  }

  private static boolean soon(Issue issue) {
    return issue.metrics().getOrDefault(Metric.FORECAST_LOWER, 1e9) <= 1800;
  }

  private static boolean healedBefore(String unit, HostState state) {
    return state.ownActions().stream()
        .filter(own -> own.action().equals(ActionId.FREE_MEMORY) && own.target().equals(unit))
        .anyMatch(own -> own.outcome().filter(o -> o == Outcome.HEALED).isPresent());
  }

  // ------------------------------------------------------------- by the hidden truth

  private String occasion(Issue issue) {
    boolean early = issue.severity() == Severity.LOW;
    boolean predicted = issue.type().name().startsWith("predicted");
    return early ? "worth doing" : predicted ? "predicted" : issue.type().name();
  }

  private boolean needless(Issue issue) {
    if (issue.type().equals(IssueType.SERVICE_FAILED)) {
      return host.failure(issue.components().first())
          .filter(failure -> failure.cure() != Cure.NOTHING)
          .isEmpty();
    }
    String name = occasion(issue);
    boolean memory = ofMemory(issue);
    double ends = memory ? Memory.ENDS : Disk.FULL;
    if (name.equals("worth doing")) {
      return !Foresight.of(host, memory).reaches(HIGH, AHEAD);
    }
    if (name.equals("predicted")) {
      String component = memory ? "" : FleetHost.VAR;
      double seconds = issue.metrics().get(Metric.of(Metric.FORECAST_JUDGED, component).toString());
      double limit = issue.metrics().get(Metric.of(Metric.FORECAST_LIMIT, component).toString());
      return !Foresight.of(host, memory).reaches(Math.min(ends, limit), seconds / DAY_SECONDS);
    }
    return Foresight.of(host, memory).passes(TARGET, ends, PASSES_WITHIN);
  }

  // ---------------------------------------------------------------------- plugins

  private ActionProvider action(
      ActionId id, Set<IssueType> treats, Risk risk, int settles, Preparation preparation) {
    ActionDescription description =
        new ActionDescription(
            id,
            id + " of the fleet",
            treats,
            risk,
            Set.of(),
            true,
            ActionDescription.IRREVERSIBLE,
            Duration.ofSeconds(settles),
            Duration.ofMinutes(10));
    HealingAction action =
        new HealingAction() {
          @Override
          public ActionDescription description() {
            return description;
          }

          @Override
          public PreparedAction prepare(Issue issue, HostState state) {
            return prepared(id, issue, preparation.prepare(issue, state));
          }
        };
    return new ActionProvider() {
      @Override
      public String name() {
        return id.name();
      }

      @Override
      public HealingAction create(HostContext context) {
        return action;
      }
    };
  }

  private PreparedAction prepared(ActionId id, Issue issue, Work work) {
    Preview preview =
        Preview.of(work.target(), work.lane(), work.takes(), Map.of(), id + " " + work.target());
    return new PreparedAction() {
      @Override
      public Preview preview() {
        return preview;
      }

      @Override
      public ActionReport execute(Execution execution) {
        boolean needless = needless(issue);
        if (!execution.pause(work.takes())) {
          return ActionReport.failed("stopped before anything was done");
        }
        ActionReport report = work.effect().of(execution);
        host.ledger().done(occasion(issue), id, needless, report.result() != Result.DONE);
        return report;
      }
    };
  }
}
