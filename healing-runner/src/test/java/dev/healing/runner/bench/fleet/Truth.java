package dev.healing.runner.bench.fleet;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * What is really so on one host, drawn from a seed. Sizes are parts of all memory or of the file
 * system, times are days since the begin.
 */
record Truth(Memory memory, Disk disk, List<Service> services) {
  private static final int SERVICES = 8;
  private static final double HOUR = 1 / 24.0;

  /** What a failed service needs. */
  enum Cure {
    /** A restart. */
    RESTART,
    /** The stale runtime state of its last start must go first: a repair. */
    REPAIR,
    /** Something else that it needs is broken for hours: a restart buys minutes until then. */
    LATER,
    /** A person: its configuration is wrong. */
    PERSON,
    /** Nothing: something brings it back within minutes. */
    NOTHING
  }

  /**
   * A service.
   *
   * @param failsAt when something makes it fail that systemd does not get over
   * @param lasts for each of these how long that is there: of {@link Cure#LATER}, {@link
   *     Cure#NOTHING}
   * @param startSeconds how long it takes to come up
   * @param startedAgain whether systemd is told to start it again when it was killed
   */
  record Service(
      String name,
      Cure cure,
      List<Double> failsAt,
      List<Double> lasts,
      double startSeconds,
      boolean startedAgain) {}

  /**
   * A service that leaks.
   *
   * @param since the day of the version that leaks
   * @param perDay of all memory, on average over the day
   */
  record Leak(String service, double since, double perDay) {}

  /** Something that is there for a while and goes away by itself. */
  record Peak(double at, double lasts, double height) {}

  /**
   * Memory.
   *
   * @param base what is always in use
   * @param daily by how much more or less, by day and by night
   * @param swap its size, of all memory
   * @param peaks jobs that take memory while they run
   */
  record Memory(double base, double daily, double swap, List<Leak> leaks, List<Peak> peaks) {}

  /**
   * The file system with the logs.
   *
   * @param base what is always in use
   * @param caches what caches come to; half of it is older than a month
   * @param logsPerDay what is logged in a day, on average
   * @param keptDays what the rotation keeps; infinite if nobody rotates
   * @param dataPerDay what grows and is nobody's to delete
   * @param storePerDay what becomes garbage in the Nix store in a day; 0 where there is none
   * @param collected whether a timer collects that each week
   * @param bursts of a log that says too much: it stays, as young as it is
   * @param peaks files that a job leaves for hours and takes away again
   */
  record Disk(
      double base,
      double caches,
      double logsPerDay,
      double keptDays,
      double dataPerDay,
      double storePerDay,
      boolean collected,
      List<Peak> bursts,
      List<Peak> peaks) {}

  static Truth of(long seed, int host, int days) {
    SplittableRandom random = new SplittableRandom(seed * 1_000_003 + host);
    List<Service> services = new ArrayList<>();
    int fragile = 1 + random.nextInt(3);
    for (int i = 0; i < SERVICES; i++) {
      services.add(service("s" + i + ".service", i < fragile, random.split(), days));
    }
    return new Truth(memory(random.split(), days), disk(random.split(), days), services);
  }

  private static Service service(String name, boolean fragile, SplittableRandom r, int days) {
    double p = r.nextDouble();
    Cure cure =
        p < 0.65
            ? Cure.RESTART
            : p < 0.77
                ? Cure.REPAIR
                : p < 0.89 ? Cure.LATER : p < 0.95 ? Cure.PERSON : Cure.NOTHING;
    double apart = between(r, 3, 60);
    List<Double> failsAt = new ArrayList<>();
    List<Double> lasts = new ArrayList<>();
    for (double at = gap(r, apart); fragile && at < days; at += gap(r, apart)) {
      failsAt.add(at);
      lasts.add(
          cure == Cure.LATER ? between(r, HOUR, 12 * HOUR) : between(r, HOUR / 360, HOUR / 6));
    }
    return new Service(name, cure, failsAt, lasts, between(r, 0.3, 8), r.nextDouble() < 0.6);
  }

  private static Memory memory(SplittableRandom r, int days) {
    double base = 0.3 + 0.25 * r.nextDouble();
    double daily = 0.02 + 0.06 * r.nextDouble();
    List<Leak> leaks = new ArrayList<>();
    int many = r.nextDouble() < 0.65 ? 0 : r.nextDouble() < 0.8 ? 1 : 2;
    for (int i = 0; i < many; i++) {
      double since = r.nextDouble() < 0.6 ? 0 : r.nextDouble() * days;
      double fills = between(r, 8 * HOUR, 20);
      leaks.add(new Leak("s" + (SERVICES - 1 - i) + ".service", since, (1 - base) / fills));
    }
    List<Peak> peaks = new ArrayList<>();
    if (r.nextDouble() < 0.25) {
      double fits = 0.96 - base - daily; // whoever set it up has seen that it does
      double height = Math.min(fits / 1.2, 0.1 + 0.4 * r.nextDouble());
      for (double at = gap(r, 5); at < days; at += gap(r, 5)) {
        double own = height * (0.8 + 0.4 * r.nextDouble());
        peaks.add(new Peak(at, between(r, HOUR / 6, 1.5 * HOUR), own));
      }
    }
    double swap = r.nextDouble() < 0.6 ? 0.25 : 0;
    return new Memory(base, daily, swap, leaks, peaks);
  }

  private static Disk disk(SplittableRandom r, int days) {
    double base = 0.2 + 0.3 * r.nextDouble();
    double caches = 0.02 + 0.06 * r.nextDouble();
    double free = 1 - base - caches;
    double p = r.nextDouble();
    double kept = Double.POSITIVE_INFINITY;
    double logs = 0;
    if (p < 0.3) {
      logs = free / between(r, 4, 120);
    } else if (p < 0.8) {
      kept = new int[] {7, 14, 28}[r.nextInt(3)];
      logs = (0.1 + 0.5 * r.nextDouble()) * free / kept;
    }
    double data = r.nextDouble() < 0.15 ? free / between(r, 30, 200) : 0;
    boolean nix = r.nextBoolean();
    double store = nix ? 0.002 + 0.008 * r.nextDouble() : 0;
    boolean collected = r.nextDouble() < 0.6;
    List<Peak> bursts = new ArrayList<>();
    List<Peak> peaks = new ArrayList<>();
    if (r.nextDouble() < 0.6) {
      for (double at = gap(r, 45); at < days; at += gap(r, 45)) {
        Peak one = new Peak(at, between(r, HOUR, 1), 0.05 + 0.4 * r.nextDouble());
        (r.nextBoolean() ? bursts : peaks).add(one);
      }
    }
    return new Disk(base, caches, logs, kept, data, store, collected, bursts, peaks);
  }

  private static double gap(SplittableRandom r, double mean) {
    return -Math.log(1 - r.nextDouble()) * mean;
  }

  /** Each power of ten is as likely. */
  private static double between(SplittableRandom r, double low, double high) {
    return low * Math.pow(high / low, r.nextDouble());
  }

  static double days(Duration duration) {
    return duration.toMillis() / 86_400_000.0;
  }
}
