package dev.healing.actions.nixos;

import dev.healing.actions.nixos.files.ClearCache;
import dev.healing.actions.nixos.processes.KillProcess;
import dev.healing.api.ActionDescription;
import dev.healing.api.ActionId;
import dev.healing.api.Configuration;
import dev.healing.api.HostState;
import dev.healing.api.Issue;
import dev.healing.api.IssueType;
import dev.healing.api.RefusedException;
import dev.healing.api.Risk;
import dev.healing.api.Severity;
import dev.healing.core.HealingEngine;
import dev.healing.core.host.LinuxHost;
import dev.healing.spi.ActionProvider;
import dev.healing.spi.Execution;
import dev.healing.spi.HealingAction;
import dev.healing.spi.HostContext;
import dev.healing.spi.PreparedAction;
import dev.healing.testkit.NoKnowledge;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;

/** This machine as the engine hands it to a plugin, with the engine's protection around it. */
public final class RealHost implements AutoCloseable {
  private static final String PLUGIN = "of_the_test";

  private final LinuxHost host;
  private final HealingEngine engine;
  private final HostContext context;

  /** With this section of the configuration, and processes of these names protected. */
  public RealHost(Map<String, Object> section, String... protectedProcesses) {
    host = LinuxHost.open(Temporary.directory());
    AtomicReference<HostContext> handed = new AtomicReference<>();
    engine =
        HealingEngine.builder()
            .host(host)
            .discoverPlugins(false)
            .configuration(
                Configuration.of(
                    Map.of(
                        "protect", Map.of("processes", List.of(protectedProcesses)),
                        "actions", Map.of(PLUGIN, section))))
            .add(new Listening(handed))
            .add(new NoKnowledge())
            .build();
    context = handed.get();
  }

  public HostContext context() {
    return context;
  }

  public Issue issue(IssueType type, String component) {
    return Issue.of(
        host.time().now(), type, Severity.HIGH, type + " there", Map.of(), List.of(component));
  }

  public Execution execution() {
    return new Unlimited(host);
  }

  public static boolean root() {
    return "root".equals(System.getProperty("user.name"));
  }

  @Override
  public void close() {
    engine.close();
    host.close();
  }

  private record Unlimited(HostContext host) implements Execution {
    @Override
    public Duration remaining() {
      return Duration.ofMinutes(1);
    }

    @Override
    public boolean cancelled() {
      return false;
    }

    @Override
    public boolean pause(Duration duration) {
      try {
        host.workers().sleep(duration);
        return true;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return false;
      }
    }

    @Override
    public void progress(String message) {}
  }

  /** Does nothing, and keeps the context that it is given. */
  private record Listening(AtomicReference<HostContext> handed)
      implements ActionProvider, HealingAction {
    @Override
    public String name() {
      return PLUGIN;
    }

    @Override
    public HealingAction create(HostContext context) {
      handed.set(context);
      // What the action under test reads, so that no key is unknown to the engine.
      new KillProcess.Provider().create(context);
      new ClearCache.Provider().create(context);
      return this;
    }

    @Override
    public ActionDescription description() {
      return new ActionDescription(
          ActionId.of(PLUGIN),
          "does nothing",
          Set.of(IssueType.of(PLUGIN)),
          Risk.LOW,
          Set.of(),
          true,
          ActionDescription.IRREVERSIBLE,
          Duration.ofSeconds(1),
          Duration.ofSeconds(1));
    }

    @Override
    public PreparedAction prepare(Issue issue, HostState state) {
      throw new RefusedException("does nothing");
    }
  }
}
