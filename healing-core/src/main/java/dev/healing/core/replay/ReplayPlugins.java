package dev.healing.core.replay;

import dev.healing.api.ActionDescription;
import dev.healing.api.ActionReport;
import dev.healing.api.ActionReport.Result;
import dev.healing.api.Detection;
import dev.healing.api.HealingException;
import dev.healing.api.HostState;
import dev.healing.api.Issue;
import dev.healing.api.IssueType;
import dev.healing.api.Metric;
import dev.healing.api.Preview;
import dev.healing.api.Reading;
import dev.healing.api.Unreadable;
import dev.healing.core.plugins.Plugins;
import dev.healing.core.plugins.Registry;
import dev.healing.core.trace.RecordedLook;
import dev.healing.core.watch.MetricNames;
import dev.healing.spi.ActionProvider;
import dev.healing.spi.Detector;
import dev.healing.spi.DetectorKind;
import dev.healing.spi.DetectorProvider;
import dev.healing.spi.Execution;
import dev.healing.spi.HealingAction;
import dev.healing.spi.HostContext;
import dev.healing.spi.KnowledgeBaseProvider;
import dev.healing.spi.ListenerProvider;
import dev.healing.spi.OptimizerProvider;
import dev.healing.spi.PreparedAction;
import dev.healing.spi.Sampler;
import dev.healing.spi.SamplerProvider;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What stands in a replay in the place of plugins that touch a host: samplers give what was
 * recorded, detectors see that and nothing else, actions do nothing and are taken to help or not,
 * listeners hear nothing, and nothing is learned. Guards, the planner and what was configured are
 * as they are.
 */
public final class ReplayPlugins {
  private static final String TRACE = "trace";
  private static final Reading NOTHING = new Reading(List.of(), List.of(), List.of());

  private final boolean helps;
  private final HiddenProblems hidden = new HiddenProblems();
  private final Map<String, Unreadable> unseen = new TreeMap<>();
  private final MetricNames names = new MetricNames();
  private @Nullable RecordedLook shown;

  private ReplayPlugins(boolean helps) {
    this.helps = helps;
  }

  /** Replaces the plugins of an engine that is not made yet. */
  public static ReplayPlugins in(Registry registry, boolean helps) {
    ReplayPlugins plugins = new ReplayPlugins(helps);
    registry.replace(SamplerProvider.class, plugins::sampler);
    registry.register(SamplerProvider.class, plugins.new Recorded());
    registry.replace(DetectorProvider.class, plugins::detector);
    registry.replace(DetectorKind.class, plugins::kind);
    registry.replace(ActionProvider.class, plugins::action);
    registry.replace(ListenerProvider.class, Muted::deaf);
    registry.replace(OptimizerProvider.class, Muted::idle);
    registry.replace(KnowledgeBaseProvider.class, Muted::forgetful);
    return plugins;
  }

  /** Samplers give this look from now on. */
  public void show(RecordedLook look) {
    shown = look;
  }

  /** Notes what there is to see in a look; on any thread, before it is shown. */
  public void announce(RecordedLook look) {
    names.add(look.samples());
  }

  private RecordedLook shown() {
    return Objects.requireNonNull(shown, "no look is shown");
  }

  /** What was treated, and is taken to have helped. */
  public HiddenProblems hidden() {
    return hidden;
  }

  /** What detectors wanted to see that is in no trace, and what is there for nobody to see. */
  public Collection<Unreadable> unseen(Plugins plugins) {
    Set<Metric> unasked = new TreeSet<>(names.all());
    plugins.measured().orElse(Set.of()).forEach(one -> unasked.remove(MetricNames.kind(one)));
    if (plugins.measured().isPresent()) {
      unasked.forEach(
          kind ->
              unseen.put(
                  kind.toString(),
                  new Unreadable(kind.toString(), "nothing here measures it: a misspelling?")));
    }
    return unseen.values();
  }

  // ----------------------------------------------------------------- samplers

  /** Gives the samples, units and gaps of the look that is shown. */
  private final class Recorded implements SamplerProvider, Sampler {
    @Override
    public String name() {
      return TRACE;
    }

