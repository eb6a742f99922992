package dev.healing.detect;

import java.util.OptionalDouble;

/**
 * The health score of a host, 0 (dead) to 100 (well).
 *
 * <p>Each input takes away nothing up to the level where it starts to hurt, then linearly more up
 * to its full penalty at the level where it is fully bad:
 *
 * <table>
 *   <caption>Penalties</caption>
 *   <tr><th>input<th>starts to hurt<th>fully bad<th>full penalty
 *   <tr><td>memory in use<td>85 %<td>98 %<td>30
 *   <tr><td>swap in use<td>50 %<td>100 %<td>10
 *   <tr><td>processors busy<td>80 %<td>100 %<td>15
 *   <tr><td>worst file system, bytes or inodes<td>85 %<td>100 %<td>20
 *   <tr><td>worst pressure, some avg10<td>20 %<td>80 %<td>25
 *   <tr><td>failed units<td>0<td>10<td>20
 * </table>
 *
 * <p>{@code health = max(0, 100 - sum of penalties x 120 / sum of the full penalties of the inputs
 * that are there)}: an input that could not be read is left out and the others weigh more, so that
 * it counts neither as fine nor as bad. The full penalties add up to 120: a host need not be bad in
 * every way to be at 0, and where everything can be read no single input takes it below 70. Without
 * both memory and processors there is no score.
 */
record Health(
    OptionalDouble memoryUsed,
    OptionalDouble swapUsed,
    OptionalDouble cpuBusy,
    OptionalDouble worstFileSystem,
    OptionalDouble worstPressure,
    OptionalDouble failedUnits) {
  private record Penalty(double hurts, double bad, double full) {
    double of(double value) {
      return full * Math.min(1, Math.max(0, (value - hurts) / (bad - hurts)));
    }
  }

  private static final Penalty MEMORY = new Penalty(0.85, 0.98, 30);
  private static final Penalty SWAP = new Penalty(0.50, 1.00, 10);
  private static final Penalty CPU = new Penalty(0.80, 1.00, 15);
  private static final Penalty FILE_SYSTEM = new Penalty(0.85, 1.00, 20);
  private static final Penalty PRESSURE = new Penalty(0.20, 0.80, 25);
  private static final Penalty FAILED_UNITS = new Penalty(0, 10, 20);
  private static final double SUM_OF_FULL = 120;

  /** The score; absent if neither memory nor processors could be read. */
  OptionalDouble score() {
    if (memoryUsed.isEmpty() && cpuBusy.isEmpty()) {
      return OptionalDouble.empty();
    }
    Sum sum = new Sum();
    sum.add(MEMORY, memoryUsed);
    sum.add(SWAP, swapUsed);
    sum.add(CPU, cpuBusy);
    sum.add(FILE_SYSTEM, worstFileSystem);
    sum.add(PRESSURE, worstPressure);
    sum.add(FAILED_UNITS, failedUnits);
    return OptionalDouble.of(Math.max(0, 100 - sum.penalties * SUM_OF_FULL / sum.possible));
  }

  private static final class Sum {
    private double penalties;
    private double possible;

    void add(Penalty penalty, OptionalDouble value) {
      if (value.isPresent()) {
        penalties += penalty.of(value.getAsDouble());
        possible += penalty.full();
      }
    }
  }
}
