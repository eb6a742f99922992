package dev.healing.detect;

import dev.healing.api.Metric;
import dev.healing.api.Reading;
import dev.healing.api.Sample;
import dev.healing.spi.HostContext;
import dev.healing.spi.HostFiles;
import dev.healing.spi.OwnGroup;
import dev.healing.spi.Sampler;
import dev.healing.spi.SamplerProvider;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;

/**
 * How hot it is, once a minute and in the background: a sensor may take its time. Virtual machines
 * have none, and those that a container sees are its host's.
 */
public final class HeatSampler implements Sampler {
  /** Name of the temperature as a part of the sensor's own critical one, in degrees Celsius. */
  static final String CRITICAL = "temperature.critical.fraction";

  /** Name of the part of the last minute in which a processor was slowed down for its heat. */
  static final String THROTTLED = "cpu.throttled.fraction";

  /** How often it is measured. */
  static final Duration EVERY = Duration.ofMinutes(1);

  private static final Duration FIND_EVERY = Duration.ofHours(1);
  private static final Reading NOTHING = new Reading(List.of(), List.of(), List.of());

  /** The time that a processor was slowed down for, and when that was read. */
  private record Slowed(long millis, long nanos) {}

  private final HostContext context;
  private final Background<Reading> told;
  private final Seldom<HeatSensors> sensors;
  private Map<String, Slowed> before = Map.of();

  private HeatSampler(HostContext context) {
    this.context = context;
    this.told = new Background<>(context, "heat", EVERY);
    this.sensors =
        new Seldom<>(
            context.time(), FIND_EVERY, none -> false, () -> HeatSensors.find(context.files()));
  }

  /** Makes it. */
  public static final class Provider implements SamplerProvider {
    @Override
    public String name() {
      return "heat";
    }

    @Override
    public Sampler create(HostContext context) {
      return new HeatSampler(context);
    }
  }

  @Override
  public Set<Metric> metrics() {
    return Set.of(Metric.of(CRITICAL, "*"), Metric.of(THROTTLED, "*"));
  }

  @Override
  public Reading read() {
    return told.look(this::measure).map(Background.Told::what).orElse(NOTHING);
  }

  private Reading measure() {
    HostFiles files = context.files();
    if (OwnGroup.inContainer(files)) {
      return NOTHING;
    }
    List<Sample> samples = new ArrayList<>();
    HeatSensors found = sensors.look();
    for (HeatSensors.Temperature one : found.temperatures()) {
      OptionalLong millidegrees = HeatSensors.number(files, one.file());
      if (millidegrees.isPresent()) {
        double part = (double) millidegrees.getAsLong() / one.criticalMillidegrees();
        samples.add(sample(CRITICAL, one.name(), Math.min(1, part)));
      }
    }
    Map<String, Slowed> now = new HashMap<>();
    for (HeatSensors.Processor one : found.processors()) {
      long nanos = context.time().monotonicNanos();
      OptionalLong millis = HeatSensors.number(files, one.file());
      millis.ifPresent(m -> now.put(one.name(), new Slowed(m, nanos)));
      Slowed old = before.get(one.name());
      if (old != null && millis.isPresent() && millis.getAsLong() >= old.millis()) {
        double part = (millis.getAsLong() - old.millis()) * 1e6 / Math.max(1, nanos - old.nanos());
        samples.add(sample(THROTTLED, one.name(), Math.min(1, part)));
      }
    }
    before = now;
    return new Reading(samples, List.of(), List.of());
  }

  private Sample sample(String name, String component, double value) {
    return new Sample(Metric.of(name, component), value, context.time().now());
  }
}
