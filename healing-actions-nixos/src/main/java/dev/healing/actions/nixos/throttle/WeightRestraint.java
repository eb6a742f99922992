package dev.healing.actions.nixos.throttle;

import dev.healing.actions.nixos.throttle.Throttles.Throttle;
import dev.healing.api.ActionReport;
import dev.healing.api.ActionReport.Result;
import dev.healing.api.HealingException;
import dev.healing.api.HostException;
import dev.healing.spi.Execution;
import dev.healing.spi.HostContext;
import dev.healing.spi.Systemd.Limit;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A CPUWeight: who has a low one takes what others leave, and all there is where nobody else wants
 * it. Milder than a quota, for work in the background.
 */
record WeightRestraint(HostContext host) implements Restraint {
  /** A fifth of what everybody has by default (100). */
  private static final long WEIGHT = 20;

  /** Waits as the kernel averages them over ten seconds. */
  private static final String PRESSURE = "/proc/pressure/cpu";

  private static final Pattern SOME = Pattern.compile("(?m)^some avg10=(\\d{1,3}\\.\\d\\d) ");
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
  public double least() {
    return 0;
  }

  @Override
  public long value(ServiceUse first) {
    waiting(); // where that is not told, nobody could say whether it has helped
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
    double before = waiting();
    if (!execution.pause(WATCHED)) {
      throw new HealingException("stopped while it measured whether others wait less");
    }
    double after = waiting();
    boolean helped = after <= HELPED * before;
    return ActionReport.of(
        helped ? Result.DONE : Result.NOTHING_GAINED,
        String.format(
            Locale.ROOT,
            "%s has %s%s: in %.0f %% of the time somebody waits for processors, instead of %.0f %%",
            throttle.unit(),
            throttle.inWords(),
            helped ? "" : ", which was taken away again since it has not helped",
            100 * after,
            100 * before),
        Map.of("pressure.some.fraction{cpu}", before),
        Map.of("pressure.some.fraction{cpu}", after));
  }

  private double waiting() {
    Matcher some = SOME.matcher(host.files().read(PRESSURE).orElse(""));
    if (!some.find()) {
      throw new HostException(PRESSURE + ": expected a line with 'some avg10='");
    }
    return Double.parseDouble(some.group(1)) / 100;
  }
}
