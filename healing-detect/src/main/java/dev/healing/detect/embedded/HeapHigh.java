package dev.healing.detect.embedded;

import dev.healing.api.Configuration.NofM;
import dev.healing.api.Detection;
import dev.healing.api.HostState;
import dev.healing.api.Issue;
import dev.healing.api.IssueType;
import dev.healing.api.Metric;
import dev.healing.api.Sample;
import dev.healing.api.Severity;
import dev.healing.api.Unreadable;
import dev.healing.detect.Level;
import dev.healing.detect.LevelKeys;
import dev.healing.detect.Texts;
import dev.healing.spi.Detector;
import dev.healing.spi.DetectorProvider;
import dev.healing.spi.HostContext;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Too much of the heap is in use even after a collection: what is left then is held by somebody. Of
 * the pool for old objects, since a collection of it is what tells, as a part of its maximum.
 * Component: {@code heap}. Keys: {@code high} (90%), {@code critical} (97%), {@code clear} (80%),
 * {@code for} (2 of 3), of collections and not of looks.
 */
public final class HeapHigh implements Detector {
  /** What it reports. */
  public static final IssueType TYPE = IssueType.of("heap_high");

  private static final String COMPONENT = "heap";
  private static final Metric LEFT = Metric.of("jvm.heap.after_collection.fraction");
  private static final LevelKeys DEFAULTS = new LevelKeys(0.90, 0.97, 0.80, new NofM(2, 3));

  private final Optional<MemoryPoolMXBean> old;
  private final Level level;
  private Optional<Sample> last = Optional.empty();
  private long lastUsedBytes;

  private HeapHigh(Optional<MemoryPoolMXBean> old, Level level) {
    this.old = old;
    this.level = level;
  }

  /** Makes it. */
  public static final class Provider implements DetectorProvider {
    private final List<MemoryPoolMXBean> pools;

    /** Of this virtual machine. */
    public Provider() {
      this(ManagementFactory.getMemoryPoolMXBeans());
    }

    Provider(List<MemoryPoolMXBean> pools) {
      this.pools = List.copyOf(pools);
    }

    @Override
    public String name() {
      return TYPE.name();
    }

    @Override
    public Detector create(HostContext context) {
      LevelKeys keys = LevelKeys.of(context.configuration(), DEFAULTS);
      return new HeapHigh(pools.stream().filter(HeapHigh::forOldObjects).findFirst(), keys.level());
    }
  }

  /** Those for young ones are emptied by every collection, and have no such threshold. */
  private static boolean forOldObjects(MemoryPoolMXBean pool) {
    return pool.getType() == MemoryType.HEAP
        && pool.isUsageThresholdSupported()
        && pool.isCollectionUsageThresholdSupported();
  }

  @Override
  public Set<IssueType> reports() {
    return Set.of(TYPE);
  }

  @Override
  public Detection detect(HostState state) {
    if (old.isEmpty()) {
      return unreadable("this virtual machine tells of no pool for old objects");
    }
    MemoryUsage left = old.get().getCollectionUsage();
    long maxBytes = old.get().getUsage().getMax();
    if (left == null || maxBytes <= 0) {
      return unreadable(old.get().getName() + " has no maximum, or is not collected");
    }
    if (left.getUsed() != lastUsedBytes) { // of a later collection; 0 before the first
      lastUsedBytes = left.getUsed();
      double used = Math.min(1, (double) lastUsedBytes / maxBytes);
      last = Optional.of(new Sample(LEFT, used, state.at()));
    }
    Level.Standing standing = level.update(state.at(), COMPONENT, last);
    if (last.isPresent() && (standing.bad() || level.raised(COMPONENT))) {
      return Detection.of(List.of(issue(last.get(), standing, maxBytes)));
    }
    return standing == Level.Standing.UNKNOWN
        ? unreadable(level.unknown(COMPONENT))
        : Detection.NOTHING;
  }

  private static Detection unreadable(String why) {
    return new Detection(List.of(), List.of(new Unreadable(COMPONENT, why)));
  }

  /** As of the collection that told: none has shown yet what was freed since. */
  private static Issue issue(Sample sample, Level.Standing standing, long maxBytes) {
    String text =
        Texts.percent(sample.value())
            + " of the old generation ("
            + Texts.bytes(maxBytes)
            + ") is in use after a collection";
    Instant asOf = sample.at();
    return Issue.of(
        asOf,
        TYPE,
        standing == Level.Standing.CRITICAL ? Severity.CRITICAL : Severity.HIGH,
        text,
        Map.of(LEFT.toString(), sample.value()),
        List.of(COMPONENT));
  }
}