    @Override
    public Sampler create(HostContext context) {
      return this;
    }

    @Override
    public Reading read() {
      RecordedLook look = shown();
      return new Reading(look.samples(), look.units(), look.unreadable());
    }

    /** Those of the samplers that it stands for are told by them. */
    @Override
    public Set<Metric> metrics() {
      return Set.of(Metric.HEALTH);
    }
  }

  private SamplerProvider sampler(SamplerProvider real) {
    return real instanceof Recorded ? real : new Silent(real);
  }

  /** What it could measure is known, so that a configuration that names it is right. */
  private record Silent(SamplerProvider real) implements SamplerProvider {
    @Override
    public String name() {
      return real.name();
    }

    @Override
    public Sampler create(HostContext context) {
      Set<Metric> metrics = real.create(context).metrics();
      return new Sampler() {
        @Override
        public Reading read() {
          return NOTHING;
        }

        @Override
        public Set<Metric> metrics() {
          return metrics;
        }
      };
    }
  }

  // ---------------------------------------------------------------- detectors

  private DetectorProvider detector(DetectorProvider real) {
    return new DetectorProvider() {
      @Override
      public String name() {
        return real.name();
      }

      @Override
      public Detector create(HostContext context) {
        return new Shown(name(), real.create(new Still(context)));
      }
    };
  }

  private DetectorKind kind(DetectorKind real) {
    return new DetectorKind() {
      @Override
      public String key() {
        return real.key();
      }

      @Override
      public Detector create(String name, HostContext context, Optional<Set<Metric>> measured) {
        return new Shown(name, real.create(name, new Still(context), measured));
      }
    };
  }

  /**
   * One that wants to see more than the look cannot tell, instead of being at fault. What was
   * treated is not shown until it is over in the trace as well.
   */
  private final class Shown implements Detector {
    private final String name;
    private final Detector real;
    private final Set<IssueType> reports; // the same every time
    private int changesSeen;
    private boolean hides;

    private Shown(String name, Detector real) {
      this.name = name;
      this.real = real;
      this.reports = real.reports();
    }

    @Override
    public Set<IssueType> reports() {
      return reports;
    }

    @Override
    public Detection detect(HostState state) {
      Detection found;
      try {
        found = real.detect(state);
      } catch (HealingException e) {
        Unreadable why = new Unreadable(name, String.valueOf(e.getMessage()));
        unseen.put(name, why);
        return new Detection(List.of(), List.of(why));
      }
      return hides() ? hidden.without(found, reports, state.at()) : found;
    }

    /** Whether something that it may report is hidden. */
    private boolean hides() {
      if (changesSeen != hidden.changes()) {
        changesSeen = hidden.changes();
        hides = hidden.anyOf(reports);
      }
      return hides;
    }
  }

  // ------------------------------------------------------------------ actions

  private ActionProvider action(ActionProvider real) {
    return new ActionProvider() {
      @Override
      public String name() {
        return real.name();
      }

      @Override
      public HealingAction create(HostContext context) {
        return new Imagined(real.create(context).description());
      }
    };
  }

  /** Would do what it does; what that would have come to is in no trace. */
  private final class Imagined implements HealingAction {
    private final ActionDescription description;

    private Imagined(ActionDescription description) {
      this.description = description;
    }

    @Override
    public ActionDescription description() {
      return description;
    }

    @Override
    public PreparedAction prepare(Issue issue, HostState state) {
      String target = issue.components().first();
      Preview preview =
          Preview.of(
              target,
              TRACE + ":" + target,
              Duration.ZERO,
              Map.of(),
              description.summary() + ": what exactly is not in a trace");
      return new PreparedAction() {
        @Override
        public Preview preview() {
          return preview;
        }

        @Override
        public ActionReport execute(Execution execution) {
          if (!helps) {
            return ActionReport.of(Result.NOTHING_GAINED, "taken not to help", Map.of(), Map.of());
          }
          hidden.hide(issue, shown().at());
          return ActionReport.done("taken to help");
        }
      };
    }
  }
}
