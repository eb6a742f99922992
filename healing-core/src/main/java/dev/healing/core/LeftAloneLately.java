package dev.healing.core;

import dev.healing.api.Fingerprint;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * For how long problems that passed by themselves were left alone within the last hour. What comes
 * and goes passes each time, and would never be acted on if each time began anew.
 */
final class LeftAloneLately {
  private static final Duration LATELY = Duration.ofHours(1);
  private static final int MOST = 1_000;

  private record Spell(Fingerprint problem, long nanos, long endNanos) {}

  private final Deque<Spell> oldestFirst = new ArrayDeque<>();

  /** It was there for a while, and has passed. */
  void add(Fingerprint problem, Duration there, long nowNanos) {
    oldestFirst.addLast(new Spell(problem, there.toNanos(), nowNanos));
    while (oldestFirst.size() > MOST || old(oldestFirst.getFirst(), nowNanos)) {
      oldestFirst.removeFirst();
    }
  }

  /** In all, and not counting what it is left alone for at the moment. */
  Duration of(Fingerprint problem, long nowNanos) {
    return Duration.ofNanos(
        oldestFirst.stream()
            .filter(spell -> spell.problem().equals(problem) && !old(spell, nowNanos))
            .mapToLong(Spell::nanos)
            .sum());
  }

  private static boolean old(Spell spell, long nowNanos) {
    return nowNanos - spell.endNanos() > LATELY.toNanos();
  }
}
