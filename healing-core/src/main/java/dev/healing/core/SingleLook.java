package dev.healing.core;

import dev.healing.api.Decision;
import dev.healing.api.HealingException;
import dev.healing.api.Issue;
import dev.healing.api.Origin;
import dev.healing.core.calls.Inbox;
import dev.healing.core.watch.Observation;
import dev.healing.spi.TimeSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * Looks at the host a few times without starting an engine, and works out what would be decided.
 * Takes the place of the engine's thread while it does.
 */
final class SingleLook {
  private static final int LOOKS = 5;
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(100);
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final TimeSource time;
  private final Inbox inbox;
  private final HealingLoop loop;
  private final Origin origin;

  SingleLook(TimeSource time, Inbox inbox, HealingLoop loop, Origin origin) {
    this.time = time;
    this.inbox = inbox;
    this.loop = loop;
    this.origin = origin;
  }

  Look take() {
    List<Observation> seen = new ArrayList<>();
    for (int i = 0; i < LOOKS; i++) {
      if (i > 0) {
        pump(() -> false, BETWEEN_LOOKS);
      }
      int before = seen.size();
      loop.glance(seen::add);
      pump(() -> seen.size() > before, PATIENCE);
      if (seen.size() == before) {
        throw new HealingException("no look came back within " + PATIENCE.toSeconds() + " s");
      }
    }
    Observation last = seen.get(seen.size() - 1);
    List<Decision> decisions = new ArrayList<>();
    for (Issue issue : last.issues()) {
      CompletableFuture<Decision> decision = new CompletableFuture<>();
      loop.consider(issue, origin, decision);
      pump(decision::isDone, PATIENCE);
      if (decision.isDone()) {
        decisions.add(decision.join());
      }
    }
    return new Look(last.state(), last.issues(), last.unreadable(), decisions);
  }

  /** Does what arrives until it is done, or for so long. */
  private void pump(Supplier<Boolean> done, Duration atMost) {
    long end = time.monotonicNanos() + atMost.toNanos();
    inbox.drain();
    while (!done.get()) {
      long left = end - time.monotonicNanos();
      if (left <= 0) {
        return;
      }
      Duration step = loop.enforcePluginDeadlines();
      try {
        inbox.await(step.toNanos() > left ? Duration.ofNanos(left) : step);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new HealingException("interrupted while looking", e);
      }
      inbox.drain();
    }
  }
}
