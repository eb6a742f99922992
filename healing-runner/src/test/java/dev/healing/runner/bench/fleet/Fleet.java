package dev.healing.runner.bench.fleet;

import dev.healing.runner.bench.fleet.Ledger.Count;
import dev.healing.runner.bench.fleet.Ledger.Deeds;
import dev.healing.runner.bench.fleet.Ledger.Trouble;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** The same hosts, looked after in four ways, and what came of it. */
public final class Fleet {
  /** A service that fails wakes the engine at once, as it does on a host. */
  static final Duration LOOK = Duration.ofMinutes(5);

  private static final String MEANING =
      """
      An incident: a service failed; memory or the file system was at 90 %%, until below 85 %%; what is back within an
      hour is the same one. It recurs if the same was there on this host within %.0f days. Seen by users: an incident in
      which, for more than a second each (outages), a service was down, the file system full, or the kernel killed for want
      of memory; a restart of what is up counts too, also without an incident. Needless, by the hidden truth: an action on a
      service that would have come back by itself within minutes; on a level that would have passed by itself within 4 h
      without harm; because of a forecast that would not have come true in its time; or as worth doing where 90 %% would not
      have been reached within 7 days. A look every %d minutes. By cause: see Truth. ORACLE knows the truth and does what is
      possible with the same remedies.
      """;

  private Fleet() {}

  /**
   * Prints it.
   *
   * @param arguments how many hosts, how many days, and seeds
   */
  public static void main(String[] arguments) throws InterruptedException, ExecutionException {
    int hosts = Integer.parseInt(arguments[0]);
    int days = Integer.parseInt(arguments[1]);
    long[] seeds = Arrays.stream(arguments).skip(2).mapToLong(Long::parseLong).toArray();
    Map<Arm, Ledger> all = new EnumMap<>(Arm.class);
    System.out.printf(Locale.ROOT, MEANING, Ledger.AGAIN_DAYS, LOOK.toMinutes());
    for (long seed : seeds) {
      long begin = System.nanoTime();
      Map<Arm, Ledger> one = live(seed, hosts, days);
      one.forEach((arm, ledger) -> all.computeIfAbsent(arm, a -> new Ledger()).add(ledger));
      System.out.printf(
          "seed %d, after %d s:%n", seed, (System.nanoTime() - begin) / 1_000_000_000);
      one.forEach(Fleet::summary);
    }
    System.out.printf("%n%d hosts, %d days, seeds %s%n", hosts, days, Arrays.toString(seeds));
    all.forEach(Fleet::print);
    compare(all, Arm.LEARNING, Arm.LADDER);
    compare(all, Arm.ORACLE, Arm.LADDER);
    compare(all, Arm.LEARNING, Arm.OFF);
    long hostDays = (long) hosts * days * seeds.length;
    all.forEach(
        (arm, ledger) ->
            System.out.printf(
                Locale.ROOT, "%s: %.1f ms a host-day%n", arm, ledger.nanos() / 1e6 / hostDays));
  }

  /** What became of these hosts under each. */
  static Map<Arm, Ledger> live(long seed, int hosts, int days)
      throws InterruptedException, ExecutionException {
    ExecutorService cores =
        Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors());
    Map<Arm, Ledger> ledgers = new EnumMap<>(Arm.class);
    try {
      List<Future<?>> lives = new ArrayList<>();
      for (Arm arm : Arm.values()) {
        Ledger ledger = new Ledger();
        ledgers.put(arm, ledger);
        for (int host = 0; host < hosts; host++) {
          int number = host;
          lives.add(cores.submit(() -> ledger.add(live(arm, seed, number, days))));
        }
      }
      for (Future<?> one : lives) {
        one.get();
      }
    } finally {
      cores.shutdownNow();
    }
    return ledgers;
  }

  private static Ledger live(Arm arm, long seed, int number, int days) {
    long begin = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    Truth truth = Truth.of(seed, number, days);
    FleetHost host = new FleetHost(truth, seed * 1_000_003 + number, days, LOOK);
    arm.live(host, Duration.ofDays(days), LOOK);
    host.ledger().close(host.now());
    host.ledger().took(ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - begin);
    return host.ledger();
  }

  private static void summary(Arm arm, Ledger ledger) {
    row("  " + arm, ledger.all());
    row("  " + arm, ledger.allDeeds());
  }

  private static void print(Arm arm, Ledger ledger) {
    System.out.println(arm);
    for (Trouble trouble : Trouble.values()) {
      row(trouble.name(), ledger.count(trouble));
    }
    ledger.causes().forEach((what, count) -> row("- " + what, count));
    row("all", ledger.all());
    ledger.deeds().forEach(Fleet::row);
    row("all", ledger.allDeeds());
  }

  private static void row(String what, Count count) {
    System.out.printf(
        Locale.ROOT,
        "  %-34s %6d incidents, %6d recurring, %6d seen by users in %6d outages, %7.1f h%n",
        what,
        count.incidents,
        count.recurring,
        count.visible,
        count.outages,
        count.visibleHours);
  }

  private static void row(String what, Deeds deeds) {
    System.out.printf(
        "  %-34s %6d actions, %7d needless, %6d in vain%n",
        what, deeds.done, deeds.needless, deeds.inVain);
  }

  private static void compare(Map<Arm, Ledger> all, Arm one, Arm other) {
    Count with = all.get(one).all();
    Count without = all.get(other).all();
    Deeds deeds = all.get(one).allDeeds();
    System.out.printf(
        Locale.ROOT,
        "%s against %s: recurring incidents %+.0f %% (wanted: -70), seen by users %+.0f %%"
            + " (wanted: -80), their hours %+.0f %%; needless %.1f %% of all actions (wanted: at"
            + " most 5)%n",
        one,
        other,
        change(with.recurring, without.recurring),
        change(with.visible, without.visible),
        change(with.visibleHours, without.visibleHours),
        100.0 * deeds.needless / Math.max(1, deeds.done));
  }

  private static double change(double with, double without) {
    return without == 0 ? 0 : 100 * (with / without - 1);
  }
}
