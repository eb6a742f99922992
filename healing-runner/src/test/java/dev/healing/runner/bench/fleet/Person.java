package dev.healing.runner.bench.fleet;

import dev.healing.runner.bench.fleet.Ledger.Trouble;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Who comes after a while for what users have been without for minutes, mends it, and now and then
 * finds the cause and removes it; and who reads in the working hours that something keeps
 * happening, if anybody says so, and finds the cause as seldom.
 */
final class Person {
  /** How often a person finds the cause and removes it. */
  static final double FOR_GOOD = 0.2;

  /** The same of what was only read: {@code -Dfleet.reads=0} if nobody reads. */
  private static final double READS =
      Double.parseDouble(System.getProperty("fleet.reads", "" + FOR_GOOD));

  /** Who has looked for a cause in vain does not look again before. */
  private static final double WEEK = 7;

  private static final double HOUR = 1 / 24.0;

  /** Nobody calls for what is shorter. */
  private static final double NOTICED_AFTER = HOUR / 12;

  private static final Pattern PROBLEM = Pattern.compile("([a-z_]+):(\\S+)");

  private final FleetHost host;
  private final Set<String> visits = new HashSet<>();
  private final Map<String, Double> lookedAt = new HashMap<>();

  Person(FleetHost host) {
    this.host = host;
  }

  interface Mends {
    void mend(boolean forGood);
  }

  /** Somebody has noticed, and comes when there is time. */
  void notices(Trouble trouble, String component, Mends mends) {
    double since = host.ledger().withoutSince(trouble, component);
    if (since >= 0 && host.now() - since >= NOTICED_AFTER) {
      comes(
          component,
          () -> {
            if (host.ledger().withoutSince(trouble, component) >= 0) {
              mends.mend(host.draw("cause " + component) < FOR_GOOD);
            }
          });
    }
  }

  /** What was told of a problem that keeps happening. */
  void reads(String message) {
    Matcher problem = PROBLEM.matcher(message);
    if (problem.find()) {
      boolean disk = problem.group(1).endsWith("disk_full");
      boolean memory = problem.group(1).endsWith("memory_high");
      String name = problem.group(2);
      if (host.now() - lookedAt.getOrDefault(name, -WEEK) < WEEK) {
        return;
      }
      lookedAt.put(name, host.now());
      comes(
          "told " + name,
          () -> {
            if (host.draw("told cause " + name) >= READS) {
              return;
            }
            if (disk) {
              host.disk().rotated();
            } else if (memory) {
              host.memory().leaking(0.02).ifPresent(host.memory()::mended);
            } else {
              host.cured(name);
            }
          });
    }
  }

  private void comes(String what, Runnable then) {
    if (!visits.add(what)) {
      return;
    }
    double hour = (host.now() % 1) * 24;
    double chance = host.draw("person " + what);
    double delay =
        hour >= 8 && hour < 18
            ? HOUR * (1 / 3.0 + chance * 8 / 3)
            : HOUR * ((hour < 8 ? 8 : 32) - hour + 2 * chance);
    host.happens(
        delay,
        "a person",
        () -> {
          visits.remove(what);
          then.run();
        });
  }
}
