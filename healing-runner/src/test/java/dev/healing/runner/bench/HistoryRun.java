package dev.healing.runner.bench;

import dev.healing.api.Metric;
import dev.healing.api.Sample;
import dev.healing.core.history.History;
import dev.healing.core.history.HistoryWriter;
import dev.healing.core.history.Points;
import dev.healing.core.host.LinuxHost;
import dev.healing.core.trace.RecordedLook;
import dev.healing.core.trace.TraceReader;
import dev.healing.spi.TimeSource;
import dev.healing.spi.Workers;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/**
 * What metric history takes of disk and processor, and how fast it is read: DIRECTORY TRACE. The
 * values are those of the trace, over and over, for 200 series of which each is at another place;
 * what changes is varied by a thousandth, so that nothing is ever the same again.
 */
final class HistoryRun {
  private static final int SERIES = 200;
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
  private static final int READS = 15;

  /** Otherwise a trace that is repeated would be compressed as what it is: the same again. */
  private static final double NOISE = 0.001;

  private final List<double[]> recorded;
  private final List<Metric> metrics = new ArrayList<>();
  private final SplittableRandom random = new SplittableRandom(1);

  private HistoryRun(List<double[]> recorded) {
    this.recorded = recorded;
    for (int i = 0; i < SERIES; i++) {
      metrics.add(Metric.of("recorded.metric.fraction", "series-" + i + ".service"));
    }
  }

  public static void main(String[] args) throws IOException {
    Path directory = Path.of(args[0]);
    HistoryRun run = new HistoryRun(values(Path.of(args[1])));
    run.day(directory.resolve("day"));
    run.read(directory.resolve("month"), 31, Duration.ofSeconds(10), "month at 10 s");
    run.read(directory.resolve("year"), 366, Duration.ofMinutes(1), "year at 1 min");
  }

  /** The values of each metric that was measured at nearly every look. */
  private static List<double[]> values(Path trace) throws IOException {
    Map<Metric, List<Double>> all = new LinkedHashMap<>();
    int looks = 0;
    try (TraceReader reader = new TraceReader(Files.newInputStream(trace))) {
      for (Optional<RecordedLook> look = reader.next(); look.isPresent(); look = reader.next()) {
        looks++;
        look.get()
            .samples()
            .forEach(s -> all.computeIfAbsent(s.metric(), m -> new ArrayList<>()).add(s.value()));
      }
    }
    int most = looks;
    List<double[]> values =
        all.values().stream()
            .filter(one -> one.size() > most * 9 / 10)
            .map(one -> one.stream().mapToDouble(Double::doubleValue).toArray())
            .toList();
    System.out.printf(Locale.ROOT, "trace: %d looks, %d series%n", looks, values.size());
    return values;
  }

  private Sample sample(int series, Instant at) {
    double[] values = recorded.get(series % recorded.size());
    int index = (int) ((at.getEpochSecond() + 131L * series) % values.length);
    double value = values[index];
    if (index > 0 && value != values[index - 1]) {
      value *= 1 + NOISE * (random.nextDouble() - 0.5);
    }
    return new Sample(metrics.get(series), value, at);
  }

  private static final class Clock implements TimeSource {
    private Instant now = START;

    @Override
    public Instant now() {
      return now;
    }

    @Override
    public long monotonicNanos() {
      return Duration.between(START, now).toNanos();
    }

    @Override
    public String bootId() {
      return "benchmark";
    }
  }

  /** Does at once what is started, and says how much processor time that took. */
  private static final class Counted implements Workers {
    private long nanos;
    private long most;

    @Override
    public Task start(String name, Runnable task) {
      long before = cpuNanos();
      task.run();
      nanos += cpuNanos() - before;
      most = Math.max(most, cpuNanos() - before);
      return new Task() {
        @Override
        public void cancel() {}

        @Override
        public boolean done() {
          return true;
        }
      };
    }

    @Override
    public void sleep(Duration duration) {
      throw new IllegalStateException("nothing waits");
    }
  }

  private static long cpuNanos() {
    return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
  }

