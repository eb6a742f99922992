package dev.healing.runner;

import dev.healing.api.Detection;
import dev.healing.api.HostState;
import dev.healing.api.IssueType;
import dev.healing.api.Metric;
import dev.healing.api.MetricForecast;
import dev.healing.api.Reading;
import dev.healing.api.Sample;
import dev.healing.core.history.HistoryWriter;
import dev.healing.core.host.LinuxHost;
import dev.healing.spi.Detector;
import dev.healing.spi.DetectorProvider;
import dev.healing.spi.HostContext;
import dev.healing.spi.Sampler;
import dev.healing.spi.SamplerProvider;
import dev.healing.spi.TimeSource;
import dev.healing.spi.Workers;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** A file system that fills within twelve hours, again and again, and is full in three more. */
final class FillingDisk implements SamplerProvider {
  private static final Metric USED = Metric.of(Metric.FILESYSTEM_USED, "/srv/data");
  private static final Duration PAST = Duration.ofHours(5 * 12 - 3);
  private static final Duration STEP = Duration.ofSeconds(30);

  private final Instant began = Instant.now().minus(PAST);

  private Sample at(Instant instant) {
    double hours = Duration.between(began, instant).toSeconds() / 3600.0;
    double wave = 0.002 * Math.sin(instant.getEpochSecond() / 600.0);
    return new Sample(USED, 0.3 + 0.69 * (hours % 12) / 12 + wave, instant);
  }

  /** Has the metric history of this host know it. */
  void writePast(LinuxHost host) {
    Past clock = new Past(began, host.time().bootId());
    try (HistoryWriter writer = new HistoryWriter(host.state(), clock, new AtOnce())) {
      writer.keep(OptionalLong.of(HistoryWriter.MOST_BYTES));
      for (Instant end = Instant.now(); clock.now.isBefore(end); clock.now = clock.now.plus(STEP)) {
        writer.add(List.of(at(clock.now)));
      }
    }
  }

  /** Foresees it as the forecaster does, which would be asked minutes after the start. */
  DetectorProvider foreseen() {
    Instant full = began.plus(Duration.ofHours(60));
    return new DetectorProvider() {
      @Override
      public String name() {
        return "filling_foreseen";
      }

      @Override
      public Detector create(HostContext context) {
        return new Foreseen(full);
      }
    };
  }

  private record Foreseen(Instant full) implements Detector {
    @Override
    public Set<IssueType> reports() {
      return Set.of(IssueType.PREDICTED_DISK_FULL);
    }

    @Override
    public Detection detect(HostState state) {
      MetricForecast forecast =
          new MetricForecast(
              USED,
              state.at(),
              state.value(USED).orElse(0),
              1,
              Duration.ofHours(4),
              0.9,
              true,
              Optional.of(
                  new MetricForecast.Time(
                      full.minus(Duration.ofMinutes(30)), full, full.plus(Duration.ofMinutes(50)))),
              Optional.empty(),
              new MetricForecast.Record(3, 0));
      return new Detection(List.of(), List.of(), Duration.ZERO, List.of(forecast), Map.of());
    }
  }

  @Override
  public String name() {
    return "filling_disk";
  }

  @Override
  public Sampler create(HostContext context) {
    return () -> new Reading(List.of(at(Instant.now())), List.of(), List.of());
  }

  private static final class Past implements TimeSource {
    private final Instant began;
    private final String boot;
    private Instant now;

    Past(Instant began, String boot) {
      this.began = began;
      this.boot = boot;
      this.now = began;
    }

    @Override
    public Instant now() {
      return now;
    }

    @Override
    public long monotonicNanos() {
      return Duration.between(began, now).toNanos();
    }

    @Override
    public String bootId() {
      return boot;
    }
  }

  private static final class AtOnce implements Workers {
    @Override
    public Task start(String name, Runnable task) {
      task.run();
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
}
