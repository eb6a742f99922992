package dev.healing.learning;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which problems come near each other in time. Counts, for each problem, which others came within
 * an hour of it, and how often those came in the two days before that: by chance they come in both
 * as often as these are long, however busy those days were.
 *
 * <p>A problem is judged an hour after it came, since what came near it may be told of later: a
 * receipt comes after the action. What comes again within two hours is the same still.
 */
final class Vicinity {
  /** Before or after, in seconds. */
  static final double NEAR = 3_600;

  /** How long what is looked at beside that is, before it. */
  static final double AROUND = 48 * 3_600;

  /** What of both is near. */
  static final double SHARE = 2 * NEAR / (2 * NEAR + AROUND);

  /** Nearer than that has no order: one look may have found both, or the one before. */
  static final double SAME = 2;

  /** In a storm nothing is learned: what came two days before one of these would be gone. */
  static final int MOST = 256;

  /** Others that are watched for each problem; those seen near it least often give way. */
  static final int MOST_WATCHED = 8;

  /**
   * A problem came.
   *
   * @param key which
   * @param at when, in seconds since 1970
   * @param judged whether what came near it is counted
   */
  record Onset(String key, double at, boolean judged) implements Stored {
    Onset {
      Counts.require("onsets.at", at, -Absences.MOST_SECONDS, Absences.MOST_SECONDS);
    }

    static Onset read(Members from) {
      return new Onset(from.text("key"), from.number("at"), from.flag("judged"));
    }

    @Override
    public void write(Writing object) {
      object.with("key", key).with("at", at).with("judged", judged);
    }
  }

  /**
   * What is kept.
   *
   * @param since what came before is not known; absent if nothing ever came
   * @param onsets the newest, oldest first
   */
  record Kept(@Nullable Double since, List<Onset> onsets) implements Stored {
    static final Kept NONE = new Kept(null, List.of());

    Kept {
      onsets = List.copyOf(onsets);
      Counts.requireSize("onsets", onsets, 0, MOST);
      if (since != null) {
        Counts.require("since", since, -Absences.MOST_SECONDS, Absences.MOST_SECONDS);
      }
    }

    static Kept read(Members from) {
      return new Kept(
          from.ifAny("since", Kind.NUMBER),
          from.get("onsets", Kind.listOf(Kind.object(Onset::read))));
    }

    @Override
    public void write(Writing object) {
      object.with("since", since).with("onsets", onsets);
    }
  }

  /** Oldest first. */
  private final List<Onset> onsets;

  private double since;

  Vicinity(Kept kept) {
    onsets = new ArrayList<>(kept.onsets());
    since = kept.since() == null ? Double.NaN : kept.since();
  }

  /**
   * A problem came.
   *
   * @param now when that is told
   */
  void came(Map<String, Problem> problems, String key, double at, double now) {
    if (onsets.removeIf(onset -> onset.at() > now + AROUND) || Double.isNaN(since)) {
      since = now; // a clock was wrong, or there was nothing before
    }
    if (at > now - AROUND && isOnset(key, at)) {
      int place = onsets.size();
      while (place > 0 && onsets.get(place - 1).at() > at) {
        place--;
      }
      onsets.add(place, new Onset(key, at, false));
    }
    for (int i = 0; i < onsets.size(); i++) {
      Onset onset = onsets.get(i);
      if (!onset.judged() && onset.at() + NEAR <= now) {
        onsets.set(i, new Onset(onset.key(), onset.at(), true));
        judge(problems, onset);
      }
    }
    onsets.removeIf(onset -> onset.judged() && onset.at() < now - 2 * NEAR - AROUND);
    while (onsets.size() > MOST) {
      since = Math.max(since, onsets.remove(0).at());
    }
  }

  private boolean isOnset(String key, double at) {
    for (Onset onset : onsets) {
      if (Math.abs(onset.at() - at) <= 2 * NEAR && onset.key().equals(key)) {
        return false;
      }
    }
    return true;
  }

  private void judge(Map<String, Problem> problems, Onset onset) {
    Problem problem = problems.get(onset.key());
    double from = onset.at() - NEAR - AROUND;
    if (problem == null || from < since) {
      return;
    }
    Map<String, Integer> around = new LinkedHashMap<>();
    Map<String, Double> lags = new LinkedHashMap<>();
    for (Onset other : onsets) {
      double lag = onset.at() - other.at();
      if (other.at() < from || lag < -NEAR || other.key().equals(onset.key())) {
        continue;
      }
      if (lag > NEAR) {
        around.merge(other.key(), 1, Integer::sum);
      } else {
        lags.merge(other.key(), lag, (a, b) -> Math.abs(a) < Math.abs(b) ? a : b);
      }
    }
    problem.company.replaceAll(
        (key, company) -> {
          int more = around.getOrDefault(key, 0);
          Double lag = lags.remove(key);
          return lag == null ? company.apart(more) : company.together(lag, more, onset.at());
        });
    for (String key : lags.keySet()) {
      watch(problem, key, onset.at());
    }
  }

  private static void watch(Problem problem, String key, double at) {
    if (problem.company.size() >= MOST_WATCHED) {
      String least = null;
      Company least2 = null;
      for (Map.Entry<String, Company> one : problem.company.entrySet()) {
        Company company = one.getValue();
        if (least2 == null
            || company.near() < least2.near()
            || company.near() == least2.near() && company.last() < least2.last()) {
          least = one.getKey();
          least2 = company;
        }
      }
      problem.company.remove(least);
    }
    problem.company.put(key, Company.first(at));
  }

  Kept file() {
    return new Kept(Double.isNaN(since) ? null : since, onsets);
  }
}
