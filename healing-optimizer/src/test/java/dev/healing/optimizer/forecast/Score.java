package dev.healing.optimizer.forecast;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;

/**
 * How well a method did. It is asked every ten minutes, from the second hour on. An alarm is an
 * episode: alarms less than an hour apart are one.
 */
final class Score {
  /** Minutes: what is full later is no alarm. */
  static final int HORIZON = 240;

  static final int EVERY = 10;
  private static final int LEAD = 15;
  private static final int APART = 60;
  private static final int FIRST = 60;

  private int filling;
  private int caught;
  private int everTold;
  private int asked;
  private int answered;
  private int right;
  private int within;
  private int alarms;
  private int alarmsWithin;
  private int healthy;
  private int healthyTold;
  private int falseEpisodes;
  private double healthyDays;
  final List<String> wrong = new ArrayList<>();

  static Score of(Trace trace, Supplier<Method> maker) {
    Score score = new Score();
    score.judge(trace, maker.get());
    return score;
  }

  void add(Score other) {
    filling += other.filling;
    caught += other.caught;
    everTold += other.everTold;
    asked += other.asked;
    answered += other.answered;
    right += other.right;
    within += other.within;
    alarms += other.alarms;
    alarmsWithin += other.alarmsWithin;
    healthy += other.healthy;
    healthyTold += other.healthyTold;
    falseEpisodes += other.falseEpisodes;
    healthyDays += other.healthyDays;
    wrong.addAll(other.wrong);
  }

  private void judge(Trace trace, Method method) {
    double[] values = trace.values();
    int end = trace.full() >= 0 ? trace.full() : values.length;
    int latest = Integer.MIN_VALUE / 2;
    int episodes = 0;
    boolean inTime = false;
    int firstTold = -1;
    for (int minute = 0; minute < end; minute++) {
      if (!Double.isNaN(values[minute])) {
        method.add(minute, values[minute]);
      }
      if (minute % EVERY != 0 || minute < FIRST) {
        continue;
      }
      Method.Answer answer = method.ask(minute);
      int left = end - minute;
      if (answer.soon()) {
        episodes += minute - latest >= APART ? 1 : 0;
        latest = minute;
        firstTold = firstTold < 0 ? minute : firstTold;
        inTime |= left <= HORIZON && left >= LEAD;
        if (trace.full() >= 0) {
          alarms++;
          alarmsWithin += answer.lower() <= left && left <= answer.upper() ? 1 : 0;
        }
      }
      if (trace.full() >= 0 && left >= HORIZON && left < HORIZON + EVERY) {
        asked++;
        if (answer.minutes() < Double.POSITIVE_INFINITY) {
          answered++;
          right += answer.minutes() >= left / 2.0 && answer.minutes() <= left * 2.0 ? 1 : 0;
          within += answer.lower() <= left && left <= answer.upper() ? 1 : 0;
        }
      }
    }
    if (trace.full() >= 0) {
      filling++;
      caught += inTime ? 1 : 0;
      everTold += episodes > 0 ? 1 : 0;
      if (!inTime) {
        wrong.add("missed " + trace.seed() + " full " + end);
      }
    } else {
      healthy++;
      healthyTold += episodes > 0 ? 1 : 0;
      falseEpisodes += episodes;
      healthyDays += (double) end / Drawing.DAY;
      if (episodes > 0) {
        wrong.add("false " + trace.seed() + " x" + episodes + " first at " + firstTold);
      }
    }
  }

  double caughtFraction() {
    return (double) caught / filling;
  }

  double healthyToldFraction() {
    return (double) healthyTold / healthy;
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    if (filling > 0) {
      text.append(
          String.format(
              Locale.ROOT,
              "caught %s (ever told %s), at 4 h left: answered %s, right x2 of all %s, of answered"
                  + " %s, interval %s; interval at alarms %s ",
              share(caught, filling),
              share(everTold, filling),
              share(answered, asked),
              share(right, asked),
              share(right, answered),
              share(within, answered),
              share(alarmsWithin, alarms)));
    }
    if (healthy > 0) {
      text.append(
          String.format(
              Locale.ROOT,
              "false %.4f a host-day, healthy with any %s ",
              falseEpisodes / healthyDays,
              share(healthyTold, healthy)));
    }
    return text.toString();
  }

  private static String share(int part, int whole) {
    return whole == 0 ? "-" : String.format(Locale.ROOT, "%.1f %%", 100.0 * part / whole);
  }
}
