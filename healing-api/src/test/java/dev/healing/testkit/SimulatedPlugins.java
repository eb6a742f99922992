package dev.healing.testkit;

import dev.healing.api.ActionDescription;
import dev.healing.api.ActionId;
import dev.healing.api.ActionReport;
import dev.healing.api.Detection;
import dev.healing.api.HostException;
import dev.healing.api.HostState;
import dev.healing.api.Issue;
import dev.healing.api.IssueType;
import dev.healing.api.Metric;
import dev.healing.api.Preview;
import dev.healing.api.RefusedException;
import dev.healing.api.Risk;
import dev.healing.api.Severity;
import dev.healing.api.UnitState;
import dev.healing.api.Unreadable;
import dev.healing.spi.ActionProvider;
import dev.healing.spi.Detector;
import dev.healing.spi.DetectorProvider;
import dev.healing.spi.Execution;
import dev.healing.spi.HealingAction;
import dev.healing.spi.HostContext;
import dev.healing.spi.PreparedAction;
import dev.healing.spi.Sampler;
import dev.healing.spi.SamplerProvider;
import dev.healing.spi.Trigger;
import dev.healing.spi.TriggerProvider;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** The plugins of a {@link SimulatedHost}. */
final class SimulatedPlugins {
  private static final Map<ActionId, Set<IssueType>> TREATS = new LinkedHashMap<>();

  static {
    TREATS.put(ActionId.RESTART_SERVICE, Set.of(IssueType.SERVICE_FAILED));
    TREATS.put(ActionId.CLEAR_CACHE, Set.of(IssueType.MEMORY_HIGH, IssueType.SYSTEM_SLOW));
    TREATS.put(ActionId.FREE_MEMORY, Set.of(IssueType.MEMORY_HIGH));
    TREATS.put(ActionId.KILL_PROCESS, Set.of(IssueType.MEMORY_HIGH, IssueType.CPU_HIGH));
    TREATS.put(ActionId.CLEAN_DISK, Set.of(IssueType.DISK_FULL));
    TREATS.put(ActionId.GARBAGE_COLLECT, Set.of(IssueType.DISK_FULL));
    TREATS.put(ActionId.OPTIMIZE_STORE, Set.of(IssueType.DISK_FULL));
    TREATS.put(ActionId.ROLLBACK_GENERATION, Set.of(IssueType.GENERATION_BROKEN));
  }

  private SimulatedPlugins() {}

  static Set<ActionId> actions() {
    return TREATS.keySet();
  }

  static SamplerProvider sampler(SimulatedHost host) {
    return new SamplerProvider() {
      @Override
      public String name() {
        return "simulated";
      }

      @Override
      public Sampler create(HostContext context) {
        return host::read;
      }
    };
  }

  static TriggerProvider trigger(SimulatedHost host) {
    return new TriggerProvider() {
      @Override
      public String name() {
        return "simulated";
      }

      @Override
      public Trigger create(HostContext context) {
        return new UnitTrigger(host);
      }
    };
  }

  private static final class UnitTrigger implements Trigger {
    private final SimulatedHost host;
    private Optional<AutoCloseable> subscription = Optional.empty();

    UnitTrigger(SimulatedHost host) {
      this.host = host;
    }

    @Override
    public String start(Wake wake) {
      subscription = host.context().systemd().subscribe(unit -> wake.now(unit + " changed"));
      return subscription.isPresent() ? "simulated signals" : "polling only: no signals";
    }

    @Override
    public void close() {
      if (subscription.isPresent()) {
        try {
          subscription.get().close();
        } catch (Exception e) {
          throw new HostException("closing the subscription failed: " + e, e);
        }
      }
    }
  }

  static List<DetectorProvider> detectors(SimulatedHost host) {
    List<DetectorProvider> all = new ArrayList<>();
    all.add(level(IssueType.MEMORY_HIGH, Metric.MEMORY_USED, "memory"));
    all.add(level(IssueType.CPU_HIGH, Metric.CPU_BUSY, "cpu"));
    all.add(level(IssueType.DISK_FULL, Metric.of(Metric.FILESYSTEM_USED, "/var"), "/var"));
    all.add(
        detector(
            IssueType.SYSTEM_SLOW,
            state -> {
              if (state.health().isEmpty()) {
                return blind(Set.of("host"));
              }
              double health = state.health().getAsDouble();
              return health >= 50
                  ? Detection.NOTHING
                  : Detection.of(
                      List.of(issue(state, IssueType.SYSTEM_SLOW, "host", Metric.HEALTH, health)));
            }));
    all.add(
        detector(
            IssueType.SERVICE_FAILED,
            state -> state.unreadable("systemd") ? blind(host.services()) : failed(state)));
    all.add(detector(IssueType.GENERATION_BROKEN, SimulatedPlugins::generation));
    return all;
  }

  private static Detection failed(HostState state) {
    List<Issue> issues = new ArrayList<>();
    for (UnitState unit : state.units().values()) {
      if (unit.failed()) {
        issues.add(
            Issue.of(
                state.at(),
                IssueType.SERVICE_FAILED,
                Severity.HIGH,
                unit.name() + " failed: " + unit.result(),
                Map.of(),
                Set.of(unit.name())));
      }
    }
    return Detection.of(issues);
  }

