package dev.healing.actions.nixos.processes;

import dev.healing.spi.HostFiles;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Who waits for processors: the pressure of control groups, as the kernel averages it over ten
 * seconds. Busy is not bad: a host that is there for one service may well be busy with it all day,
 * and then nobody is better off without it.
 */
public final class ProcessorWaits {
  /** Where control groups are. */
  public static final String GROUPS = "/sys/fs/cgroup/";

  /** Where cgroup v2 is beside v1. */
  private static final String BESIDE_V1 = GROUPS + "unified/";

  private static final Pattern SOME = Pattern.compile("(?m)^some avg10=(\\d{1,3}\\.\\d\\d) ");

  /** Others that wait for less of the time have what they need. */
  private static final double OTHERS_WAIT = 0.10;

  private ProcessorWaits() {}

  /**
   * That to hold somebody back would help nobody; empty if it may, or the kernel does not tell.
   *
   * @param whoUses who, and how much, in words
   * @param others the units of all others, as paths of control groups, each from the root on
   */
  public static Optional<String> needless(
      HostFiles files, String whoUses, Collection<List<String>> others) {
    OptionalDouble most = most(files, others);
    return most.orElse(1) >= OTHERS_WAIT
        ? Optional.empty()
        : Optional.of(
            whoUses + ", and nobody else waits for processors: without it nobody is better off");
  }

  /**
   * How much of the last ten seconds, from 0 to 1, the one of these waited that waits the most.
   * Absent where the kernel tells of none.
   */
  public static OptionalDouble most(HostFiles files, Collection<List<String>> groups) {
    return groups.stream().distinct().flatMapToDouble(units -> of(files, units).stream()).max();
  }

  /**
   * How much of the last ten seconds, from 0 to 1, something of a group waited for a processor.
   * Absent without pressure of control groups.
   */
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
