package dev.healing.optimizer;

import dev.healing.api.Metric;
import dev.healing.spi.CpuPressure;
import dev.healing.spi.HostFiles;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * How long others than a unit wait for processors: of the last ten seconds, the one that waits the
 * most, by the pressure of control groups. Who is held back waits all the more itself, so that the
 * host's own pressure does not tell whether that has helped.
 */
final class OthersWait {
  private OthersWait() {}

  /** From 0 to 1, of others than this unit. */
  static Metric metric(String unit) {
    return Metric.of("others.waiting.fraction", unit);
  }

  /**
   * Reads it; absent where the kernel tells of none of them.
   *
   * @param groups of all units, by unit: where its control group is
   */
  static OptionalDouble than(String unit, Map<String, List<String>> groups, HostFiles files) {
    return CpuPressure.most(
        files,
        groups.entrySet().stream()
            .filter(group -> !group.getKey().equals(unit))
            .map(Map.Entry::getValue)
            .toList());
  }
}
