package dev.healing.actions.nixos.throttle;

import dev.healing.actions.nixos.Checks;
import dev.healing.actions.nixos.MemAvailable;
import dev.healing.actions.nixos.throttle.Throttles.Throttle;
import dev.healing.api.ActionReport;
import dev.healing.api.ActionReport.Result;
import dev.healing.spi.Execution;
import dev.healing.spi.HostContext;
import dev.healing.spi.Systemd.Limit;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * A MemoryHigh.
 *
 * @param share of what the service has in use
 * @param minShare of all memory: who has less does not stand out
 */
record MemoryRestraint(HostContext host, double share, double minShare) implements Restraint {
  private static final int LOOKS = 6;
  private static final Duration BETWEEN = Duration.ofMillis(500);

  @Override
  public String controller() {
    return "memory";
  }

  @Override
  public Limit limit() {
    return Limit.MEMORY_HIGH;
  }

  @Override
  public List<ServiceUse> uses() {
    return ServiceUse.byMemory(host, least());
  }

  @Override
  public double least() {
    return minShare * MemAvailable.read(host).totalBytes();
  }

  @Override
  public long value(ServiceUse first) {
    double toGo = (1 - share) * first.amount();
    double least = MemAvailable.read(host).gainBytes();
    Checks.require(
        toGo >= least,
        first.name()
            + " would have to give back "
            + Checks.size(toGo)
            + ", and less than "
            + Checks.size(least)
            + " is no gain");
    double free = MemAvailable.swapFree(host);
    Checks.require(
        free >= toGo,
        first.name()
            + " would have to give back "
            + Checks.size(toGo)
            + ", and only "
            + Checks.size(free)
            + " of swap is free: it might as good as stop");
    return Math.max(1 << 20, (long) (share * first.amount())) >> 20 << 20;
  }

  @Override
  public String inWords(double bytes) {
    return Checks.size(bytes) + " of memory";
  }

  @Override
  public String check() {
    return "measure whether that gives memory back";
  }

  /**
   * Whether it gives memory back. The kernel reclaims what is above the limit when it is set, and
   * goes on for a while; what cannot go, since it is in use, only slows the service down.
   */
  @Override
  public ActionReport effect(Throttle throttle, ServiceUse first, Execution execution) {
    double least = MemAvailable.read(host).gainBytes();
    OptionalLong now = working(first);
    for (int look = 0; look < LOOKS && gained(first, now) < least; look++) {
      if (!execution.pause(BETWEEN)) {
        break;
      }
      now = working(first);
    }
    Map<String, Double> before = Map.of("memory.working.bytes", first.amount());
    Map<String, Double> after = new TreeMap<>(before);
    if (now.isPresent()) {
      after.put("memory.working.bytes", (double) now.getAsLong());
    }
    double gained = gained(first, now);
    if (gained < least) {
      return ActionReport.of(
          Result.NOTHING_GAINED,
          throttle.unit()
              + " gave back "
              + Checks.size(Math.max(0, gained))
              + " with "
              + throttle.inWords()
              + ", less than the "
              + Checks.size(least)
              + " that count as a gain: it was taken away again",
          before,
          after);
    }
    return ActionReport.of(
        Result.DONE,
        throttle.unit()
            + " has "
            + throttle.inWords()
            + " and uses "
            + inWords(first.amount() - gained)
            + " instead of "
            + inWords(first.amount()),
        before,
        after);
  }

  private OptionalLong working(ServiceUse service) {
    return ServiceUse.workingBytes(host.files(), service.units());
  }

  private static double gained(ServiceUse first, OptionalLong now) {
    return now.isPresent() ? first.amount() - now.getAsLong() : 0;
  }
}
