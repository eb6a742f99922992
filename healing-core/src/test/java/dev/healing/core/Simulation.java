package dev.healing.core;

import dev.healing.api.Configuration;
import dev.healing.api.Incident;
import dev.healing.api.Receipt;
import dev.healing.spi.KnowledgeBaseProvider;
import dev.healing.testkit.SimulatedCrash;
import dev.healing.testkit.SimulatedHost;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** An unchanged engine on a simulated host, in virtual time; killed and started again at will. */
final class Simulation {
  static final String PERSON = "on a person's word";
  static final String PAUSED = "paused";

  private final SimulatedHost host;
  private final Map<String, Object> configuration;
  private final Optional<String> withoutGuard;
  private HealingEngine engine;
  private EngineDriver driver;

  /**
   * Starts an engine.
   *
   * @param withoutGuard a guard that is left out, to show what it is good for
   */
  Simulation(SimulatedHost host, Map<String, Object> configuration, Optional<String> withoutGuard) {
    this.host = host;
    this.configuration = new HashMap<>(configuration);
    this.withoutGuard = withoutGuard;
    host.time().brief(task -> !task.startsWith("execute"));
    start();
  }

  HealingEngine engine() {
    return engine;
  }

  private void start() {
    HealingEngine.Builder builder =
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
    withoutGuard.ifPresent(engine.loop().assessment().guards()::without);
    engine.open();
    driver = new EngineDriver(host.time(), engine);
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

  void pause() {
    byHand(() -> engine.loop().offSwitch().pause(Optional.empty()));
    host.note(PAUSED, true);
  }

  void resume() {
    host.note(PAUSED, false);
    byHand(() -> engine.loop().offSwitch().resume());
  }

  /** A person does it, and again if the host falls over under it. */
  private void byHand(Runnable deed) {
    try {
      deed.run();
    } catch (SimulatedCrash crash) {
      restart();
      byHand(deed);
    }
  }

  /** A person approves all that waits for it. */
  void approveAll() {
    host.note(PERSON, true);
    HealingEngine asked = engine;
    for (Incident incident : engine.incidents()) {
      if (incident.awaitsConfirmation() && engine == asked) {
        CompletableFuture<Receipt> answer = engine.approve(incident.id()).toCompletableFuture();
        for (int i = 0; i < 100 && !answer.isDone() && engine == asked; i++) {
          run(Duration.ofSeconds(10));
        }
      }
    }
    host.note(PERSON, false);
  }
}
