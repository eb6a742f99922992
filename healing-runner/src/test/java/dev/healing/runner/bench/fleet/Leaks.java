package dev.healing.runner.bench.fleet;

import java.util.List;
import java.util.Optional;

/**
 * What {@code free_memory} sees of a leak: growth by 5 % of all memory within one of its windows,
 * in each quarter of it at least half of what it is on average, of a service that was up all the
 * time.
 */
final class Leaks {
  private static final double GROWTH = 0.05;
  private static final double STEADY = 0.5;
  private static final double HOUR = 1 / 24.0;
  private static final double SHORTEST = HOUR / 6;
  private static final List<Double> LONGER = List.of(HOUR, 6 * HOUR, 1.0, 3.0, 7.0);
  private static final int QUARTERS = 4;

  private Leaks() {}

  static Optional<String> found(FleetHost host) {
    return host.memory().leaky().stream().filter(name -> leaks(host, name)).findFirst();
  }

  private static boolean leaks(FleetHost host, String name) {
    double up = host.now() - host.upSince(name);
    return up >= SHORTEST && host.memory().pace(name, SHORTEST) >= GROWTH
        || LONGER.stream().anyMatch(window -> up >= window && grew(host.memory(), name, window));
  }

  private static boolean grew(Memory memory, String name, double window) {
    double average = memory.grown(name, window, 0) / QUARTERS;
    for (int quarter = 0; quarter < QUARTERS; quarter++) {
      double from = window * (quarter + 1) / QUARTERS;
      if (memory.grown(name, from, from - window / QUARTERS) < STEADY * average) {
        return false;
      }
    }
    return QUARTERS * average >= GROWTH;
  }
}
