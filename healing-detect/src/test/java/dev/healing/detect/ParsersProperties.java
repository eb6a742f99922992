package dev.healing.detect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.spi.HostMemory;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

/** Whatever the kernel's files are turned into: absent or in bounds, never an exception. */
class ParsersProperties {
  private static final String MEMINFO = Hosts.text("vm", "proc/meminfo");
  private static final String STAT = Hosts.text("vm", "proc/stat");
  private static final String PRESSURE = Hosts.text("vm", "proc/pressure/io");
  private static final String LOADAVG = Hosts.text("vm", "proc/loadavg");
  private static final String MOUNTS = Hosts.text("container", "proc/self/mountinfo");

  @Provide
  Arbitrary<String> broken() {
    Arbitrary<String> file = Arbitraries.of(MEMINFO, STAT, PRESSURE, LOADAVG, MOUNTS, "");
    Arbitrary<Integer> at = Arbitraries.integers().between(0, 600);
    Arbitrary<Integer> length = Arbitraries.integers().between(0, 40);
    Arbitrary<String> junk =
        Arbitraries.oneOf(
            Arbitraries.strings().ofMaxLength(20),
            Arbitraries.of("-1", "99999999999999999999", "NaN", "0", "\n", " ", "\\040", "\\9"));
    return Combinators.combine(file, at, length, junk)
        .as(
            (text, from, cut, put) -> {
              int start = Math.min(from, text.length());
              int end = Math.min(start + cut, text.length());
              return text.substring(0, start) + put + text.substring(end);
            });
  }

  @Property
  void memoryIsAFractionOrAbsent(@ForAll("broken") String text) {
    HostMemory memory = HostMemory.parse(text);
    assertFraction(memory.memory().usedFraction());
    assertFraction(memory.swap().usedFraction());
  }

  @Property
  void processorsAreAFractionOrAbsent(
      @ForAll("broken") String one, @ForAll("broken") String other) {
    Optional<CpuTimes> then = CpuTimes.parse(one);
    Optional<CpuTimes> now = CpuTimes.parse(other);
    if (then.isPresent() && now.isPresent()) {
      assertFraction(now.get().busySince(then.get()));
    }
    now.ifPresent(times -> times.processors().ifPresent(n -> assertThat(n).isPositive()));
  }

  @Property
  void pressureIsAFractionOrAbsent(@ForAll("broken") String text) {
    Pressure pressure = Pressure.parse(text);
    assertFraction(pressure.someFraction());
    assertFraction(pressure.fullFraction());
  }

  @Property
  void loadIsNotNegative(@ForAll("broken") String text) {
    LoadAverage.parse(text).ifPresent(load -> assertThat(load).isNotNegative());
  }

  @Property
  void mountsHaveAPlace(@ForAll("broken") String text) {
    assertThat(MountInfo.parse(text)).allMatch(mount -> mount.mountPoint().startsWith("/"));
  }

  @Property
  void inodesAreAFraction(@ForAll("broken") String text) {
    assertThat(InodeReader.parse(text + "\n10 5 /\n0 0 /btrfs").values())
        .allMatch(used -> used >= 0 && used <= 1);
  }

  @Property
  void aCutOffFileGivesItsTrueNumbersOrNone(@ForAll @IntRange(max = 2000) int length) {
    HostMemory whole = HostMemory.parse(MEMINFO);
    HostMemory cut = HostMemory.parse(cut(MEMINFO, length));
    assertSameOrAbsent(cut.memory().total(), whole.memory().total());
    assertSameOrAbsent(cut.memory().available(), whole.memory().available());
    assertSameOrAbsent(cut.swap().total(), whole.swap().total());
    CpuTimes times = CpuTimes.parse(STAT).orElseThrow();
    CpuTimes.parse(cut(STAT, length))
        .ifPresent(
            part -> {
              assertThat(part.busyTicks()).isEqualTo(times.busyTicks());
              assertThat(part.idleTicks()).isEqualTo(times.idleTicks());
              assertSameOrAbsent(part.processors(), times.processors());
            });
  }

  private static String cut(String text, int length) {
    return text.substring(0, Math.min(length, text.length()));
  }

  private static void assertSameOrAbsent(OptionalLong cut, OptionalLong whole) {
    if (cut.isPresent()) {
      assertThat(cut).isEqualTo(whole);
    }
  }

  private static void assertFraction(OptionalDouble value) {
    value.ifPresent(fraction -> assertThat(fraction).isBetween(0.0, 1.0));
  }
}
