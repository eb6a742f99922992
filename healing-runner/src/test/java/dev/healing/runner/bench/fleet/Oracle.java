package dev.healing.runner.bench.fleet;

import dev.healing.runner.bench.fleet.Truth.Cure;
import java.util.HashMap;
import java.util.Map;

/**
 * Who knows the hidden truth and has no guards to ask, but only the remedies that there are: what
 * nobody can do better. What fails gets its cure at once; what would be at 90 % within an hour is
 * swapped out, restarted or cleaned before, of all that is old enough; and a person is told of what
 * is there the second time, and each week in which it is there again.
 */
final class Oracle {
  private static final double HIGH = 0.9;
  private static final double ENOUGH = 0.85;
  private static final double AHEAD = 1 / 24.0;
  private static final double REPAIR_DAYS = 5 / 86_400.0;
  private static final double WEEK = 7;

  private final FleetHost host;
  private final Map<String, Double> lastAt = new HashMap<>();
  private final Map<String, Double> toldAt = new HashMap<>();

  Oracle(FleetHost host) {
    this.host = host;
    host.whenOneFails(this::fails);
    host.happens(host.tickDays(), "oracle", this::looks);
  }

  private void fails(String name) {
    Cure cure = host.failure(name).orElseThrow().cure();
    tells("service_failed:" + name);
    if (cure == Cure.RESTART || cure == Cure.LATER) {
      host.happens(host.service(name).startSeconds() / 86_400, "cure", () -> host.up(name));
    } else if (cure == Cure.REPAIR) {
      host.happens(REPAIR_DAYS, "cure", () -> host.up(name));
    }
  }

  private void looks() {
    if (Foresight.of(host, true).reaches(HIGH, AHEAD)) {
      tells("memory_high:memory");
      double before = host.memory().used();
      host.memory().swapOut(1);
      if (host.memory().used() >= before - 0.01) {
        host.memory().leaking(0.02).ifPresent(host::restarted);
      }
    }
    if (Foresight.of(host, false).reaches(HIGH, AHEAD)) {
      tells("disk_full:" + FleetHost.VAR);
      host.disk().collect();
      host.disk().clearCaches(1, 1);
      host.disk().cleanLogs(7, 1);
    }
    host.happens(host.tickDays(), "oracle", this::looks);
  }

  private void tells(String problem) {
    double now = host.now();
    Double last = lastAt.put(problem, now);
    boolean again = last != null && now - last <= Ledger.AGAIN_DAYS && now - last > AHEAD;
    if (again && now - toldAt.getOrDefault(problem, -WEEK) >= WEEK) {
      toldAt.put(problem, now);
      host.person().reads(problem);
    }
  }
}
