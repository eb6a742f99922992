package dev.healing.learning;

import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The problems that are remembered, least lately seen first. Bounded in number and in memory: the
 * first is forgotten first, and with it what others borrowed from it.
 */
final class Remembered {
  private final LinkedHashMap<String, Problem> all = new LinkedHashMap<>();
  private final int most;
  private final long mostBytes;
  private final Model model;
  private final Totals totals;
  private long bytes;
  private int crowdedOut;

  /**
   * None yet.
   *
   * @param most how many
   * @param mostBytes how much memory they and what they lend may take, about
   */
  Remembered(int most, long mostBytes, Model model, Totals totals) {
    this.most = most;
    this.mostBytes = mostBytes;
    this.model = model;
    this.totals = totals;
  }

  @Nullable Problem get(String key) {
    return all.get(key);
  }

  Collection<Problem> all() {
    return all.values();
  }

  /** To be changed by who calls {@link #changed} then. */
  LinkedHashMap<String, Problem> byKey() {
    return all;
  }

  int size() {
    return all.size();
  }

  int most() {
    return most;
  }

  /** How many were forgotten since there was no memory for them. */
  int crowdedOut() {
    return crowdedOut;
  }

  /** It was seen most lately. */
  void seen(Problem problem) {
    all.remove(problem.key);
    all.put(problem.key, problem);
  }

  /** More or less is known of it now. */
  void changed(Problem problem) {
    weigh(problem);
    keep(most);
  }

  /** The same of all. */
  void changed() {
    all.values().forEach(this::weigh);
    keep(most);
  }

  private void weigh(Problem problem) {
    bytes -= problem.bytes;
    problem.bytes = problem.weighed();
    bytes += problem.bytes;
  }

  /** Forgets all but so many. */
  void keep(int some) {
    Iterator<Problem> leastLately = all.values().iterator();
    while (all.size() > some || tooLarge()) {
      crowdedOut += all.size() > some ? 0 : 1;
      Problem forgotten = leastLately.next();
      leastLately.remove();
      forgotten.actions.values().forEach(Attempts::withdraw);
      bytes -= forgotten.bytes;
      String type = Problem.type(forgotten.key);
      forgotten.actions.keySet().forEach(action -> model.forget(type, action));
      totals.forgot();
    }
  }

  private boolean tooLarge() {
    return bytes + model.bytes() > mostBytes && all.size() > 1;
  }
}
