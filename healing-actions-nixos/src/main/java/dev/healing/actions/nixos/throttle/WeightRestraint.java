package dev.healing.actions.nixos.throttle;

import dev.healing.actions.nixos.throttle.Throttles.Throttle;
import dev.healing.api.ActionReport;
import dev.healing.api.ActionReport.Result;
import dev.healing.api.HealingException;
import dev.healing.api.HostException;
import dev.healing.spi.CpuPressure;
import dev.healing.spi.Execution;
import dev.healing.spi.HostContext;
import dev.healing.spi.HostProcesses.ProcessState;
import dev.healing.spi.Systemd.Limit;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * A CPUWeight: who has a low one takes what others leave, and all there is where nobody else wants
 * it. Milder than a quota, for work in the background.
 */
record WeightRestraint(HostContext host) implements Restraint {
  /** A fifth of what everybody has by default (100). */
  private static final long WEIGHT = 20;

  private static final Duration WATCHED = Duration.ofSeconds(15);

  /** If others wait hardly less, it is not why they wait. */
  private static final double HELPED = 0.8;

  @Override
  public String controller() {
    return "cpu";
  }

  @Override
  public Limit limit() {
    return Limit.CPU_WEIGHT;
  }

  @Override
  public List<ServiceUse> uses() {
    return new CpuRestraint(host, 1).uses();
  }

  @Override
  public Optional<String> needless(List<ServiceUse> uses, ServiceUse first) {
    return new CpuRestraint(host, 1).needless(uses, first);
  }

  @Override
  public double least() {
    return 0;
  }

  @Override
  public long value(ServiceUse first) {
    othersWait(first.name()); // where that is not told, nobody could say whether it has helped
    return WEIGHT;
  }

  @Override
  public String inWords(double cores) {
    return String.format(Locale.ROOT, "%.2f cores", cores);
  }

  @Override
  public String check() {
    return "measure for " + WATCHED.toSeconds() + " s whether others wait less for processors";
  }

  @Override
  public ActionReport effect(Throttle throttle, ServiceUse first, Execution execution) {
    double before = othersWait(throttle.unit());
    if (!execution.pause(WATCHED)) {
      throw new HealingException("stopped while it measured whether others wait less");
    }
    double after = othersWait(throttle.unit());
    boolean helped = after <= HELPED * before;
    return ActionReport.of(
        helped ? Result.DONE : Result.NOTHING_GAINED,
        String.format(
            Locale.ROOT,
            "%s has %s%s: of the others, the one that waits most for processors does so %.0f %% of"
                + " the time, instead of %.0f %%",
            throttle.unit(),
            throttle.inWords(),
            helped ? "" : ", which was taken away again since it has not helped",
            100 * after,
            100 * before),
        Map.of("others.waiting.fraction", before),
        Map.of("others.waiting.fraction", after));
  }

  /** It waits itself all the more, so neither the host's waits nor its own tell anything. */
  private double othersWait(String unit) {
    List<List<String>> others =
        host.processes().all().stream()
            .filter(process -> !process.unit().equals(Optional.of(unit)))
            .map(ProcessState::units)
            .toList();
    return CpuPressure.most(host.files(), others)
        .orElseThrow(
            () ->
                new HostException(
                    "how long others wait for processors is not told here: expected a cpu.pressure"
                        + " in the control groups of units"));
  }
}
