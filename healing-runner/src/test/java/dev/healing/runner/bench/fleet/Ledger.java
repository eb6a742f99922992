package dev.healing.runner.bench.fleet;

import dev.healing.api.ActionId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** What really happened on hosts, by the hidden truth: troubles, what users saw, what was done. */
final class Ledger {
  /** Within so many days the same trouble on the same host is the same again. */
  static final double AGAIN_DAYS = 30;

  /** What is back so soon had not ended: it is one incident, however often it was mended. */
  static final double ENDED_DAYS = 1 / 24.0;

  private static final double SECOND = 1 / 86_400.0;

  /** What can be wrong. */
  enum Trouble {
    SERVICE,
    MEMORY,
    DISK
  }

  /** Numbers of one kind of trouble. */
  static final class Count {
    long incidents;
    long recurring;
    long visible;
    long outages;
    double visibleHours;

    void add(Count other) {
      incidents += other.incidents;
      recurring += other.recurring;
      visible += other.visible;
      outages += other.outages;
      visibleHours += other.visibleHours;
    }
  }

  /** Numbers of one kind of action. */
  static final class Deeds {
    long done;
    long needless;
    long inVain;

    void add(Deeds other) {
      done += other.done;
      needless += other.needless;
      inVain += other.inVain;
    }
  }

  private long nanos;
  private final Map<Trouble, Count> counts = new TreeMap<>();
  private final Map<String, Count> causes = new TreeMap<>();
  private final Map<String, String> causeOf = new HashMap<>();
  private final Map<String, Deeds> deeds = new TreeMap<>();
  private final Map<String, Double> ended = new HashMap<>();
  private final Set<String> seen = new HashSet<>();
  private final Map<String, Double> open = new HashMap<>();
  private final Map<String, Double> invisible = new HashMap<>();

  Count count(Trouble trouble) {
    return counts.computeIfAbsent(trouble, t -> new Count());
  }

  /** Of all actions on this occasion, such as "predicted: clean_disk". */
  Map<String, Deeds> deeds() {
    return deeds;
  }

  /** The same by trouble and what was behind it, such as "DISK logs". */
  Map<String, Count> causes() {
    return causes;
  }

  private Count cause(String trouble, String cause) {
    return causes.computeIfAbsent(trouble + " " + cause, c -> new Count());
  }

  /** Something is wrong from now on, unless it is already, or was a moment ago. */
  void begins(Trouble trouble, String component, String cause, double now) {
    String what = trouble + component;
    if (goesOn(what, now)) {
      open.putIfAbsent(what, now);
      return;
    }
    open.put(what, now);
    seen.remove(what);
    causeOf.put(what, cause);
    Double last = ended.get(what);
    for (Count count : List.of(count(trouble), cause(trouble.name(), cause))) {
      count.incidents++;
      count.recurring += last != null && now - last <= AGAIN_DAYS ? 1 : 0;
    }
  }

  private boolean goesOn(String what, double now) {
    return open.containsKey(what) || now - ended.getOrDefault(what, -1.0) <= ENDED_DAYS;
  }

  /** It is over. */
  void ends(Trouble trouble, String component, double now) {
    if (open.remove(trouble + component) != null) {
      ended.put(trouble + component, now);
    }
  }

  /** Users are without it from now on. */
  void without(Trouble trouble, String component, double now) {
    invisible.putIfAbsent(trouble + component, now);
  }

  /** Since when users are without it; negative if they are not. */
  double withoutSince(Trouble trouble, String component) {
    return invisible.getOrDefault(trouble + component, -1.0);
  }

  /** Users have it again. */
  void back(Trouble trouble, String component, double now) {
    Double since = invisible.remove(trouble + component);
    if (since != null) {
      gap(trouble, component, causeOf.getOrDefault(trouble + component, "?"), now, now - since);
    }
  }

  /** Users were, or will be, without it for so long: at most once in an incident it is seen. */
  void gap(Trouble trouble, String component, String cause, double now, double days) {
    String what = trouble + component;
    boolean outage = days > SECOND;
    boolean first = outage && (!goesOn(what, now) || seen.add(what));
    for (Count count : List.of(count(trouble), cause(trouble.name(), cause))) {
      count.visible += first ? 1 : 0;
      count.outages += outage ? 1 : 0;
      count.visibleHours += days * 24;
    }
  }

  /** Something was done. */
  void done(String occasion, ActionId action, boolean needless, boolean inVain) {
    Deeds all = deeds.computeIfAbsent(occasion + ": " + action, o -> new Deeds());
    all.done++;
    all.needless += needless ? 1 : 0;
    all.inVain += inVain ? 1 : 0;
  }

  /** The time is over. */
  void close(double now) {
    for (String still : List.copyOf(invisible.keySet())) {
      for (Trouble trouble : Trouble.values()) {
        if (still.startsWith(trouble.name())) {
          back(trouble, still.substring(trouble.name().length()), now);
        }
      }
    }
  }

  /** Of processor time, but that of actions at work. */
  void took(long more) {
    nanos += more;
  }

  long nanos() {
    return nanos;
  }

  synchronized void add(Ledger other) {
    nanos += other.nanos;
    other.counts.forEach((trouble, count) -> count(trouble).add(count));
    other.causes.forEach((what, c) -> causes.computeIfAbsent(what, o -> new Count()).add(c));
    other.deeds.forEach((what, done) -> deeds.computeIfAbsent(what, o -> new Deeds()).add(done));
  }

  Count all() {
    Count all = new Count();
    new ArrayList<>(counts.values()).forEach(all::add);
    return all;
  }

  Deeds allDeeds() {
    Deeds all = new Deeds();
    deeds.values().forEach(all::add);
    return all;
  }
}
