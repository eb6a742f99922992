package dev.healing.detect;

import dev.healing.api.HostException;
import dev.healing.api.Metric;
import dev.healing.api.Reading;
import dev.healing.api.Sample;
import dev.healing.api.Unreadable;
import dev.healing.spi.HostContext;
import dev.healing.spi.OwnGroup;
import dev.healing.spi.Sampler;
import dev.healing.spi.SamplerProvider;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * How long reads and writes of disks take, each half minute, and how many failed: of whole ones
 * that are devices and cannot be taken out. What is made of them (LVM, RAID, loops) waits for them.
 * In a container they are the host's.
 */
public final class DiskSampler implements Sampler {
  /** Name of how long one read or write took on the mean; the component is the disk. */
  static final String WAIT = "disk.wait.seconds";

  private static final String DISKSTATS = "/proc/diskstats";
  private static final Pattern NAME = Pattern.compile("[\\w.-]{1,64}");

  private static final Pattern ALWAYS_FIXED = Pattern.compile("(nvme|vd|xvd|dasd)\\w+");

  /** How often it is measured. */
  static final Duration EVERY = Duration.ofSeconds(30);

  private static final Reading NOTHING = new Reading(List.of(), List.of(), List.of());

  private final HostContext context;
  private final Seldom<Reading> measured;
  private final DiskErrorLog errors;
  private final Map<String, Boolean> disks = new HashMap<>();
  private Map<String, DiskTimes> before = Map.of();
  private long beforeNanos;

  private DiskSampler(HostContext context) {
    this.context = context;
    this.measured = new Seldom<>(context.time(), EVERY, reading -> false, this::measure);
    this.errors = new DiskErrorLog(context, this::fixed);
  }

  /** Makes it. */
  public static final class Provider implements SamplerProvider {
    @Override
    public String name() {
      return "disks";
    }

    @Override
    public Sampler create(HostContext context) {
      return new DiskSampler(context);
    }
  }

  @Override
  public Set<Metric> metrics() {
    return Set.of(Metric.of(WAIT, "*"), Metric.of(DiskErrorLog.ERRORS, "*"));
  }

  @Override
  public Reading read() {
    Reading waits = measured.look();
    Reading failures = errors.read();
    List<Sample> samples = new ArrayList<>(waits.samples());
    samples.addAll(failures.samples());
    List<Unreadable> unreadable = new ArrayList<>(waits.unreadable());
    unreadable.addAll(failures.unreadable());
    return new Reading(samples, List.of(), unreadable);
  }

  private Reading measure() {
    if (OwnGroup.inContainer(context.files())) {
      return NOTHING;
    }
    try {
      long now = context.time().monotonicNanos();
      Map<String, DiskTimes> times = DiskTimes.parse(context.files().read(DISKSTATS).orElse(""));
      times.keySet().removeIf(name -> !disks.computeIfAbsent(name, this::disk));
      disks.values().removeIf(disk -> !disk); // what it is may be another thing by then
      Reading reading = reading(times, (now - beforeNanos) / 1e9);
      before = times;
      beforeNanos = now;
      return reading;
    } catch (HostException e) {
      before = Map.of();
      String why = String.valueOf(e.getMessage());
      return new Reading(List.of(), List.of(), List.of(new Unreadable(WAIT, why)));
    }
  }

  private Reading reading(Map<String, DiskTimes> times, double seconds) {
    List<Sample> samples = new ArrayList<>();
    times.forEach(
        (name, now) -> {
          DiskTimes old = before.get(name);
          OptionalDouble wait = old == null ? OptionalDouble.empty() : now.waitSince(old, seconds);
          wait.ifPresent(
              w -> samples.add(new Sample(Metric.of(WAIT, name), w, context.time().now())));
        });
    return new Reading(samples, List.of(), List.of());
  }

  /**
   * One that is gone for its errors is told of all the same, unless it may have been pulled out.
   */
  private boolean fixed(String name) {
    boolean gone = !Files.exists(context.files().path("/sys/block/" + name));
    return gone ? ALWAYS_FIXED.matcher(name).matches() : disk(name);
  }

  private boolean disk(String name) {
    String place = "/sys/block/" + name;
    return NAME.matcher(name).matches()
        && Files.exists(context.files().path(place + "/device"))
        && !context.files().read(place + "/removable").orElse("").strip().equals("1");
  }
}