  private static Detection generation(HostState state) {
    if (state.value(SimulatedHost.GENERATION).isEmpty()) {
      return blind(Set.of(SimulatedHost.PROFILE));
    }
    if (state.value(SimulatedHost.GENERATION).getAsDouble() == 0) {
      return Detection.NOTHING;
    }
    Issue issue =
        issue(
            state, IssueType.GENERATION_BROKEN, SimulatedHost.PROFILE, SimulatedHost.GENERATION, 1);
    return Detection.of(List.of(issue.explaining(state.units().keySet())));
  }

  private static DetectorProvider level(IssueType type, Metric metric, String component) {
    return detector(
        type,
        state -> {
          if (state.value(metric).isEmpty()) {
            return blind(Set.of(component));
          }
          double value = state.value(metric).getAsDouble();
          return value < 0.9
              ? Detection.NOTHING
              : Detection.of(List.of(issue(state, type, component, metric, value)));
        });
  }

  private static Issue issue(
      HostState state, IssueType type, String component, Metric metric, double value) {
    return Issue.of(
        state.at(),
        type,
        type.equals(IssueType.SYSTEM_SLOW) ? Severity.MEDIUM : Severity.HIGH,
        component + ": " + metric + " is " + value,
        Map.of(metric.toString(), value),
        Set.of(component));
  }

  private static Detection blind(Set<String> components) {
    return new Detection(
        List.of(), components.stream().map(c -> new Unreadable(c, "cannot be read")).toList());
  }

  private static DetectorProvider detector(IssueType type, Function<HostState, Detection> look) {
    Detector detector =
        new Detector() {
          @Override
          public Set<IssueType> reports() {
            return Set.of(type);
          }

          @Override
          public Detection detect(HostState state) {
            return look.apply(state);
          }
        };
    return new DetectorProvider() {
      @Override
      public String name() {
        return type.name();
      }

      @Override
      public Detector create(HostContext context) {
        return detector;
      }
    };
  }

  static List<ActionProvider> actionProviders(SimulatedHost host) {
    List<ActionProvider> all = new ArrayList<>();
    TREATS.forEach((id, treats) -> all.add(action(host, describe(id, treats))));
    return all;
  }

  private static ActionDescription describe(ActionId id, Set<IssueType> treats) {
    boolean rollback = id.equals(ActionId.ROLLBACK_GENERATION);
    boolean kill = id.equals(ActionId.KILL_PROCESS);
    boolean restart = id.equals(ActionId.RESTART_SERVICE);
    Risk mild = restart ? Risk.MEDIUM : Risk.LOW;
    return new ActionDescription(
        id,
        id + " of the simulated host",
        treats,
        rollback ? Risk.CRITICAL : kill ? Risk.HIGH : mild,
        Set.of(),
        !rollback && !kill,
        rollback ? "switch forward again" : ActionDescription.IRREVERSIBLE,
        Duration.ofSeconds(5),
        Duration.ofMinutes(5));
  }

  private static ActionProvider action(SimulatedHost host, ActionDescription description) {
    return new ActionProvider() {
      @Override
      public String name() {
        return description.id().name();
      }

      @Override
      public HealingAction create(HostContext context) {
        return new Remedy(host, description);
      }
    };
  }

  private record Remedy(SimulatedHost host, ActionDescription description)
      implements HealingAction {
    @Override
    public PreparedAction prepare(Issue issue, HostState state) {
      if (!description.treats().contains(issue.type())) {
        throw new RefusedException(description.id() + " is no remedy for " + issue.type());
      }
      String target = issue.components().first();
      String lane = host.services().contains(target) ? "unit:" + target : target;
      Preview preview =
          Preview.of(
              target, lane, Duration.ofSeconds(2), Map.of(), description.id() + " " + target);
      return new Prepared(host, description, issue.id(), preview);
    }
  }

  private record Prepared(
      SimulatedHost host, ActionDescription description, String issue, Preview preview)
      implements PreparedAction {
    @Override
    public ActionReport execute(Execution execution) {
      VirtualTime time = host.time();
      time.requireAlive();
      ActionId id = description.id();
      String target = preview.target();
      int deed =
          host.deed(
              new Deed(
                  id,
                  target,
                  issue,
                  description.idempotent(),
                  description.risk() == Risk.CRITICAL,
                  time.elapsed(),
                  time.now(),
                  time.monotonicNanos(),
                  time.bootId(),
                  host.incarnation(),
                  host.health(),
                  host.notes(),
                  Optional.empty()));
      ActionReport report = act(execution, id, target, deed);
      host.ended(deed);
      return report;
    }

    private ActionReport act(Execution execution, ActionId id, String target, int deed) {
      if (!execution.pause(Duration.ofSeconds(2))) {
        return ActionReport.failed("stopped before anything was done");
      }
      switch (host.nature(id, target)) {
        case HELPS:
          host.remedy(id, target);
          return ActionReport.done("did it");
        case LIES:
          return ActionReport.done("says that it did it");
        case WORSENS:
          host.worsen(target);
          return ActionReport.done("did it, for the worse");
        case THROWS:
          host.ended(deed);
          throw new IllegalStateException("simulated fault of " + id);
        case HANGS:
          while (execution.pause(Duration.ofHours(1))) {
            execution.progress("still hanging");
          }
          return ActionReport.failed("stopped when told to");
        case HANGS_FOR_EVER:
          hang();
          return ActionReport.failed("never reached");
        default:
          return ActionReport.of(
              ActionReport.Result.NOTHING_GAINED, "nothing gained", Map.of(), Map.of());
      }
    }

    private void hang() {
      while (true) {
        try {
          host.time().sleep(Duration.ofDays(36_500));
        } catch (InterruptedException ignored) {
          // That is what it is for: an action that does not listen.
        }
      }
    }
  }
}
