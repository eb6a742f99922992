package dev.healing.core;

import dev.healing.api.ActionId;
import dev.healing.api.Configuration;
import dev.healing.api.Decision;
import dev.healing.api.HostState;
import dev.healing.api.Incident;
import dev.healing.api.Issue;
import dev.healing.api.Receipt;
import dev.healing.spi.*;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** The engine (signatures first; the body follows). */
public final class HealingEngine implements AutoCloseable, Healer {
  private HealingEngine() {}

  public static Builder builder() {
    return new Builder();
  }

  /** Assembles an engine. */
  public static final class Builder {
    private Builder() {}

    /** The host; LinuxHost.open(default state directory) by default. */
    public Builder host(HostContext host) {
      return this;
    }

    public Builder configuration(Configuration configuration) {
      return this;
    }

    /** Whether providers on the class or module path are used: yes by default. */
    public Builder discoverPlugins(boolean discover) {
      return this;
    }

    public Builder add(DetectorProvider provider) {
      return this;
    }

    public Builder add(ActionProvider provider) {
      return this;
    }

    // and add(...) for Sampler, Guard, Planner, KnowledgeBase, Trigger, Listener, Optimizer

    /** Throws ConfigurationException with all problems at once. Starts and changes nothing. */
    public HealingEngine build() {
      throw new UnsupportedOperationException();
    }
  }

  /** Starts the loop on its own thread. */
  public void start() {}

  /** Looks a few times in quick succession; says what it sees and would do; changes nothing. */
  public Look look() {
    throw new UnsupportedOperationException();
  }

  /** Embedding: heal this issue; validated by the detector that reports its type. */
  public CompletionStage<Receipt> heal(Issue issue) {
    throw new UnsupportedOperationException();
  }

  @Override
  public CompletionStage<Receipt> heal(Issue issue, Optional<ActionId> action, Detector validator) {
    throw new UnsupportedOperationException();
  }

  /** An operator's word: heal this open incident now, as REQUESTED. */
  public CompletionStage<Receipt> heal(String incidentId) {
    throw new UnsupportedOperationException();
  }

  /** Dry run: what would be decided and done about it. Nothing is changed. */
  public CompletionStage<Decision> consider(Issue issue) {
    throw new UnsupportedOperationException();
  }

  /** An operator's word: do exactly what this incident's pending decision shows. */
  public CompletionStage<Receipt> approve(String incidentId) {
    throw new UnsupportedOperationException();
  }

  /** An operator's word: don't; the incident is escalated to humans. */
  public Incident reject(String incidentId) {
    throw new UnsupportedOperationException();
  }

  /** Open incidents and the last 100 closed ones, newest first. */
  public List<Incident> incidents() {
    throw new UnsupportedOperationException();
  }

  /** By id or unique prefix; throws HealingException naming the candidates if it is ambiguous. */
  public Optional<Incident> incident(String idOrPrefix) {
    throw new UnsupportedOperationException();
  }

  /** The newest look; absent before the first. */
  public Optional<HostState> state() {
    throw new UnsupportedOperationException();
  }

  public EngineStatus status() {
    throw new UnsupportedOperationException();
  }

  public List<PluginInfo> plugins() {
    throw new UnsupportedOperationException();
  }

  /** The first optimizer that was found. */
  public Optional<Optimizer> optimizer() {
    throw new UnsupportedOperationException();
  }

  public KnowledgeBase knowledge() {
    throw new UnsupportedOperationException();
  }

  /** Everything written about decisions and receipts; also usable without an engine. */
  public Audit audit() {
    throw new UnsupportedOperationException();
  }

  /**
   * Swaps configuration and plugins; all or nothing: throws ConfigurationException and keeps the
   * old.
   */
  public void reload(Configuration configuration) {}

  /** Events from now on, on a thread of its own. */
  public void addListener(Listener listener) {}

  @Override
  public void close() {}
}
