package dev.healing.detect;

import dev.healing.api.HealingException;
import dev.healing.api.Metric;
import dev.healing.api.Reading;
import dev.healing.api.UnitState;
import dev.healing.spi.HostContext;
import dev.healing.spi.HostMemory;
import dev.healing.spi.OwnGroup;
import dev.healing.spi.Sampler;
import dev.healing.spi.SamplerProvider;
import dev.healing.spi.Systemd;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeSet;

/**
 * Measures the host: memory, swap, processors, load, file systems, pressure, failed units, the
 * generation of a NixOS system, and the {@link Health} that follows from them. In a container
 * memory, swap and pressure are its own ({@link OwnGroup}). Key: {@code mounts}, places to watch
 * beside those that {@link FileSystemChoice} finds.
 */
public final class HostSampler implements Sampler {
  /** What is unreadable when systemd does not answer. */
  static final String SYSTEMD = "systemd";

  private static final List<Stall> STALLS =
      List.of(Stall.of("cpu"), Stall.of("memory"), Stall.of("io"));

  /** Under this many ticks a part of them says little: two looks followed too closely. */
  private static final long FEWEST_TICKS = 10;

  private final HostContext context;
  private final FileSystems fileSystems;
  private final Seldom<Optional<SystemProfile>> profile;
  private final Seldom<Optional<OwnGroup>> ownGroup;
  private Set<String> unsettled = new TreeSet<>();
  private boolean looked;
  private Optional<CpuTimes> lastTimes = Optional.empty();
  private OptionalDouble lastBusy = OptionalDouble.empty();

  private HostSampler(HostContext context, List<String> mounts) {
    this.context = context;
    this.fileSystems = new FileSystems(context, mounts);
    this.profile = SystemProfile.watched(context);
    this.ownGroup = ControlGroups.ofMemory(context);
  }

  /** Makes it. */
  public static final class Provider implements SamplerProvider {
    @Override
    public String name() {
      return "host";
    }

    @Override
    public Sampler create(HostContext context) {
      List<Path> mounts = context.configuration().paths("mounts", List.of());
      return new HostSampler(context, mounts.stream().map(Path::toString).toList());
    }
  }

  private record Stall(String resource, Metric some, Metric full) {
    static Stall of(String resource) {
      return new Stall(
          resource,
          Metric.of(Metric.PRESSURE_SOME, resource),
          Metric.of(Metric.PRESSURE_FULL, resource));
    }
  }

  @Override
  public Set<Metric> metrics() {
    Set<Metric> all =
        new TreeSet<>(
            List.of(
                Metric.HEALTH,
                Metric.MEMORY_USED,
                Metric.MEMORY_AVAILABLE,
                Metric.SWAP_USED,
                Metric.CPU_BUSY,
                Metric.LOAD,
                Metric.GENERATION,
                Metric.of(Metric.FILESYSTEM_USED, "*"),
                Metric.of(Metric.FILESYSTEM_AVAILABLE, "*"),
                Metric.of(Metric.FILESYSTEM_INODES_USED, "*"),
                Metric.of(FileSystemFaults.GIVEN_UP, "*"),
                Metric.of(FileSystemFaults.ERRORS, "*"),
                Metric.of(FileSystemErrors.LOGGED, "*")));
    STALLS.forEach(stall -> all.addAll(List.of(stall.some(), stall.full())));
    return all;
  }

  @Override
  public Reading read() {
    Gathered gathered = new Gathered(context.time().now());
    HostMemory memory = memory(gathered);
    OptionalDouble busy = processors(gathered);
    fileSystems.sample(gathered);
    OptionalDouble pressure = pressure(gathered);
    OptionalDouble failed = units(gathered);
    generation(gathered);
    Health health =
        new Health(
            memory.memory().usedFraction(),
            memory.swap().usedFraction(),
            busy,
            gathered.worstFileSystem(),
            pressure,
            failed);
    gathered.require(Metric.HEALTH, health.score(), "neither memory nor processors could be read");
    return gathered.reading();
  }

  private HostMemory memory(Gathered gathered) {
    HostMemory all;
    try {
      all = HostMemory.read(context.files(), ownGroup.look());
    } catch (HealingException e) {
      gathered.unreadable(Metric.MEMORY_USED.toString(), e.getMessage());
      return HostMemory.parse("");
    }
    HostMemory.Store memory = all.memory();
    gathered.require(
        Metric.MEMORY_USED,
        memory.usedFraction(),
        "/proc/meminfo: expected MemTotal and, not above it, MemAvailable in kB; in a container"
            + " also what its control group uses");
    if (memory.usedFraction().isPresent() && memory.available().isPresent()) {
      gathered.add(Metric.MEMORY_AVAILABLE, memory.available().getAsLong());
    }
    gathered.add(Metric.SWAP_USED, all.swap().usedFraction());
    if (all.swap().usedFraction().isEmpty() && !all.swap().none()) {
      gathered.unreadable(
          Metric.SWAP_USED.toString(), "/proc/meminfo: expected SwapTotal and SwapFree in kB");
    }
    return all;
  }

