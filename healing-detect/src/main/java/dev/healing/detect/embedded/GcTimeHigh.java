package dev.healing.detect.embedded;

import dev.healing.api.Configuration;
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
import dev.healing.spi.TimeSource;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The application stands still for too much of its time while garbage is collected. Component:
 * {@code gc}. Keys: {@code window} (1m, 5s to 1h), over which the time is taken; {@code high}
 * (20%), {@code critical} (50%), {@code clear} (10%), {@code for} (3 of 5).
 */
public final class GcTimeHigh implements Detector {
  /** What it reports. */
  public static final IssueType TYPE = IssueType.of("gc_time_high");

  private static final String COMPONENT = "gc";
  private static final Metric SHARE = Metric.of("jvm.gc.time.fraction");
  private static final LevelKeys DEFAULTS = new LevelKeys(0.20, 0.50, 0.10, new NofM(3, 5));
  private static final Duration SHORTEST = Duration.ofSeconds(5);
  private static final Duration LONGEST = Duration.ofHours(1);

  private record Point(long nanos, long collectingMillis) {}

  private final TimeSource time;
  private final List<GarbageCollectorMXBean> collectors;
  private final Duration window;
  private final Level level;
  private final Deque<Point> points = new ArrayDeque<>();

  private GcTimeHigh(
      TimeSource time, List<GarbageCollectorMXBean> collectors, Duration window, Level level) {
    this.time = time;
    this.collectors = collectors;
    this.window = window;
    this.level = level;
  }

  /** Makes it. */
  public static final class Provider implements DetectorProvider {
    private final List<GarbageCollectorMXBean> collectors;

    /** Of this virtual machine. */
    public Provider() {
      this(ManagementFactory.getGarbageCollectorMXBeans());
    }

    Provider(List<GarbageCollectorMXBean> collectors) {
      this.collectors = collectors.stream().filter(GcTimeHigh::stopsTheApplication).toList();
    }

    @Override
    public String name() {
      return TYPE.name();
    }

    @Override
    public Detector create(HostContext context) {
      Configuration section = context.configuration();
      Duration window = section.duration("window", Duration.ofMinutes(1));
      if (window.compareTo(SHORTEST) < 0 || window.compareTo(LONGEST) > 0) {
        section.contradiction("window", "between 5s and 1h");
      }
      LevelKeys keys = LevelKeys.of(section, DEFAULTS);
      return new GcTimeHigh(context.time(), collectors, window, keys.level());
    }
  }

  /** ZGC and Shenandoah tell the time of whole cycles, beside the application, and of pauses. */
  private static boolean stopsTheApplication(GarbageCollectorMXBean collector) {
    return !collector.getName().endsWith("Cycles");
  }

  @Override
  public Set<IssueType> reports() {
    return Set.of(TYPE);
  }

  @Override
  public Detection detect(HostState state) {
    Optional<Sample> sample = share().map(share -> new Sample(SHARE, share, state.at()));
    if (sample.isEmpty()) {
      return unreadable("too early to tell: watched for less than " + window.toSeconds() + " s");
    }
    Level.Standing standing = level.update(state.at(), COMPONENT, sample);
    if (standing == Level.Standing.UNKNOWN) {
      return unreadable(level.unknown(COMPONENT));
    }
    return standing.bad()
        ? Detection.of(List.of(issue(sample.get(), standing)))
        : Detection.NOTHING;
  }

  private static Detection unreadable(String why) {
    return new Detection(List.of(), List.of(new Unreadable(COMPONENT, why)));
  }

  /** Of the time since the newest point that is as old as the window. */
  private Optional<Double> share() {
    long now = time.monotonicNanos();
    long millis = collectors.stream().mapToLong(c -> Math.max(0, c.getCollectionTime())).sum();
    points.addLast(new Point(now, millis));
    Point from = points.getFirst();
    while (points.size() > 1 && now - second().nanos() >= window.toNanos()) {
      points.removeFirst();
      from = points.getFirst();
    }
    long nanos = now - from.nanos();
    return nanos < window.toNanos()
        ? Optional.empty()
        : Optional.of(Math.min(1, (millis - from.collectingMillis()) * 1e6 / nanos));
  }

  private Point second() {
    return points.stream().skip(1).findFirst().orElseThrow();
  }

  private Issue issue(Sample sample, Level.Standing standing) {
    return Issue.of(
        sample.at(),
        TYPE,
        standing == Level.Standing.CRITICAL ? Severity.CRITICAL : Severity.HIGH,
        "collecting garbage took "
            + Texts.percent(sample.value())
            + " of the last "
            + window.toSeconds()
            + " s",
        Map.of(SHARE.toString(), sample.value()),
        List.of(COMPONENT));
  }
}