  /** A day and an hour of 200 series every second. */
  private void day(Path directory) throws IOException {
    Clock clock = new Clock();
    Counted workers = new Counted();
    long adding = 0;
    int seconds = 25 * 3_600;
    try (LinuxHost host = open(directory);
        HistoryWriter writer = new HistoryWriter(host.state(), clock, workers)) {
      writer.keep(OptionalLong.of(HistoryWriter.MOST_BYTES));
      List<Sample> samples = new ArrayList<>(SERIES);
      for (int second = 0; second < seconds; second++) {
        samples.clear();
        for (int series = 0; series < SERIES; series++) {
          samples.add(sample(series, clock.now));
        }
        long before = cpuNanos() - workers.nanos;
        writer.add(samples);
        adding += cpuNanos() - workers.nanos - before;
        clock.now = clock.now.plusSeconds(1);
      }
    }
    System.out.printf(
        Locale.ROOT,
        "write: %.0f us of processor a second for %d series (%.4f %% of a core): %.0f us by looks,"
            + " %.0f us by a worker; at most %.0f ms at once%n",
        (adding + workers.nanos) / 1e3 / seconds,
        SERIES,
        (adding + workers.nanos) / 1e7 / seconds,
        adding / 1e3 / seconds,
        workers.nanos / 1e3 / seconds,
        workers.most / 1e6);
    size(directory, "1s-", 24.0 * 3_600 * SERIES, "point");
    size(directory, "10s-", 24.0 * 360 * SERIES, "point of three values");
    size(directory, "1m-", 24.0 * 60 * SERIES, "point of three values");
    size(directory, "log-", 3_600.0 * SERIES, "point, before it is sealed");
    read(directory, metrics.get(7), Duration.ofDays(1), Duration.ofSeconds(1), "day at 1 s");
  }

  private static LinuxHost open(Path directory) throws IOException {
    Files.createDirectories(directory);
    return LinuxHost.open(directory);
  }

  private static void size(Path directory, String prefix, double points, String what)
      throws IOException {
    long bytes = 0;
    try (Stream<Path> files = Files.list(directory.resolve("history"))) {
      for (Path file : files.toList()) {
        bytes += file.getFileName().toString().startsWith(prefix) ? Files.size(file) : 0;
      }
    }
    System.out.printf(Locale.ROOT, "%-5s %.2f bytes a %s%n", prefix, bytes / points, what);
  }

  /** One series at every step, all others now and then, so that the files are as large. */
  private void read(Path directory, int days, Duration step, String what) throws IOException {
    Clock clock = new Clock();
    try (LinuxHost host = open(directory);
        HistoryWriter writer = new HistoryWriter(host.state(), clock, new Counted())) {
      writer.keep(OptionalLong.of(HistoryWriter.MOST_BYTES));
      Instant end = START.plus(Duration.ofDays(days));
      for (int look = 0; clock.now.isBefore(end); look++) {
        List<Sample> samples = new ArrayList<>();
        for (int series = 0; series < SERIES; series++) {
          if (series == 7 || look % 30 == 0) {
            samples.add(sample(series, clock.now));
          }
        }
        writer.add(samples);
        clock.now = clock.now.plus(step);
      }
    }
    read(directory, metrics.get(7), Duration.ofDays(days), step, what);
  }

  private static void read(
      Path directory, Metric metric, Duration span, Duration step, String what) {
    try (LinuxHost host = LinuxHost.observe(directory)) {
      History history = new History(host.state());
      double[] millis = new double[READS];
      int size = 0;
      for (int i = 0; i < READS; i++) {
        long before = cpuNanos();
        Points points = history.points(metric, START, START.plus(span), step);
        millis[i] = (cpuNanos() - before) / 1e6;
        size = points.size();
      }
      double first = millis[0];
      Arrays.sort(millis);
      System.out.printf(
          Locale.ROOT,
          "read a %s: %d points, %.1f ms of processor (median of %d), %.1f ms the first time%n",
          what,
          size,
          millis[READS / 2],
          READS,
          first);
    }
  }
}
