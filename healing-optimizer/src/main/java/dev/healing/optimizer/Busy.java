package dev.healing.optimizer;

import dev.healing.api.HostState;
import dev.healing.api.Metric;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;

/**
 * Whether somebody else needs the host now, told by what waits: heavy work runs at the lowest
 * priority, so that whoever waits for processors or memory all the same is somebody else, or is
 * held up by it. Not by waiting for disks: the work itself waits for them, on an idle host too.
 * Lasting for three looks. Safe for several threads.
 */
final class Busy {
  private static final Map<String, Double> FROM = new TreeMap<>(Map.of("cpu", 0.4, "memory", 0.1));
  private static final int LOOKS = 3;

  private int inARow;
  private volatile Optional<String> reason = Optional.empty();

  /** Takes in a look. */
  synchronized void see(HostState state) {
    Optional<String> now = Optional.empty();
    for (Map.Entry<String, Double> limit : FROM.entrySet()) {
      OptionalDouble waiting = state.value(Metric.of(Metric.PRESSURE_SOME, limit.getKey()));
      if (waiting.isPresent() && waiting.getAsDouble() >= limit.getValue()) {
        now =
            Optional.of(
                String.format(
                    Locale.ROOT,
                    "the host has become busy: in %.0f %% of the time somebody waits for %s",
                    100 * waiting.getAsDouble(),
                    limit.getKey().equals("cpu") ? "processors" : "memory"));
      }
    }
    inARow = now.isPresent() ? inARow + 1 : 0;
    reason = inARow >= LOOKS ? now : Optional.empty();
  }

  /** Why heavy work should stop; empty if it need not. */
  Optional<String> reason() {
    return reason;
  }
}
