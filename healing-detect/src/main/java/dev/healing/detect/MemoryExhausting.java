package dev.healing.detect;

import dev.healing.api.Configuration;
import dev.healing.api.Detection;
import dev.healing.api.HostState;
import dev.healing.api.Issue;
import dev.healing.api.IssueType;
import dev.healing.api.Metric;
import dev.healing.api.Sample;
import dev.healing.api.Severity;
import dev.healing.spi.Detector;
import dev.healing.spi.DetectorProvider;
import dev.healing.spi.HostContext;
import dev.healing.spi.TimeSource;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Memory ends within seconds: what is available falls, and at this pace is below {@code floor}
 * (10%) in a moment and gone {@code within} (20s). Swap, where there is some, is full as well. It
 * is over when there is more than that again, or it did not fall for three seconds. {@link
 * MemoryHigh} tells of a level that lasts, which is too late for whoever takes gigabytes a second;
 * {@link MemoryTrigger} has it looked at often enough.
 */
public final class MemoryExhausting implements Detector {
  static final String COMPONENT = "memory";

  /** Of this, what may be done is worked out before it must be done. */
  private static final Duration AHEAD = Duration.ofMillis(1500);

  private static final double SWAP_FULL = 0.90;
  private static final int SAMPLES = 32;
  private static final int FEW_SAMPLES = 4;

  /** Who takes it may have to wait for a processor now and then. */
  private static final Duration PAUSES = Duration.ofSeconds(3);

  private final TimeSource time;
  private final double floor;
  private final Duration within;
  private Optional<Fall> last = Optional.empty();
  private long lastNanos;

  private MemoryExhausting(TimeSource time, double floor, Duration within) {
    this.time = time;
    this.floor = floor;
    this.within = within;
  }

  /** Makes it. */
  public static final class Provider implements DetectorProvider {
    @Override
    public String name() {
      return "memory_exhausting";
    }

    @Override
    public Detector create(HostContext context) {
      Configuration section = context.configuration();
      return new MemoryExhausting(
          context.time(),
          section.fraction("floor", 0.10),
          section.duration("within", Duration.ofSeconds(20)));
    }
  }

  @Override
  public Set<IssueType> reports() {
    return Set.of(IssueType.MEMORY_EXHAUSTING);
  }

  @Override
  public Detection detect(HostState state) {
    if (state.value(Metric.MEMORY_AVAILABLE).isEmpty()
        || state.value(Metric.MEMORY_USED).isEmpty()) {
      String lacking = Metric.MEMORY_USED.toString();
      return new Detection(List.of(), List.of(Evidence.why(state, COMPONENT, lacking)));
    }
    double available = state.value(Metric.MEMORY_AVAILABLE).getAsDouble();
    double floorBytes = floor * total(state);
    boolean room = state.value(Metric.SWAP_USED).orElse(1) < SWAP_FULL;
    Optional<Fall> ends =
        room
            ? Optional.empty()
            : Fall.of(lately(state))
                .filter(f -> f.after(AHEAD) <= floorBytes)
                .filter(f -> f.endsInSeconds() * 1e3 <= within.toMillis());
    if (ends.isPresent()) {
      last = ends;
      lastNanos = time.monotonicNanos();
    } else if (available > floorBytes
        || room
        || time.monotonicNanos() - lastNanos > PAUSES.toNanos()) {
      last = Optional.empty();
    }
    return last.map(f -> Detection.of(List.of(issue(state, f, floorBytes))))
        .orElse(Detection.NOTHING);
  }

  /** Looks are most often so far apart that few samples tell as much as many. */
  private static List<Sample> lately(HostState state) {
    List<Sample> few = state.recent(Metric.MEMORY_AVAILABLE, FEW_SAMPLES);
    return Fall.enough(few) ? few : state.recent(Metric.MEMORY_AVAILABLE, SAMPLES);
  }

  private static double total(HostState state) {
    double available = state.value(Metric.MEMORY_AVAILABLE).getAsDouble();
    double free = 1 - state.value(Metric.MEMORY_USED).getAsDouble();
    return free > 0 ? available / free : 0;
  }

  private static Issue issue(HostState state, Fall fall, double floorBytes) {
    Map<String, Double> metrics =
        new TreeMap<>(
            Evidence.of(state, Metric.MEMORY_USED, Metric.MEMORY_AVAILABLE, Metric.SWAP_USED)
                .metrics());
    metrics.put(Metric.MEMORY_FLOOR.toString(), floorBytes);
    metrics.put("memory.fall.bytes_per_second", fall.perSecond());
    metrics.put("memory.ends.seconds", fall.endsInSeconds());
    String text =
        String.format(
            Locale.ROOT,
            "%s of memory is available and becomes %s less a second: at this pace nothing is left"
                + " in %.1f s",
            Texts.bytes(state.value(Metric.MEMORY_AVAILABLE).getAsDouble()),
            Texts.bytes(fall.perSecond()),
            fall.endsInSeconds());
    return Issue.of(
            state.at(),
            IssueType.MEMORY_EXHAUSTING,
            Severity.CRITICAL,
            text,
            metrics,
            List.of(COMPONENT))
        .explaining(List.of(COMPONENT, SystemSlow.COMPONENT, SwapStorm.COMPONENT));
  }
}
