package dev.healing.core;

import dev.healing.api.HostState;
import dev.healing.api.Metric;
import dev.healing.api.Receipt;
import dev.healing.api.Sample;
import dev.healing.core.Prevention.Verdict;
import dev.healing.spi.MeasuredPast;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * Was it prevented, or would it not have been? What was acted upon because of a forecast is watched
 * on until the forecast would have been right or wrong, with what our actions have given back added
 * to what is measured. That is all that is known of what would have been: what else was written
 * since would have been written too.
 *
 * <p>Nothing is kept but in the audit: what is not judged there yet is begun anew after a restart.
 * Belongs to the engine's thread.
 */
final class Preventions {
  private static final Duration STEP = Duration.ofMinutes(1);

  /** What was last measured longer before the end than so says nothing of the end. */
  private static final Duration GAP = Duration.ofMinutes(30);

  /** Nothing is forecast for longer. */
  private static final Duration LONGEST = Duration.ofDays(30);

  /** One that is not judged yet. */
  private static final class Pending {
    private final Receipt first;
    private final Metric metric;
    private final double limit;
    private final Instant until;
    private double freed;
    private Instant seen;

    Pending(Receipt first, Metric metric, double limit, Instant until) {
      this.first = first;
      this.metric = metric;
      this.limit = limit;
      this.until = until;
      this.seen = first.finishedAt();
    }
  }

  private final Consumer<Prevention> tell;
  private final Map<String, Pending> pending = new LinkedHashMap<>();
  private final Map<Verdict, Integer> counts = new EnumMap<>(Verdict.class);

  /**
   * Has judged nothing yet.
   *
   * @param tell writes down what is judged, and tells it
   */
  Preventions(Consumer<Prevention> tell) {
    this.tell = tell;
    for (Verdict verdict : Verdict.values()) {
      counts.put(verdict, 0);
    }
  }

  /** How often it was which, as far as the audit goes back. */
  Map<Verdict, Integer> counts() {
    return new EnumMap<>(counts);
  }

  /**
   * Goes on where another left off.
   *
   * @param known receipts, newest first
   * @param judged what was judged already
   * @param past what was measured since
   */
  void open(List<Receipt> known, List<Prevention> judged, MeasuredPast past) {
    judged.forEach(one -> counts.merge(one.verdict(), 1, Integer::sum));
    Set<String> done = judged.stream().map(Prevention::incident).collect(Collectors.toSet());
    for (int i = known.size() - 1; i >= 0; i--) {
      Receipt receipt = known.get(i);
      gave(receipt);
      if (!done.contains(receipt.incident())) {
        begin(receipt);
      }
    }
    for (Pending one : List.copyOf(pending.values())) {
      for (Sample sample : past.highest(one.metric, one.seen.plus(STEP), STEP)) {
        if (pending.containsValue(one)) {
          judge(one, sample);
        }
      }
    }
  }

  /** An attempt has ended. */
  void ended(Receipt receipt) {
    gave(receipt);
    begin(receipt);
  }

  /** Whatever it was done for. */
  private void gave(Receipt receipt) {
    for (Pending one : pending.values()) {
      freed(receipt, one.metric).ifPresent(freed -> one.freed += freed);
    }
  }

  private void begin(Receipt receipt) {
    Optional<Metric> metric = predicted(receipt);
    if (metric.isEmpty() || pending.containsKey(receipt.incident())) {
      return;
    }
    OptionalDouble freed = freed(receipt, metric.get());
    if (freed.isEmpty()) {
      return; // nothing was done, or nobody could see what came of it
    }
    double limit = number(receipt, Metric.FORECAST_LIMIT, metric.get().component()).orElse(1);
    Instant until =
        receipt.startedAt().orElseThrow().plus(judgedAfter(receipt, metric.get()).orElseThrow());
    Pending begun = new Pending(receipt, metric.get(), limit, until);
    begun.freed = freed.getAsDouble();
    pending.put(receipt.incident(), begun);
  }

  /** The metric that was predicted, if its action was done because of that. */
  private static Optional<Metric> predicted(Receipt receipt) {
    if (receipt.startedAt().isEmpty()) {
      return Optional.empty();
    }
    return receipt.before().keySet().stream()
        .map(Metric::parse)
        .filter(metric -> metric.name().endsWith(Metric.USED))
        .filter(metric -> judgedAfter(receipt, metric).isPresent())
        .findFirst();
  }

  /** Whatever a plugin has put there: only in a time that is to be waited for is it known. */
  private static Optional<Duration> judgedAfter(Receipt receipt, Metric metric) {
    OptionalDouble seconds = number(receipt, Metric.FORECAST_JUDGED, metric.component());
    return seconds.isPresent()
            && seconds.getAsDouble() >= 0
            && seconds.getAsDouble() <= LONGEST.toSeconds()
        ? Optional.of(Duration.ofSeconds((long) seconds.getAsDouble()))
        : Optional.empty();
  }

  private static OptionalDouble number(Receipt receipt, String name, String component) {
    Double value = receipt.before().get(Metric.of(name, component).toString());
    return value == null ? OptionalDouble.empty() : OptionalDouble.of(value);
  }

  private static OptionalDouble freed(Receipt receipt, Metric metric) {
    Double before = receipt.before().get(metric.toString());
    Double after = receipt.after().get(metric.toString());
    return receipt.startedAt().isEmpty() || before == null || after == null
        ? OptionalDouble.empty()
        : OptionalDouble.of(Math.max(0, before - after));
  }

  /** What a look shows of those that are not judged yet. */
  void look(HostState state) {
    if (pending.isEmpty()) {
      return;
    }
    for (Pending one : new ArrayList<>(pending.values())) {
      Optional<Sample> sample = state.sample(one.metric);
      if (sample.isPresent()) {
        judge(one, sample.get());
      } else if (state.at().isAfter(one.until.plus(GAP))) {
        end(one, Verdict.UNKNOWN, state.at(), "it is not measured any more");
      }
    }
  }

  private void judge(Pending one, Sample sample) {
    Instant at = sample.at();
    if (!at.isAfter(one.seen)) {
      return;
    }
    double without = sample.value() + one.freed;
    if (at.isAfter(one.until)) {
      boolean seen = !one.seen.isBefore(one.until.minus(GAP));
      end(
          one,
          seen ? Verdict.NEEDLESS : Verdict.UNKNOWN,
          at,
          seen
              ? "its time is over: " + numbers(one, sample)
              : "it was not measured when it should have been");
    } else if (sample.value() >= one.limit) {
      end(one, Verdict.IN_VAIN, at, "its limit was reached all the same");
    } else if (without >= one.limit) {
      end(one, Verdict.PREVENTED, at, numbers(one, sample));
    }
    one.seen = at;
  }

  private void end(Pending one, Verdict verdict, Instant at, String why) {
    pending.remove(one.first.incident());
    counts.merge(verdict, 1, Integer::sum);
    tell.accept(
        new Prevention(
            one.first.incident(), one.first.type(), one.first.components(), verdict, at, why));
  }

  private static String numbers(Pending one, Sample sample) {
    return percent(sample.value())
        + " is in use, and with the "
        + percent(one.freed)
        + " that was given back it would be "
        + percent(sample.value() + one.freed);
  }

  private static String percent(double fraction) {
    return String.format(Locale.ROOT, "%.1f %%", fraction * 100);
  }
}
