package dev.healing.core;

import dev.healing.api.Fingerprint;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;

/**
 * For how long problems that passed by themselves were left alone within the last hour. What comes
 * and goes passes each time, and would never be acted on if each time began anew.
 */
final class LeftAloneLately {
  private static final Duration LATELY = Duration.ofHours(1);
  private static final int MOST = 1_000;

  private record Spell(Fingerprint problem, long nanos, long endNanos) {}

  private final Deque<Spell> oldestFirst = new ArrayDeque<>();
  private final Map<Fingerprint, Long> nanosOf = new HashMap<>();

  /** It was there for a while, and has passed. */
  void add(Fingerprint problem, Duration there, long nowNanos) {
    oldestFirst.addLast(new Spell(problem, there.toNanos(), nowNanos));
    nanosOf.merge(problem, there.toNanos(), Long::sum);
    forget(nowNanos);
  }

  private void forget(long nowNanos) {
    while (oldestFirst.size() > MOST
        || !oldestFirst.isEmpty() && old(oldestFirst.getFirst(), nowNanos)) {
      Spell oldest = oldestFirst.removeFirst();
      nanosOf.computeIfPresent(
          oldest.problem(), (p, all) -> all > oldest.nanos() ? all - oldest.nanos() : null);
    }
  }

  /** In all, and not counting what it is left alone for at the moment. */
  Duration of(Fingerprint problem, long nowNanos) {
    forget(nowNanos);
    return Duration.ofNanos(nanosOf.getOrDefault(problem, 0L));
  }

  private static boolean old(Spell spell, long nowNanos) {
    return nowNanos - spell.endNanos() > LATELY.toNanos();
  }
}
