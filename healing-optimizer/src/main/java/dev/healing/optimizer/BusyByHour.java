package dev.healing.optimizer;

import dev.healing.api.HealingException;
import dev.healing.api.HostState;
import dev.healing.api.Metric;
import dev.healing.spi.StateStore;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * When this host is quiet: how busy it was by hour of the day, learned from what was measured and
 * kept. Safe for several threads.
 *
 * <p>How busy it is: the processors' busy fraction and the fraction of time in which somebody waits
 * for disks. An hour is quiet when it is at most a quarter of the way from the quietest to the
 * busiest; where all hours are alike, all are.
 */
final class BusyByHour {
  private static final String FILE = "hours.json";
  private static final Pattern FORM = Pattern.compile("\\{\"hours\":\\[(.{0,4000})]}");
  private static final Pattern HOUR = Pattern.compile("\\[([0-9.E-]{1,30}),([0-9.E-]{1,30})]");
  private static final int HOURS = 24;

  /** Minutes that were seen of an hour before it is known. */
  private static final double KNOWN_FROM = 30;

  /** What of an earlier day still counts on the next. */
  private static final double YESTERDAY = 0.8;

  private static final double QUARTER = 0.25;
  private static final double ALIKE = 0.02;
  private static final int MINUTES_BETWEEN_WRITES = 15;

  private final StateStore store;
  private final ZoneId zone;
  private final double[] sums = new double[HOURS];
  private final double[] minutes = new double[HOURS];
  private boolean read;
  private int lastHour = -1;
  private int unwritten;

  BusyByHour(StateStore store, ZoneId zone) {
    this.store = store;
    this.zone = zone;
  }

  /** Learns from a look; about one a minute. What could not be measured teaches nothing. */
  synchronized void learn(HostState state) {
    OptionalDouble busy = busy(state);
    if (busy.isEmpty() || !read()) {
      return;
    }
    int hour = hour(state);
    if (hour != lastHour) {
      sums[hour] *= YESTERDAY;
      minutes[hour] *= YESTERDAY;
      lastHour = hour;
    }
    sums[hour] += busy.getAsDouble();
    minutes[hour]++;
    if (++unwritten >= MINUTES_BETWEEN_WRITES) {
      write();
    }
  }

  /**
   * Why this hour is none for heavy work; empty if it is quiet.
   *
   * @param reason is given why it is quiet, in words
   */
  synchronized Optional<String> notNow(HostState state, StringBuilder reason) {
    read();
    int known = 0;
    int quietest = -1;
    int busiest = -1;
    for (int hour = 0; hour < HOURS; hour++) {
      if (minutes[hour] >= KNOWN_FROM) {
        known++;
        quietest = quietest < 0 || mean(hour) < mean(quietest) ? hour : quietest;
        busiest = busiest < 0 || mean(hour) > mean(busiest) ? hour : busiest;
      }
    }
    if (known < HOURS) {
      return Optional.of(
          "it is heavy, and which hours are quiet is not known yet: " + known + " of 24 were seen");
    }
    int now = hour(state);
    double limit = mean(quietest) + QUARTER * (mean(busiest) - mean(quietest)) + ALIKE;
    String told =
        String.format(
            Locale.ROOT,
            "from %02d:00 this host is usually %.0f %% busy; %.0f %% or less count as quiet,"
                + " the quietest is from %02d:00",
            now,
            100 * mean(now),
            100 * limit,
            quietest);
    if (mean(now) > limit) {
      return Optional.of("it is heavy and waits for a quiet hour: " + told);
    }
    reason.append(told);
    return Optional.empty();
  }

  /** Whether every hour of the day has been seen. */
  synchronized boolean known() {
    return read() && Arrays.stream(minutes).allMatch(seen -> seen >= KNOWN_FROM);
  }

  private double mean(int hour) {
    return sums[hour] / minutes[hour];
  }

  private int hour(HostState state) {
    return ZonedDateTime.ofInstant(state.at(), zone).getHour();
  }

  private static OptionalDouble busy(HostState state) {
    OptionalDouble cpu = state.value(Metric.CPU_BUSY);
    OptionalDouble disks = state.value(Metric.of(Metric.PRESSURE_SOME, "io"));
    return cpu.isEmpty()
        ? cpu
        : OptionalDouble.of(Math.min(1, cpu.getAsDouble() + disks.orElse(0)));
  }

  /** Whether it is known what was learned; what cannot be read now is read later, and kept. */
  private boolean read() {
    if (!read) {
      try {
        learned(store.document(FILE).content().orElse("").strip());
        read = true;
      } catch (HealingException e) {
        return false;
      }
    }
    return true;
  }

  private void learned(String json) {
    Matcher form = FORM.matcher(json);
    if (!form.matches()) {
      return;
    }
    Matcher each = HOUR.matcher(form.group(1));
    try {
      for (int hour = 0; hour < HOURS && each.find(); hour++) {
        double sum = Double.parseDouble(each.group(1));
        double count = Double.parseDouble(each.group(2));
        sums[hour] = Math.max(0, sum);
        minutes[hour] = Math.max(0, count);
      }
    } catch (NumberFormatException e) {
      Arrays.fill(minutes, 0); // not as we write it: learned anew
      Arrays.fill(sums, 0);
    }
  }

  private void write() {
    StringBuilder json = new StringBuilder("{\"hours\":[");
    for (int hour = 0; hour < HOURS; hour++) {
      json.append(hour == 0 ? "" : ",");
      json.append(String.format(Locale.ROOT, "[%.4f,%.2f]", sums[hour], minutes[hour]));
    }
    unwritten = 0;
    try {
      store.replace(FILE, json.append("]}").toString());
    } catch (HealingException e) {
      // That nothing can be written others tell; it is with the next.
    }
  }
}
