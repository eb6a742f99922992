package dev.healing.core;

import dev.healing.testkit.VirtualTime;
import java.time.Duration;

/** Takes an engine's turns in virtual time. */
final class EngineDriver {
  private static final int TURNS_AT_ONE_INSTANT = 10_000;

  private final VirtualTime time;
  private final HealingEngine engine;

  EngineDriver(VirtualTime time, HealingEngine engine) {
    this.time = time;
    this.engine = engine;
  }

  /** Lets the engine run for this long. */
  void run(Duration duration) {
    long end = time.monotonicNanos() + duration.toNanos();
    int turnsHere = 0;
    while (true) {
      long wait = engine.turn().toNanos();
      time.runReady();
      if (engine.hasPost() || wait == 0) {
        if (++turnsHere > TURNS_AT_ONE_INSTANT) {
          throw new AssertionError("the loop spins: it always has something to do at once");
        }
        continue;
      }
      turnsHere = 0;
      long next = Math.min(end, time.monotonicNanos() + wait);
      long task = time.nextWakeNanos().orElse(Long.MAX_VALUE);
      if (Math.min(next, task) >= end) {
        time.advanceTo(end);
        return;
      }
      time.advanceTo(Math.min(next, task));
    }
  }
}
