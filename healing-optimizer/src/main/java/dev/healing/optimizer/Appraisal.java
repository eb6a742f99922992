package dev.healing.optimizer;

import dev.healing.api.ActionId;
import dev.healing.api.Benefit;
import dev.healing.api.HealingException;
import dev.healing.api.HostState;
import dev.healing.api.Issue;
import dev.healing.api.Opportunity;
import dev.healing.api.OptimizationType;
import dev.healing.api.Preview;
import dev.healing.api.RefusedException;
import dev.healing.spi.Healer;
import dev.healing.spi.TimeSource;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Measures what an opportunity would bring: the action itself works out what it would do, which is
 * asked once in an hour (a day for caches), since that may be a walk through a disk. Where it
 * cannot know, what it has brought before counts. Safe for several threads.
 */
final class Appraisal {
  private static final Duration HOLDS = Duration.ofHours(1);

  /** From here on it is heavy: it waits for a quiet hour. */
  private static final Duration HEAVY_DURATION = Duration.ofSeconds(30);

  private static final long HEAVY_BYTES = 4L << 30;

  /**
   * An opportunity with its estimate.
   *
   * @param heavy whether to do it keeps the host busy for long
   */
  record Appraised(Opportunity opportunity, boolean heavy) {}

  /** What the action said, and when, in monotonic time: what it would do, or why it would not. */
  private record Said(Optional<Preview> preview, boolean refused, long atNanos) {}

  private final Healer healer;
  private final TimeSource time;
  private final Experience experience;
  private final Duration cachesHold;
  private final Map<String, Said> said = new ConcurrentHashMap<>();
  private final AtomicLong forgotten = new AtomicLong();

  Appraisal(Healer healer, TimeSource time, Experience experience, Duration cachesHold) {
    this.healer = healer;
    this.time = time;
    this.experience = experience;
    this.cachesHold = cachesHold;
  }

  /** Empty if its action would refuse it. */
  Optional<Appraised> of(Opportunity found, HostState state) {
    if (found.action().isEmpty()) {
      return Optional.of(new Appraised(found, false));
    }
    Said now = said(found, state);
    if (now.refused()) {
      return Optional.empty();
    }
    boolean heavy =
        found.type() == OptimizationType.STORE_OPTIMIZATION
            || now.preview()
                .filter(
                    p ->
                        p.expectedDuration().compareTo(HEAVY_DURATION) >= 0
                            || p.bytes().orElse(0) >= HEAVY_BYTES)
                .isPresent();
    return Optional.of(new Appraised(estimated(found, now.preview()), heavy));
  }

  /** It was taken, or tried: what was said of it no longer holds. */
  void forget(String id) {
    forgotten.incrementAndGet();
    said.remove(id);
  }

  /**
   * One walk at a time: who comes meanwhile waits for its answer. Who {@linkplain #forget forgets}
   * does not, and what was said meanwhile counts this once.
   */
  private synchronized Said said(Opportunity found, HostState state) {
    Said known = said.get(found.id());
    if (known != null && fresh(found, known)) {
      return known;
    }
    long before = forgotten.get();
    Said now = ask(found, state);
    said.put(found.id(), now);
    if (forgotten.get() != before) {
      said.remove(found.id());
    }
    return now;
  }

  private boolean fresh(Opportunity found, Said known) {
    Duration holds = found.type() == OptimizationType.CACHE_OPTIMIZATION ? cachesHold : HOLDS;
    return time.monotonicNanos() - known.atNanos() < holds.toNanos();
  }

  private Said ask(Opportunity found, HostState state) {
    ActionId action = found.action().orElseThrow();
    try {
      return new Said(healer.preview(found.issue(), action, state), false, time.monotonicNanos());
    } catch (RefusedException e) {
      return new Said(Optional.empty(), true, time.monotonicNanos());
    } catch (HealingException e) {
      return new Said(Optional.empty(), false, time.monotonicNanos()); // not known is no refusal
    }
  }

  private Opportunity estimated(Opportunity found, Optional<Preview> preview) {
    Optional<Benefit> benefit = found.estimate();
    if (benefit.isEmpty()) {
      return found;
    }
    Benefit wanted = benefit.get();
    OptionalLong counted =
        wanted.of().name().endsWith(".bytes")
            ? preview.map(Preview::bytes).orElse(OptionalLong.empty())
            : wanted.of().name().endsWith(".count")
                ? preview.map(Preview::items).orElse(OptionalLong.empty())
                : OptionalLong.empty();
    if (counted.isPresent()) {
      double amount = counted.getAsLong();
      return with(
          found,
          wanted,
          wanted.more() ? amount : -amount,
          "; a dry run counts " + amount(wanted, amount));
    }
    OptionalDouble usual = experience.usual(found.id());
    if (usual.isPresent()) {
      double gain = Math.max(0, wanted.more() ? usual.getAsDouble() : -usual.getAsDouble());
      return with(
          found,
          wanted,
          wanted.more() ? gain : 0 - gain,
          "; as a rule it brings " + (gain == 0 ? "nothing" : amount(wanted, gain)));
    }
    return wanted.estimated().isPresent()
        ? found
        : found.measured(
            found.issue(), found.benefit() + "; how much that brings shows when it is done");
  }

  private static String amount(Benefit of, double amount) {
    String name = of.of().name();
    return name.endsWith(".bytes")
        ? Estimate.bytes(amount)
        : name.endsWith(".fraction")
            ? Estimate.percent(amount)
            : String.valueOf(Math.round(amount));
  }

  private static Opportunity with(Opportunity found, Benefit wanted, double estimate, String how) {
    Benefit benefit =
        new Benefit(
            wanted.of(),
            wanted.more(),
            OptionalDouble.of(estimate),
            wanted.before(),
            OptionalDouble.empty());
    Issue measured = found.issue().telling(found.issue().description(), benefit.told());
    return found.measured(measured, found.benefit() + how);
  }
}
