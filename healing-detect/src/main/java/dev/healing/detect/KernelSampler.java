package dev.healing.detect;

import dev.healing.api.HostException;
import dev.healing.api.Metric;
import dev.healing.api.Reading;
import dev.healing.api.Sample;
import dev.healing.api.Unreadable;
import dev.healing.spi.HostContext;
import dev.healing.spi.HostFiles;
import dev.healing.spi.OwnGroup;
import dev.healing.spi.Sampler;
import dev.healing.spi.SamplerProvider;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;

/** What the kernel had to do for want of memory, and how near its limits are. */
public final class KernelSampler implements Sampler {
  /** Processes that the kernel killed for want of memory, since boot. */
  static final Metric OOM_KILLS = Metric.of("memory.oom_kills.count");

  /** Pages that went to swap and back, each second since the sample before. */
  static final Metric SWAP_TRAFFIC = Metric.of("swap.traffic.pages_per_second");

  private static final String VMSTAT = "/proc/vmstat";

  /** Of two looks that follow each other too closely the later one says little. */
  private static final long SHORTEST_NANOS = Duration.ofMillis(100).toNanos();

  /** A host that does not swap is asked seldom, and one that does at every look. */
  private static final long CALM_NANOS = Duration.ofSeconds(5).toNanos();

  private final HostContext context;
  private final KernelLimits limits;
  private final OpenFiles openFiles;
  private final OomVictims victims;
  private final Counters counters = new Counters();
  private Optional<VmStat> last = Optional.empty();
  private long lastNanos;
  private Optional<Sample> kills = Optional.empty();
  private Optional<Sample> traffic = Optional.empty();

  private KernelSampler(HostContext context) {
    this.context = context;
    this.limits = new KernelLimits(context);
    this.openFiles = new OpenFiles(context.time(), context.files());
    this.victims = new OomVictims(context);
  }

  /** Makes it. */
  public static final class Provider implements SamplerProvider {
    @Override
    public String name() {
      return "kernel";
    }

    @Override
    public Sampler create(HostContext context) {
      return new KernelSampler(context);
    }
  }

  @Override
  public Set<Metric> metrics() {
    return Set.of(
        OOM_KILLS,
        SWAP_TRAFFIC,
        Metric.of(OomVictims.KILLED, "*"),
        Metric.of(KernelLimits.USED, "*"),
        Metric.of(OpenFiles.USED, "*"));
  }

  @Override
  public Reading read() {
    Instant now = context.time().now();
    long nanos = context.time().monotonicNanos();
    List<Sample> samples = new ArrayList<>();
    List<Unreadable> unreadable = new ArrayList<>();
    limits.sample(samples, unreadable);
    samples.addAll(openFiles.sample());
    boolean calm = traffic.filter(pages -> pages.value() == 0).isPresent();
    try {
      if (last.isEmpty() || nanos - lastNanos >= (calm ? CALM_NANOS : SHORTEST_NANOS)) {
        measure(now, nanos);
      }
      kills.ifPresent(samples::add);
      traffic.ifPresent(samples::add);
    } catch (HostException e) {
      last = Optional.empty();
      String why = String.valueOf(e.getMessage());
      unreadable.add(new Unreadable(OOM_KILLS.toString(), why));
      unreadable.add(new Unreadable(SWAP_TRAFFIC.toString(), why));
    }
    samples.addAll(victims.lately());
    return new Reading(samples, List.of(), unreadable);
  }

  private void measure(Instant now, long nanos) {
    Optional<OwnGroup> own = OwnGroup.of(context);
    VmStat stat = own.isPresent() ? of(own.get()) : ofHost();
    kills = Optional.empty();
    stat.oomKills().ifPresent(count -> killed(count, now));
    OptionalDouble rate = OptionalDouble.empty();
    if (last.isPresent()) {
      rate = stat.swappedPagesPerSecondSince(last.get(), (nanos - lastNanos) / 1e9);
    }
    traffic =
        rate.isPresent()
            ? Optional.of(new Sample(SWAP_TRAFFIC, rate.getAsDouble(), now))
            : Optional.empty();
    last = Optional.of(stat);
    lastNanos = nanos;
  }

  private VmStat ofHost() {
    return VmStat.parse(
        context
            .files()
            .read(VMSTAT)
            .orElseThrow(() -> new HostException(VMSTAT + " is not there")));
  }

  /**
   * In a container what the host counts is of all others there as well. What it swaps is told since
   * Linux 6.12; before, whether it is its own is told by its own pressure.
   */
  private VmStat of(OwnGroup own) {
    HostFiles files = context.files();
    String kills = own.v1() ? "memory.oom_control" : "memory.events";
    VmStat swapped = VmStat.parse(own.read(files, "memory.stat").orElse(""));
    return new VmStat(
        VmStat.parse(own.read(files, kills).orElse("")).oomKills(),
        swapped.swappedPages().isPresent() ? swapped.swappedPages() : ofHost().swappedPages());
  }

  private void killed(long count, Instant now) {
    OptionalLong before = counters.last(OOM_KILLS);
    if (before.isPresent() && count > before.getAsLong()) {
      victims.grown(count - before.getAsLong());
    }
    kills = Optional.of(counters.note(OOM_KILLS, count, now));
  }
}
