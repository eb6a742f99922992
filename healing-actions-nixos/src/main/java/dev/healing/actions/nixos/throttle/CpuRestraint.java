package dev.healing.actions.nixos.throttle;

import dev.healing.actions.nixos.Checks;
import dev.healing.actions.nixos.processes.ProcessUse;
import dev.healing.actions.nixos.processes.ProcessorWaits;
import dev.healing.actions.nixos.throttle.Throttles.Throttle;
import dev.healing.api.ActionReport;
import dev.healing.api.ActionReport.Result;
import dev.healing.api.HostException;
import dev.healing.spi.Execution;
import dev.healing.spi.HostContext;
import dev.healing.spi.Systemd.Limit;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * A CPUQuota.
 *
 * @param share of all processors
 */
record CpuRestraint(HostContext host, double share) implements Restraint {
  /** Who uses hardly more than the quota would not notice it. */
  private static final double WORTH_IT = 1.2;

  /** Half a second is short: a group may use what it had left, and scheduling is not exact. */
  private static final double HELD = 1.3;

  @Override
  public String controller() {
    return "cpu";
  }

  @Override
  public Limit limit() {
    return Limit.CPU_QUOTA;
  }

  @Override
  public List<ServiceUse> uses() {
    return ServiceUse.byProcessor(
        ProcessUse.measure(
            host,
            window -> {
              host.workers().sleep(window);
              return true;
            }),
        ProcessUse.justStarted(host));
  }

  @Override
  public double least() {
    return share * ProcessUse.processors(host);
  }

  @Override
  public Optional<String> needless(List<ServiceUse> uses, ServiceUse first) {
    return ProcessorWaits.needless(
        host.files(),
        first.name() + " uses " + inWords(first.amount()),
        uses.stream()
            .filter(use -> !use.name().equals(first.name()))
            .map(ServiceUse::units)
            .toList());
  }

  /** In whole hundredths of a processor, so that it is read back as it was set. */
  @Override
  public long value(ServiceUse first) {
    long processors = ProcessUse.processors(host);
    if (processors == 0) {
      throw new HostException("/proc/stat: expected a line for each processor");
    }
    long quota = Math.max(1, Math.round(share * processors * 100)) * 10_000;
    Checks.require(
        first.amount() * 1e6 >= WORTH_IT * quota,
        first.name()
            + " uses "
            + inWords(first.amount())
            + ": a quota of "
            + inWords(quota / 1e6)
            + " would change next to nothing");
    return quota;
  }

  @Override
  public String inWords(double cores) {
    return String.format(Locale.ROOT, "%.2f cores", cores);
  }

  @Override
  public String check() {
    return "measure whether it holds";
  }

  /** Stopped meanwhile, it is an error: nobody knows if it holds. */
  @Override
  public ActionReport effect(Throttle throttle, ServiceUse first, Execution execution) {
    double now =
        ServiceUse.byProcessor(ProcessUse.measure(host, execution::pause), use -> false).stream()
            .filter(use -> use.name().equals(throttle.unit()))
            .mapToDouble(ServiceUse::amount)
            .sum();
    Map<String, Double> before = Map.of("cpu.cores", first.amount());
    Map<String, Double> after = Map.of("cpu.cores", now, "cpu.quota.cores", throttle.value() / 1e6);
    if (now * 1e6 > HELD * throttle.value()) {
      return ActionReport.of(
          Result.FAILED,
          throttle.unit()
              + " still uses "
              + inWords(now)
              + " with "
              + throttle.inWords()
              + ", which was taken away again: does its control group have the cpu controller?",
          before,
          after);
    }
    return ActionReport.of(
        Result.DONE,
        throttle.unit()
            + " has "
            + throttle.inWords()
            + " and uses "
            + inWords(now)
            + " instead of "
            + inWords(first.amount()),
        before,
        after);
  }
}
