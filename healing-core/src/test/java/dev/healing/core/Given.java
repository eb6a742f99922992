package dev.healing.core;

import dev.healing.api.ActionDescription;
import dev.healing.api.ActionId;
import dev.healing.api.ActionReport;
import dev.healing.api.Configuration;
import dev.healing.api.Detection;
import dev.healing.api.HostState;
import dev.healing.api.Issue;
import dev.healing.api.IssueType;
import dev.healing.api.Metric;
import dev.healing.api.Origin;
import dev.healing.api.Outcome;
import dev.healing.api.Preview;
import dev.healing.api.Reading;
import dev.healing.api.Receipt;
import dev.healing.api.Risk;
import dev.healing.api.Severity;
import dev.healing.core.journal.Intent;
import dev.healing.spi.ActionProvider;
import dev.healing.spi.Detector;
import dev.healing.spi.DetectorProvider;
import dev.healing.spi.Execution;
import dev.healing.spi.HealingAction;
import dev.healing.spi.HostContext;
import dev.healing.spi.KnowledgeBaseProvider;
import dev.healing.spi.PreparedAction;
import dev.healing.spi.Sampler;
import dev.healing.spi.SamplerProvider;
import dev.healing.testkit.NoKnowledge;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;

/** The values and plugins that the tests of this package begin with. */
public final class Given {
  static final IssueType TYPE = IssueType.SERVICE_FAILED;
  public static final ActionId RESTART = ActionId.RESTART_SERVICE;

  private Given() {}

  public static Issue issue(Instant at, String component) {
    return issue(at, Severity.HIGH, component);
  }

  static Issue issue(Instant at, Severity severity, String component) {
    return Issue.of(at, TYPE, severity, component + " failed", Map.of(), List.of(component));
  }

  public static ActionDescription description(ActionId id, Risk risk) {
    return description(id, risk, true);
  }

  public static ActionDescription description(ActionId id, Risk risk, boolean idempotent) {
    return new ActionDescription(
        id,
        "does " + id,
        Set.of(TYPE),
        risk,
        Set.of(),
        idempotent,
        ActionDescription.IRREVERSIBLE,
        Duration.ofSeconds(1),
        Duration.ofSeconds(60));
  }

  public static Preview preview(String target) {
    return Preview.of(target, "unit:" + target, Duration.ofSeconds(1), Map.of(), "mend " + target);
  }

  public static Intent intent(String id, Instant at, ActionId action, String target) {
    return Intent.of(
        id,
        id.substring(0, id.indexOf('.')),
        issue(at, target),
        at,
        description(action, Risk.LOW),
        preview(target),
        Origin.AUTOMATIC,
        0.5,
        new TreeMap<>(Map.of(Metric.LOAD.toString(), 0.25)),
        at);
  }

  public static Receipt receipt(Intent intent, Outcome outcome, Instant at) {
    return intent.receipt(outcome, at, Map.of(), List.of(), List.of(), "as it was");
  }

  /** An engine on this host with these plugins and nothing that it found by itself. */
  static EngineBuilder engine(HostContext host, Map<String, ?> configuration) {
    return HealingEngine.builder()
        .host(host)
        .discoverPlugins(false)
        .configuration(Configuration.of(configuration))
        .add((KnowledgeBaseProvider) new NoKnowledge());
  }

  /** A detector of {@link #TYPE}. */
  static DetectorProvider detector(String name, Function<HostState, Detection> detect) {
    return detector(name, TYPE, detect);
  }

  /** A detector of a type. */
  static DetectorProvider detector(
      String name, IssueType type, Function<HostState, Detection> detect) {
    return new Detectors(name, type, detect);
  }

  /** A sampler. */
  static SamplerProvider sampler(String name, Supplier<Reading> read) {
    return new Samplers(name, read);
  }

  /** An action that treats {@link #TYPE}. */
  static ActionProvider action(ActionId id, Risk risk, Function<Execution, ActionReport> execute) {
    return new Actions(id.name(), new Action(description(id, risk), execute));
  }

  private record Detectors(String name, IssueType type, Function<HostState, Detection> detect)
      implements DetectorProvider {
    @Override
    public Detector create(HostContext context) {
      return new Detector() {
        @Override
        public Set<IssueType> reports() {
          return Set.of(type);
        }

        @Override
        public Detection detect(HostState state) {
          return detect.apply(state);
        }
      };
    }
  }

  private record Samplers(String name, Supplier<Reading> read) implements SamplerProvider {
    @Override
    public Sampler create(HostContext context) {
      return read::get;
    }
  }

  /** Provides a healing action under a name, which may be another than its own. */
  record Actions(String name, HealingAction action) implements ActionProvider {
    @Override
    public HealingAction create(HostContext context) {
      return action;
    }
  }

  /** An action that prepares what it is told to execute. */
  record Action(ActionDescription description, Function<Execution, ActionReport> effect)
      implements HealingAction {
    @Override
    public PreparedAction prepare(Issue issue, HostState state) {
      Preview preview = preview(issue.components().first());
      return new PreparedAction() {
        @Override
        public Preview preview() {
          return preview;
        }

        @Override
        public ActionReport execute(Execution execution) {
          return effect.apply(execution);
        }
      };
    }
  }
}
