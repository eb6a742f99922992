package dev.healing.core;

import dev.healing.testkit.VirtualTime;
import java.time.Duration;

/** An engine whose turns are taken in virtual time, for whoever is not of this package. */
public final class DrivenEngine {
  private final VirtualTime time;
  private final HealingEngine engine;

  /** Opens it. It must not have been started. */
  public DrivenEngine(VirtualTime time, HealingEngine engine) {
    this.time = time;
    this.engine = engine;
    time.brief(task -> !task.startsWith("execute"));
    engine.open();
  }

  /** Lets it run for this long. */
  public void run(Duration duration) {
    long end = time.monotonicNanos() + duration.toNanos();
    while (true) {
      long wait = engine.turn().toNanos();
      time.runReady();
      if (engine.hasPost() || wait == 0) {
        continue;
      }
      long task = time.nextWakeNanos().orElse(Long.MAX_VALUE);
      long next = Math.min(time.monotonicNanos() + wait, task);
      if (next >= end) {
        time.advanceTo(end);
        return;
      }
      time.advanceTo(next);
    }
  }
}
