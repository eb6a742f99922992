package dev.healing.core;

import dev.healing.api.Configuration;
import dev.healing.api.ConfigurationException;
import dev.healing.core.Tracked.Phase;
import dev.healing.spi.KnowledgeBaseProvider;
import dev.healing.testkit.NoKnowledge;
import dev.healing.testkit.SimulatedCrash;
import dev.healing.testkit.SimulatedHost;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** An unchanged engine on a simulated host, in virtual time; killed and started again at will. */
final class Simulation {
  private static final Duration LONG = Duration.ofHours(1);

  private final SimulatedHost host;
  private final Optional<String> withoutGuard;
  private Map<String, Object> configuration;
  private HealingEngine engine;
  private EngineDriver driver;
  private @Nullable HealingEngine lookedBy;
  private long looksBefore;
  private long lookedNanos;

  /**
   * Starts an engine.
   *
   * @param withoutGuard a guard that is left out, to show what it is good for
   */
  Simulation(SimulatedHost host, Map<String, Object> configuration, Optional<String> withoutGuard) {
    this.host = host;
    this.configuration = configuration;
    this.withoutGuard = withoutGuard;
    host.time().brief(task -> !task.startsWith("execute"));
    start();
  }

  SimulatedHost host() {
    return host;
  }

  HealingEngine engine() {
    return engine;
  }

  private void start() {
    EngineBuilder builder =
        HealingEngine.builder()
            .host(host.context())
            .discoverPlugins(false)
            .configuration(Configuration.of(configuration))
            .add(host.sampler())
            .add(host.trigger())
            .add((KnowledgeBaseProvider) new NoKnowledge());
    host.detectors().forEach(builder::add);
    host.actionProviders().forEach(builder::add);
    engine = builder.build();
    leaveOutGuard();
    engine.open();
    driver = new EngineDriver(host.time(), engine);
  }

  private void leaveOutGuard() {
    withoutGuard.ifPresent(engine.loop().assessment().guards()::without);
  }

  /**
   * Goes on with another configuration, this engine and all that follow.
   *
   * @throws ConfigurationException if it is wrong; then the old one stays
   */
  void reload(Map<String, Object> changed) {
    CompletionStage<@Nullable Void> holds = engine.reload(Configuration.of(changed));
    HealingEngine before = engine;
    configuration = changed;
    run(Duration.ofMillis(1));
    if (engine == before && !holds.toCompletableFuture().isDone()) {
      throw new AssertionError("a reload that does not come to an end");
    }
    leaveOutGuard();
  }

  /** Lets time pass. An engine that crashes on the way is started again. */
  void run(Duration duration) {
    long left = duration.toNanos();
    while (left > 0) {
      long before = host.time().monotonicNanos();
      try {
        driver.run(Duration.ofNanos(left));
        return;
      } catch (SimulatedCrash crash) {
        left -= host.time().monotonicNanos() - before;
        restart();
      }
    }
  }

  /**
   * What should have gone on long ago: looks, and actions that should have ended or been judged.
   */
  List<String> stuck() {
    long now = host.time().monotonicNanos();
    long looks = engine.loop().lookout().looks();
    List<String> stuck = new ArrayList<>();
    if (engine != lookedBy || looks > looksBefore) {
      lookedBy = engine;
      looksBefore = looks;
      lookedNanos = now;
    } else if (now - lookedNanos > LONG.toNanos()) {
      stuck.add("no look since " + Duration.ofNanos(now - lookedNanos) + " ago");
    }
    for (Tracked incident : engine.loop().incidents().open()) {
      boolean attempted = incident.phase() == Phase.RUNNING || incident.phase() == Phase.SETTLING;
      if (attempted && now - incident.attempt().dueNanos > LONG.toNanos()) {
        stuck.add(incident.id + " is still " + incident.phase() + ": " + incident.note);
      }
    }
    return stuck;
  }

  /** Kills the engine wherever it is, and starts another. */
  void restart() {
    host.crash();
    startUntilItStands();
  }

  /** The host boots again, after having been off for so long. */
  void reboot(Duration off) {
    host.reboot(off);
    startUntilItStands();
  }

  private void startUntilItStands() {
    while (true) {
      try {
        start();
        return;
      } catch (SimulatedCrash crash) {
        host.crash();
      }
    }
  }

  /** Does it from outside, and again if the engine crashes under it. */
  void survive(Runnable deed) {
    try {
      deed.run();
    } catch (SimulatedCrash crash) {
      restart();
      survive(deed);
    }
  }
}
