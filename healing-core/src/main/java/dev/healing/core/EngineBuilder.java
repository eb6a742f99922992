package dev.healing.core;

import dev.healing.api.Configuration;
import dev.healing.api.ConfigurationException;
import dev.healing.api.HostException;
import dev.healing.core.host.LinuxHost;
import dev.healing.core.plugins.Registry;
import dev.healing.spi.ActionProvider;
import dev.healing.spi.DetectorKind;
import dev.healing.spi.DetectorProvider;
import dev.healing.spi.GuardProvider;
import dev.healing.spi.HostContext;
import dev.healing.spi.KnowledgeBaseProvider;
import dev.healing.spi.ListenerProvider;
import dev.healing.spi.OptimizerProvider;
import dev.healing.spi.PlannerProvider;
import dev.healing.spi.SamplerProvider;
import dev.healing.spi.TriggerProvider;
import org.jspecify.annotations.Nullable;

/** Assembles an engine: its host, its configuration and its plugins. */
public final class EngineBuilder {
  private final Registry registry = new Registry();
  private @Nullable HostContext host;
  private Configuration configuration = Configuration.empty();
  private boolean automatic = true;

  EngineBuilder() {}

  /** The host; by default this one, with its default state directory. The caller closes it. */
  public EngineBuilder host(HostContext host) {
    this.host = host;
    return this;
  }

  /** For whoever puts other plugins in their place. */
  Registry registry() {
    return registry;
  }

  /** The whole configuration, of engine and plugins. */
  public EngineBuilder configuration(Configuration configuration) {
    this.configuration = configuration;
    return this;
  }

  /** Whether providers on the class or module path are used; they are by default. */
  public EngineBuilder discoverPlugins(boolean discover) {
    registry.discover(discover);
    return this;
  }

  /**
   * Whether the engine acts by itself; it does by default. If not, it watches, and does only what
   * it is asked for.
   */
  public EngineBuilder automatic(boolean automatic) {
    this.automatic = automatic;
    return this;
  }

  /** Registers a sampler. */
  public EngineBuilder add(SamplerProvider provider) {
    registry.register(SamplerProvider.class, provider);
    return this;
  }

  /** Registers a detector. */
  public EngineBuilder add(DetectorProvider provider) {
    registry.register(DetectorProvider.class, provider);
    return this;
  }

  /** Registers a kind of detector that the configuration may define. */
  public EngineBuilder add(DetectorKind kind) {
    registry.register(DetectorKind.class, kind);
    return this;
  }

  /** Registers a healing action. */
  public EngineBuilder add(ActionProvider provider) {
    registry.register(ActionProvider.class, provider);
    return this;
  }

  /** Registers a guard, beside those that every engine has. */
  public EngineBuilder add(GuardProvider provider) {
    registry.register(GuardProvider.class, provider);
    return this;
  }

  /** Registers the planner. */
  public EngineBuilder add(PlannerProvider provider) {
    registry.register(PlannerProvider.class, provider);
    return this;
  }

  /** Registers the knowledge base. */
  public EngineBuilder add(KnowledgeBaseProvider provider) {
    registry.register(KnowledgeBaseProvider.class, provider);
    return this;
  }

  /** Registers a trigger. */
  public EngineBuilder add(TriggerProvider provider) {
    registry.register(TriggerProvider.class, provider);
    return this;
  }

  /** Registers a listener. */
  public EngineBuilder add(ListenerProvider provider) {
    registry.register(ListenerProvider.class, provider);
    return this;
  }

  /** Registers the optimizer. */
  public EngineBuilder add(OptimizerProvider provider) {
    registry.register(OptimizerProvider.class, provider);
    return this;
  }

  /**
   * Makes the engine and its plugins. Starts nothing.
   *
   * @throws ConfigurationException with all problems at once
   * @throws HostException if the state directory cannot be had
   */
  public HealingEngine build() {
    HealingEngine engine =
        host == null ? onThisHost() : new HealingEngine(host, registry, configuration, () -> {});
    if (!automatic) {
      engine.loop().deliberation().onlyOnRequest();
    }
    return engine;
  }

  private HealingEngine onThisHost() {
    LinuxHost own = LinuxHost.open(LinuxHost.defaultStateDirectory());
    try {
      return new HealingEngine(own, registry, configuration, own::close);
    } catch (RuntimeException e) {
      own.close();
      throw e;
    }
  }
}
