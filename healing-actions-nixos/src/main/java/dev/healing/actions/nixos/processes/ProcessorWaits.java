package dev.healing.actions.nixos.processes;

import dev.healing.spi.CpuPressure;
import dev.healing.spi.HostFiles;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Whether anybody is better off with less use of processors. Busy is not bad: a host that is there
 * for one service may well be busy with it all day, and then nobody is better off without it.
 */
public final class ProcessorWaits {
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
    OptionalDouble most = CpuPressure.most(files, others);
    return most.orElse(1) >= OTHERS_WAIT
        ? Optional.empty()
        : Optional.of(
            whoUses + ", and nobody else waits for processors: without it nobody is better off");
  }
}
