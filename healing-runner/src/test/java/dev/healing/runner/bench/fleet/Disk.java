package dev.healing.runner.bench.fleet;

import java.util.Arrays;

/** The file system with the logs, as time passes and things are deleted. */
final class Disk {
  /** From here on nothing more can be written. */
  static final double FULL = 0.995;

  private static final double CACHES_OLD = 0.5;
  private static final double CACHES_COME_BACK_DAYS = 30;
  private static final int WEEK = 7;

  private final Truth.Disk truth;

  /** By the day on which they were written, from long before the begin. */
  private final double[] logs;

  private static final int BEFORE = 60;
  private double now;
  private double caches;
  private double data;
  private double garbage;
  private double keptDays;
  private double peak;
  private double logged;

  Disk(Truth.Disk truth, int days) {
    this.truth = truth;
    keptDays = truth.keptDays();
    caches = truth.caches();
    logs = new double[BEFORE + days + 2];
    double room = 0.6 - truth.base() - caches; // somebody had looked after it until then
    for (int age = 0; age < Math.min(BEFORE, keptDays) && room > 0; age++) {
      logs[BEFORE - 1 - age] = Math.min(room, truth.logsPerDay());
      room -= truth.logsPerDay();
    }
    logged = Arrays.stream(logs).sum();
  }

  private Disk(Disk other) {
    truth = other.truth;
    logs = other.logs.clone();
    now = other.now;
    caches = other.caches;
    data = other.data;
    garbage = other.garbage;
    keptDays = other.keptDays;
    peak = other.peak;
    logged = other.logged;
  }

  /** As it would go on if nobody did anything. */
  Disk copy() {
    return new Disk(this);
  }

  /** What is behind it that it is full. */
  String cause() {
    if (peak > 0.03) {
      return "files of a job";
    }
    boolean burst =
        truth.bursts().stream().anyMatch(b -> now >= b.at() && now < b.at() + b.lasts() + 2);
    return burst
        ? "burst of logs"
        : truth.dataPerDay() > truth.logsPerDay()
            ? "data"
            : keptDays == Double.POSITIVE_INFINITY ? "logs, never rotated" : "logs, rotated";
  }

  double used() {
    return Math.min(1, truth.base() + caches + data + garbage + peak + logged);
  }

  void advance(double to) {
    double days = to - now;
    boolean midnight = (int) to > (int) now;
    now = to;
    double busy = 1 + 0.6 * Math.sin(2 * Math.PI * (now - 0.375));
    int today = BEFORE + (int) now;
    double room = FULL - used();
    if (room > 0) { // what is full takes no more
      write(today, truth.logsPerDay() * days * busy);
      data += truth.dataPerDay() * days * busy;
      garbage += truth.storePerDay() * days;
      caches += Math.max(0, truth.caches() - caches) * days / CACHES_COME_BACK_DAYS;
      for (Truth.Peak burst : truth.bursts()) {
        if (now >= burst.at() && now < burst.at() + burst.lasts()) {
          write(today, burst.height() * days / burst.lasts());
        }
      }
    }
    peak = 0;
    for (Truth.Peak one : truth.peaks()) {
      double part = (now - one.at()) / one.lasts();
      peak +=
          part >= 0 && part < 2 ? one.height() * Math.min(1, part) : 0; // it stays as long again
    }
    if (midnight && keptDays < Double.POSITIVE_INFINITY) {
      Arrays.fill(logs, 0, Math.max(0, today - (int) keptDays), 0);
      logged = Arrays.stream(logs).sum();
    }
    if (midnight && truth.collected() && (int) now % WEEK == 0) {
      garbage = 0;
    }
  }

  private void write(int day, double more) {
    logs[day] += more;
    logged += more;
  }

  /** What could be deleted of logs that are so old. */
  double oldLogs(double olderThanDays) {
    return Arrays.stream(logs, 0, firstYoung(olderThanDays)).sum();
  }

  private int firstYoung(double olderThanDays) {
    return Math.max(0, BEFORE + (int) Math.floor(now - olderThanDays));
  }

  double oldCaches(double olderThanDays) {
    return olderThanDays > 1 ? CACHES_OLD * caches : caches;
  }

  double garbage() {
    return garbage;
  }

  /** Deletes the oldest first, and no more than so much. */
  double cleanLogs(double olderThanDays, double most) {
    double left = most;
    for (int i = 0; i < firstYoung(olderThanDays) && left > 0; i++) {
      double gone = Math.min(left, logs[i]);
      logs[i] -= gone;
      left -= gone;
    }
    logged -= most - left;
    return most - left;
  }

  double clearCaches(double olderThanDays, double most) {
    double gone = Math.min(most, oldCaches(olderThanDays));
    caches -= gone;
    return gone;
  }

  double collect() {
    double gone = garbage;
    garbage = 0;
    return gone;
  }

  /**
   * A person makes room, wherever it has gone; and perhaps sees to it that it does not come back.
   */
  void mended(boolean forGood) {
    double target = 0.6;
    double toGo = used() - target;
    toGo -= collect();
    toGo -= cleanLogs(1, Math.max(0, toGo));
    data -= Math.min(data, Math.max(0, toGo));
    if (forGood) {
      rotated();
    }
  }

  /** A person has the logs rotated, so that they take a quarter of it. */
  void rotated() {
    if (truth.logsPerDay() > 0) {
      keptDays = Math.min(keptDays, Math.max(1, 0.25 / truth.logsPerDay()));
    }
  }
}
