package dev.healing.detect.embedded;

import dev.healing.api.Detection;
import dev.healing.api.HostState;
import dev.healing.api.Issue;
import dev.healing.api.IssueType;
import dev.healing.api.Metric;
import dev.healing.api.Severity;
import dev.healing.spi.Detector;
import dev.healing.spi.DetectorProvider;
import dev.healing.spi.HostContext;
import dev.healing.spi.TimeSource;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Threads wait for each other, which will never end by itself; monitors and locks of {@code
 * java.util.concurrent} alike. One issue of all circles of them, at once; component {@code
 * threads}, since their names, which are in the text, are others each time that the same mistake
 * does so. Key: {@code every} (10s), how often it is looked for, which stops the application for a
 * moment; at every look while there is one.
 */
public final class ThreadsDeadlocked implements Detector {
  /** What it reports. */
  public static final IssueType TYPE = IssueType.of("threads_deadlocked");

  private static final Metric COUNT = Metric.of("jvm.threads.deadlocked.count");

  private final TimeSource time;
  private final ThreadMXBean threads;
  private final Duration every;
  private boolean there = true; // not known yet: look
  private long lookedNanos;

  private ThreadsDeadlocked(TimeSource time, ThreadMXBean threads, Duration every) {
    this.time = time;
    this.threads = threads;
    this.every = every;
  }

  /** Makes it. */
  public static final class Provider implements DetectorProvider {
    private final ThreadMXBean threads;

    /** Of this virtual machine. */
    public Provider() {
      this(ManagementFactory.getThreadMXBean());
    }

    Provider(ThreadMXBean threads) {
      this.threads = threads;
    }

    @Override
    public String name() {
      return TYPE.name();
    }

    @Override
    public Detector create(HostContext context) {
      Duration every = context.configuration().duration("every", Duration.ofSeconds(10));
      return new ThreadsDeadlocked(context.time(), threads, every);
    }
  }

  @Override
  public Set<IssueType> reports() {
    return Set.of(TYPE);
  }

  @Override
  public Detection detect(HostState state) {
    long now = time.monotonicNanos();
    if (!there && now - lookedNanos < every.toNanos()) {
      return Detection.NOTHING;
    }
    lookedNanos = now;
    Map<Long, ThreadInfo> waiting = waiting();
    List<List<ThreadInfo>> circles = new ArrayList<>();
    while (!waiting.isEmpty()) {
      circles.add(circle(waiting));
    }
    there = !circles.isEmpty();
    return there ? Detection.of(List.of(issue(state, circles))) : Detection.NOTHING;
  }

  private Map<Long, ThreadInfo> waiting() {
    long[] ids = threads.findDeadlockedThreads();
    Map<Long, ThreadInfo> waiting = new LinkedHashMap<>();
    for (ThreadInfo info : ids == null ? new ThreadInfo[0] : threads.getThreadInfo(ids)) {
      if (info != null) {
        waiting.put(info.getThreadId(), info);
      }
    }
    return waiting;
  }

  /** Takes out those that lead from the first one back to it. */
  private static List<ThreadInfo> circle(Map<Long, ThreadInfo> waiting) {
    Set<ThreadInfo> circle = new LinkedHashSet<>();
    ThreadInfo next = waiting.values().iterator().next();
    while (next != null) {
      circle.add(next);
      waiting.remove(next.getThreadId());
      next = waiting.get(next.getLockOwnerId());
    }
    return List.copyOf(circle);
  }

  private static Issue issue(HostState state, List<List<ThreadInfo>> circles) {
    int count = circles.stream().mapToInt(List::size).sum();
    return Issue.of(
        state.at(),
        TYPE,
        Severity.HIGH,
        circles.stream().map(ThreadsDeadlocked::text).sorted().collect(Collectors.joining(". ")),
        Map.of(COUNT.toString(), (double) count),
        List.of("threads"));
  }

  private static String text(List<ThreadInfo> circle) {
    return circle.stream()
        .map(
            thread ->
                thread.getThreadName()
                    + " waits for "
                    + thread.getLockName()
                    + ", which "
                    + thread.getLockOwnerName()
                    + " has")
        .collect(Collectors.joining("; "));
  }
}