  private OptionalDouble processors(Gathered gathered) {
    String stat = text(gathered, "/proc/stat", Metric.CPU_BUSY.toString());
    Optional<CpuTimes> times = CpuTimes.parse(stat);
    if (times.isEmpty()) {
      lastTimes = Optional.empty();
      lastBusy = OptionalDouble.empty();
      if (!gathered.lacks(Metric.CPU_BUSY.toString())) {
        gathered.unreadable(
            Metric.CPU_BUSY.toString(), "/proc/stat: expected a line 'cpu' with 8 numbers");
      }
      return OptionalDouble.empty();
    }
    OptionalDouble busy = busy(times.get());
    gathered.add(Metric.CPU_BUSY, busy);
    load(gathered, times.get());
    return busy;
  }

  /** Since the read before; the last answer if that was a moment ago. */
  private OptionalDouble busy(CpuTimes times) {
    if (lastTimes.isPresent()) {
      long ticks = times.ticksSince(lastTimes.get());
      if (ticks >= 0 && ticks < FEWEST_TICKS) {
        return lastBusy;
      }
      lastBusy = times.busySince(lastTimes.get());
    }
    lastTimes = Optional.of(times);
    return lastBusy;
  }

  private void load(Gathered gathered, CpuTimes times) {
    String what = Metric.LOAD.toString();
    OptionalDouble load = LoadAverage.parse(text(gathered, "/proc/loadavg", what));
    if (load.isPresent() && times.processors().isPresent()) {
      gathered.add(Metric.LOAD, load.getAsDouble() / times.processors().getAsLong());
    } else if (!gathered.lacks(what)) {
      gathered.unreadable(what, "/proc/loadavg and /proc/stat: expected an average and processors");
    }
  }

  /** The worst of the parts of time in which some task was stalled; a kernel may not tell them. */
  private OptionalDouble pressure(Gathered gathered) {
    OptionalDouble worst = OptionalDouble.empty();
    for (Stall stall : STALLS) {
      Optional<String> text = stalls(gathered, stall);
      if (text.isPresent()) {
        Pressure pressure = Pressure.parse(text.get());
        gathered.require(
            stall.some(),
            pressure.someFraction(),
            "pressure of " + stall.resource() + ": expected a line 'some avg10='");
        gathered.add(stall.full(), pressure.fullFraction());
        worst = Numbers.larger(worst, pressure.someFraction());
      }
    }
    return worst;
  }

  /**
   * Of our own control group, if memory is: the host's is others' as well. Absent where the kernel
   * was built or booted without it: then there is nothing to read.
   */
  private Optional<String> stalls(Gathered gathered, Stall stall) {
    try {
      return ownGroup
          .look()
          .map(group -> group.read(context.files(), stall.resource() + ".pressure"))
          .orElseGet(() -> context.files().read("/proc/pressure/" + stall.resource()));
    } catch (HealingException e) {
      if (!String.valueOf(e.getMessage()).endsWith("Operation not supported")) {
        gathered.unreadable(stall.some().toString(), e.getMessage());
      }
      return Optional.empty();
    }
  }

  private OptionalDouble units(Gathered gathered) {
    try {
      List<UnitState> failed = context.systemd().failedUnits();
      if (!looked) {
        unsettled.addAll(underWay());
        looked = true;
      }
      gathered.units(failed);
      onTheirWay(failed).forEach(unit -> gathered.units(List.of(unit)));
      return OptionalDouble.of(failed.stream().filter(UnitState::failed).count());
    } catch (HealingException e) {
      gathered.unreadable(SYSTEMD, e.getMessage());
      return OptionalDouble.empty();
    }
  }

  private void generation(Gathered gathered) {
    try {
      profile.look().ifPresent(system -> gathered.add(Metric.GENERATION, system.generation()));
    } catch (HealingException e) {
      gathered.unreadable(Metric.GENERATION.toString(), e.getMessage());
    }
  }

  /** Services that may have failed before we were there to see it. */
  private List<String> underWay() {
    try {
      return context.systemd().jobs().stream()
          .map(Systemd.Job::unit)
          .filter(unit -> unit.endsWith(".service"))
          .toList();
    } catch (HealingException e) {
      return List.of(); // not every systemd can be asked for them, and what failed is known
    }
  }

  /**
   * Units that had failed, or may have, and are neither up nor down yet: a start that is under way
   * is no recovery.
   */
  private List<UnitState> onTheirWay(List<UnitState> failed) {
    List<UnitState> onTheirWay = new ArrayList<>();
    failed.forEach(unit -> unsettled.remove(unit.name()));
    for (String name : unsettled) {
      context.systemd().unit(name).filter(UnitState::onItsWay).ifPresent(onTheirWay::add);
    }
    unsettled = new TreeSet<>();
    failed.forEach(unit -> unsettled.add(unit.name()));
    onTheirWay.forEach(unit -> unsettled.add(unit.name()));
    return onTheirWay;
  }

  /** The text of the file; empty, and noted as unreadable, if there is none. */
  private String text(Gathered gathered, String file, String what) {
    try {
      Optional<String> text = context.files().read(file);
      if (text.isPresent()) {
        return text.get();
      }
      gathered.unreadable(what, file + " is not there");
    } catch (HealingException e) {
      gathered.unreadable(what, e.getMessage());
    }
    return "";
  }
}
