package dev.healing.runner.bench.fleet;

import java.util.Comparator;
import java.util.List;

/** Memory, as time passes, services leak and are restarted. */
final class Memory {
  /** From here on, with swap full, the kernel kills. */
  static final double ENDS = 0.985;

  /** The kernel swaps by itself from here on. */
  private static final double SWAPS_FROM = 0.95;

  private final Truth.Memory truth;
  private final List<Truth.Leak> leaks;
  private final double[] level;
  private final boolean[] mended;
  private final long noise;
  private double now;
  private double swapped;

  Memory(Truth.Memory truth, long noise) {
    this.truth = truth;
    this.leaks = truth.leaks();
    this.noise = noise;
    level = new double[leaks.size()];
    mended = new boolean[leaks.size()];
  }

  private Memory(Memory other) {
    truth = other.truth;
    leaks = other.leaks;
    noise = other.noise;
    level = other.level.clone();
    mended = other.mended.clone();
    now = other.now;
    swapped = other.swapped;
  }

  /** As it would go on if nobody did anything. */
  Memory copy() {
    return new Memory(this);
  }

  double used() {
    double used = truth.base() + truth.daily() * busy() - swapped + leaked();
    for (Truth.Peak peak : truth.peaks()) {
      double part = (now - peak.at()) / peak.lasts();
      used += part >= 0 && part < 1 ? peak.height() * Math.min(1, 4 * part) : 0;
    }
    return Math.max(0.05, Math.min(1, used + 0.004 * wobble()));
  }

  private double leaked() {
    double all = 0;
    for (double one : level) {
      all += one;
    }
    return all;
  }

  /** What is behind it that it is high. */
  String cause() {
    boolean peak = truth.peaks().stream().anyMatch(p -> now >= p.at() && now < p.at() + p.lasts());
    return peak ? "job" : "leak";
  }

  private double busy() {
    return Math.sin(2 * Math.PI * (now - 0.375));
  }

  private double wobble() {
    long mixed = (noise + (long) (now * 1440)) * 0x9E3779B97F4A7C15L;
    mixed ^= mixed >>> 29;
    mixed *= 0xBF58476D1CE4E5B9L;
    return (mixed >>> 40) / (double) (1 << 23) - 1;
  }

  void advance(double to) {
    double days = to - now;
    now = to;
    for (int i = 0; i < level.length; i++) {
      if (!mended[i] && now >= leaks.get(i).since()) {
        level[i] += leaks.get(i).perDay() * days * (1 + 0.6 * busy());
      }
    }
    if (used() > SWAPS_FROM) {
      swapOut(used() - SWAPS_FROM);
    }
  }

  /** What is leaked is never used again, so it can be swapped out, as long as there is room. */
  double swappable() {
    return Math.max(0, Math.min(truth.swap() - swapped, 0.9 * leaked() - swapped));
  }

  double swapOut(double most) {
    double out = Math.min(most, swappable());
    swapped += Math.max(0, out);
    return Math.max(0, out);
  }

  /** The service that leaked most since its last start; empty if that is less than so much. */
  java.util.Optional<String> leaking(double least) {
    int most = -1;
    for (int i = 0; i < level.length; i++) {
      most = !mended[i] && level[i] >= least && (most < 0 || level[i] > level[most]) ? i : most;
    }
    return most < 0 ? java.util.Optional.empty() : java.util.Optional.of(leaks.get(most).service());
  }

  /** The services that leak, the fastest first. */
  List<String> leaky() {
    return leaks.stream()
        .sorted(Comparator.comparingDouble(Truth.Leak::perDay).reversed())
        .map(Truth.Leak::service)
        .toList();
  }

  /** What it grows by in so many days, at its present pace. */
  double pace(String service, double days) {
    double pace = 0;
    for (int i = 0; i < level.length; i++) {
      if (leaks.get(i).service().equals(service) && !mended[i] && now >= leaks.get(i).since()) {
        pace += leaks.get(i).perDay() * days * (1 + 0.6 * busy());
      }
    }
    return pace;
  }

  /**
   * What it grew by between two moments, in days ago, if it was up: what is leaked is the integral
   * of its pace.
   */
  double grown(String service, double from, double to) {
    double grown = 0;
    for (int i = 0; i < level.length; i++) {
      Truth.Leak leak = leaks.get(i);
      if (leak.service().equals(service) && !mended[i]) {
        double begin = Math.max(now - from, leak.since());
        double end = now - to;
        grown += begin < end ? leak.perDay() * (done(end) - done(begin)) : 0;
      }
    }
    return grown;
  }

  /** Days of work until then, of which there is more by day than by night. */
  private static double done(double at) {
    return at - 0.6 / (2 * Math.PI) * Math.cos(2 * Math.PI * (at - 0.375));
  }

  void restarted(String service) {
    for (int i = 0; i < level.length; i++) {
      if (leaks.get(i).service().equals(service)) {
        double all = leaked();
        swapped -= all > 0 ? swapped * level[i] / all : 0;
        level[i] = 0;
      }
    }
  }

  /** Its next version does not leak. */
  void mended(String service) {
    for (int i = 0; i < level.length; i++) {
      mended[i] |= leaks.get(i).service().equals(service);
    }
  }
}
