package dev.healing.detect;

import dev.healing.api.HealingException;
import dev.healing.spi.HostContext;
import dev.healing.spi.HostMemory;
import dev.healing.spi.OwnGroup;
import dev.healing.spi.Trigger;
import dev.healing.spi.TriggerProvider;
import dev.healing.spi.Workers;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Wakes the loop while memory goes so fast that the next look might come too late. It reads what is
 * available, the more often the less is available and the faster it goes: once a second where there
 * is plenty, ten times where the fastest could take it all in less than half a second, and every 50
 * ms while it goes.
 */
public final class MemoryTrigger implements Trigger {
  /** What two processors were seen to fill in a second, and more. */
  private static final double FASTEST_BYTES_PER_SECOND = 4e9;

  /** So often until the fastest would have taken it all. */
  private static final double READS = 4;

  private static final Duration SELDOM = Duration.ofSeconds(1);
  private static final Duration OFTEN = Duration.ofMillis(100);
  private static final Duration WHILE_IT_GOES = Duration.ofMillis(50);

  /** The loop is woken when this is all that is left, at the pace seen. */
  private static final Duration SOON = Duration.ofSeconds(30);

  /** What is lost in a second and is no noise. */
  private static final double NOISE_BYTES = 16 << 20;

  /**
   * A look is a sample for every detector that counts them: too many in a moment would make a
   * window of half a minute one of a second.
   */
  private static final long BETWEEN_WAKES_NANOS = Duration.ofMillis(250).toNanos();

  private static final int MOST_WAKES = 8;
  private static final long MOST_WITHIN_NANOS = Duration.ofSeconds(30).toNanos();

  private final HostContext context;
  private final Seldom<Optional<OwnGroup>> ownGroup;
  private final Deque<Long> wokenNanos = new ArrayDeque<>();
  private Workers.@Nullable Task task;

  private MemoryTrigger(HostContext context) {
    this.context = context;
    this.ownGroup = ControlGroups.ofMemory(context);
  }

  /** Makes it. */
  public static final class Provider implements TriggerProvider {
    @Override
    public String name() {
      return "memory";
    }

    @Override
    public Trigger create(HostContext context) {
      return new MemoryTrigger(context);
    }
  }

  @Override
  public synchronized String start(Wake wake) {
    if (available().isEmpty()) {
      return "polling only: /proc/meminfo does not tell MemAvailable";
    }
    task = context.workers().start("memory trigger", () -> watch(wake));
    return "reads /proc/meminfo, from once a second up to every 50 ms while memory goes fast";
  }

  private void watch(Wake wake) {
    OptionalLong before = OptionalLong.empty();
    long beforeNanos = 0;
    Duration pause = SELDOM;
    try {
      while (true) {
        OptionalLong now = available();
        long nanos = context.time().monotonicNanos();
        pause = now.isPresent() ? unhurried(now.getAsLong()) : SELDOM;
        if (now.isPresent() && before.isPresent()) {
          double lost = before.getAsLong() - now.getAsLong();
          double perSecond = lost * 1e9 / Math.max(1, nanos - beforeNanos);
          if (lost >= NOISE_BYTES * (nanos - beforeNanos) / 1e9
              && perSecond * SOON.toSeconds() >= now.getAsLong()) {
            if (mayWake(nanos)) {
              wake.now("memory goes fast");
            }
            pause = WHILE_IT_GOES;
          }
        }
        before = now;
        beforeNanos = nanos;
        context.workers().sleep(pause);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // closed
    }
  }

  private boolean mayWake(long nanos) {
    while (!wokenNanos.isEmpty() && nanos - wokenNanos.getFirst() >= MOST_WITHIN_NANOS) {
      wokenNanos.removeFirst();
    }
    boolean may =
        wokenNanos.isEmpty()
            || wokenNanos.size() < MOST_WAKES
                && nanos - wokenNanos.getLast() >= BETWEEN_WAKES_NANOS;
    if (may) {
      wokenNanos.addLast(nanos);
    }
    return may;
  }

  private static Duration unhurried(long availableBytes) {
    double seconds = availableBytes / FASTEST_BYTES_PER_SECOND / READS;
    return Duration.ofMillis(
        (long) Math.min(SELDOM.toMillis(), Math.max(OFTEN.toMillis(), seconds * 1000)));
  }

  /** What cannot be read is told by the sampler. */
  private OptionalLong available() {
    try {
      return HostMemory.read(context.files(), ownGroup.look()).memory().available();
    } catch (HealingException e) {
      return OptionalLong.empty();
    }
  }

  @Override
  public synchronized void close() {
    if (task != null) {
      task.cancel();
      task = null;
    }
  }
}
