package dev.healing.detect.embedded;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

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
import dev.healing.spi.Detector;
import dev.healing.spi.DetectorProvider;
import dev.healing.spi.HostContext;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Delayed;
import java.util.concurrent.ThreadPoolExecutor;

/**
 * All threads of a pool are busy, tasks wait, and none was finished since the look before: they
 * hang, or take longer than there is patience for. Component: the name that the pool was registered
 * with. Key: {@code for} (5 of 5), of looks.
 */
public final class PoolExhausted implements Detector {
  /** What it reports. */
  public static final IssueType TYPE = IssueType.of("pool_exhausted");

  private final Map<String, ThreadPoolExecutor> pools;
  private final Map<String, Long> finished = new HashMap<>();
  private final Level level;

  private PoolExhausted(Map<String, ThreadPoolExecutor> pools, NofM of) {
    this.pools = new TreeMap<>(pools);
    this.level = new Level(Level.Limits.above(1, 2, 1, of));
  }

  /** Makes it. */
  public static final class Provider implements DetectorProvider {
    private final Map<String, ThreadPoolExecutor> pools;

    /** For these pools, by names for people. */
    public Provider(Map<String, ThreadPoolExecutor> pools) {
      this.pools = Map.copyOf(pools);
    }

    @Override
    public String name() {
      return TYPE.name();
    }

    @Override
    public Detector create(HostContext context) {
      return new PoolExhausted(pools, context.configuration().nOfM("for", new NofM(5, 5)));
    }
  }

  @Override
  public Set<IssueType> reports() {
    return Set.of(TYPE);
  }

  @Override
  public Detection detect(HostState state) {
    List<Issue> issues = new ArrayList<>();
    List<Unreadable> unreadable = new ArrayList<>();
    pools.forEach(
        (name, pool) -> {
          Sample sample = new Sample(metric("stuck", name), stuck(name, pool) ? 1 : 0, state.at());
          Level.Standing standing = level.update(state.at(), name, Optional.of(sample));
          if (standing.bad()) {
            issues.add(issue(state, name, pool));
          } else if (standing == Level.Standing.UNKNOWN) {
            unreadable.add(new Unreadable(name, level.unknown(name)));
          }
        });
    return new Detection(issues, unreadable);
  }

  private boolean stuck(String name, ThreadPoolExecutor pool) {
    long now = pool.getCompletedTaskCount();
    Long before = finished.put(name, now);
    return waiting(pool) > 0
        && pool.getActiveCount() >= pool.getPoolSize()
        && before != null
        && before == now;
  }

  /** Those that should run by now: one that is scheduled for later waits for nobody. */
  private static long waiting(ThreadPoolExecutor pool) {
    return pool.getQueue().stream()
        .filter(task -> !(task instanceof Delayed later && later.getDelay(NANOSECONDS) > 0))
        .count();
  }

  private static Issue issue(HostState state, String name, ThreadPoolExecutor pool) {
    long waiting = waiting(pool);
    int busy = pool.getActiveCount();
    String text =
        "pool %s: all %d threads are busy, %d tasks wait, and none is finished"
            .formatted(name, busy, waiting);
    Map<String, Double> metrics = new HashMap<>();
    metrics.put(metric("busy", name).toString(), (double) busy);
    metrics.put(metric("waiting", name).toString(), (double) waiting);
    metrics.put(metric("finished", name).toString(), (double) pool.getCompletedTaskCount());
    return Issue.of(state.at(), TYPE, Severity.HIGH, text, metrics, List.of(name));
  }

  private static Metric metric(String what, String pool) {
    return Metric.of("pool." + what + ".count", pool);
  }
}
