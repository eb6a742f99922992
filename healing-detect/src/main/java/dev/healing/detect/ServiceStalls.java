package dev.healing.detect;

import dev.healing.api.HealingException;
import dev.healing.api.HostException;
import dev.healing.api.Metric;
import dev.healing.api.Reading;
import dev.healing.api.Sample;
import dev.healing.api.Unreadable;
import dev.healing.spi.HostContext;
import dev.healing.spi.Sampler;
import dev.healing.spi.SamplerProvider;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeSet;

/**
 * Measures how much of the time services are stalled, by the pressure files of their control groups
 * (cgroup v2, also where it is mounted beside v1), in which all its tasks that had something to do
 * waited. That some wait says little: of more workers than processors some always do. A service is
 * no more stalled than something on the host is: as long as nothing is, no service is looked at.
 * Every 10 s, which is what the shortest average is of; between that the last values are told. Who
 * is hardly stalled is left out.
 */
public final class ServiceStalls implements Sampler {
  /** What of the last 10 seconds a service was stalled. */
  static final String STALLED = ".stalled.fraction";

  /** The same of the last minute. */
  static final String STALLED_LONG = ".stalled_for_a_minute.fraction";

  static final List<String> RESOURCES = List.of("memory", "io", "cpu");

  /** The names of {@link #stalled}. */
  static final List<String> STALLED_NAMES =
      RESOURCES.stream().map(resource -> stalled(resource, "").name()).toList();

  private static final long EVERY_NANOS = 10_000_000_000L;
  private static final double LEAST = 0.10;

  private final HostContext host;
  private Reading last = new Reading(List.of(), List.of(), List.of());
  private Optional<Long> lookedNanos = Optional.empty();

  private ServiceStalls(HostContext host) {
    this.host = host;
  }

  /** Makes it. */
  public static final class Provider implements SamplerProvider {
    @Override
    public String name() {
      return "service_stalls";
    }

    @Override
    public Sampler create(HostContext context) {
      return new ServiceStalls(context);
    }
  }

  static Metric stalled(String resource, String service) {
    return Metric.of("service." + resource + STALLED, service);
  }

  static Metric stalledLong(String resource, String service) {
    return Metric.of("service." + resource + STALLED_LONG, service);
  }

  @Override
  public Set<Metric> metrics() {
    Set<Metric> all = new TreeSet<>();
    for (String resource : RESOURCES) {
      all.add(stalled(resource, "*"));
      all.add(stalledLong(resource, "*"));
    }
    return all;
  }

  @Override
  public Reading read() {
    long now = host.time().monotonicNanos();
    if (lookedNanos.isEmpty() || now - lookedNanos.get() >= EVERY_NANOS) {
      lookedNanos = Optional.of(now);
      last = measure(host.time().now());
    }
    return last;
  }

  private Reading measure(Instant at) {
    List<Sample> samples = new ArrayList<>();
    List<Unreadable> unreadable = new ArrayList<>();
    List<String> pressed =
        RESOURCES.stream()
            .filter(
                resource ->
                    text("/proc/pressure/" + resource)
                        .map(text -> Pressure.parse(text).someFraction().orElse(0) >= LEAST)
                        .orElse(false))
            .toList();
    if (!pressed.isEmpty()) {
      try {
        ControlGroups.services(
            host.files(),
            ControlGroups.root(host.files(), "unified"),
            (service, group) ->
                pressed.forEach(resource -> sample(resource, service, group, at, samples)));
      } catch (HealingException e) {
        String why = String.valueOf(e.getMessage());
        unreadable.add(new Unreadable(ServicePressure.WHAT, why));
      }
    }
    return new Reading(samples, List.of(), unreadable);
  }

  private void sample(
      String resource, String service, String group, Instant at, List<Sample> samples) {
    Pressure pressure = Pressure.parse(text(group + "/" + resource + ".pressure").orElse(""));
    OptionalDouble lately = pressure.fullFraction();
    OptionalDouble minute = pressure.fullOfMinute();
    if (lately.isPresent() && minute.isPresent() && lately.getAsDouble() >= LEAST) {
      samples.add(new Sample(stalled(resource, service), lately.getAsDouble(), at));
      samples.add(new Sample(stalledLong(resource, service), minute.getAsDouble(), at));
    }
  }

  /** Absent if it is not told here, has gone meanwhile or is switched off for the group. */
  private Optional<String> text(String file) {
    try {
      return host.files().read(file);
    } catch (HostException e) {
      return Optional.empty();
    }
  }
}
