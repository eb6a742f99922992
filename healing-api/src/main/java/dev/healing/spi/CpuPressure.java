package dev.healing.spi;

import java.util.Collection;
import java.util.List;
import java.util.OptionalDouble;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Who waits for processors: the pressure of control groups, as the kernel averages it over ten
 * seconds.
 */
public final class CpuPressure {
  private static final String GROUPS = "/sys/fs/cgroup/";

  /** Where cgroup v2 is beside v1. */
  private static final String BESIDE_V1 = GROUPS + "unified/";

  private static final Pattern SOME = Pattern.compile("(?m)^some avg10=(\\d{1,3}\\.\\d\\d) ");

  private CpuPressure() {}

  /**
   * How much of the last ten seconds, from 0 to 1, the one of these waited that waits the most.
   * Absent where the kernel tells of none.
   *
   * @param groups the units of each, outermost first, as {@link HostProcesses.ProcessState#units}
   */
  public static OptionalDouble most(HostFiles files, Collection<List<String>> groups) {
    return groups.stream().distinct().flatMapToDouble(units -> of(files, units).stream()).max();
  }

  private static OptionalDouble of(HostFiles files, List<String> units) {
    if (units.isEmpty()) {
      return OptionalDouble.empty();
    }
    String group = String.join("/", units) + "/cpu.pressure";
    Matcher some =
        SOME.matcher(files.read(GROUPS + group).or(() -> files.read(BESIDE_V1 + group)).orElse(""));
    return some.find()
        ? OptionalDouble.of(Double.parseDouble(some.group(1)) / 100)
        : OptionalDouble.empty();
  }
}
