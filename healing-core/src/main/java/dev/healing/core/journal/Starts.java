package dev.healing.core.journal;

import dev.healing.api.ActionId;
import dev.healing.api.Fingerprint;
import dev.healing.api.IssueType;
import dev.healing.api.Outcome;
import dev.healing.core.journal.Timeline.Reading;
import dev.healing.spi.ActionHistory;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The starts that limits are counted from, in memory. */
public final class Starts implements ActionHistory {
  /** How long a start is remembered. */
  public static final Duration REMEMBERED = Duration.ofHours(48);

  /** How many are remembered at most; no limit that is counted may be larger. */
  public static final int MOST = 20_000;

  private static final class Start {
    final String intent;
    final ActionId action;
    final String target;
    final Fingerprint fingerprint;
    final boolean opportunity;
    final Reading at;
    Optional<Outcome> outcome = Optional.empty();

    Start(Intent intent, Reading at) {
      this.intent = intent.id();
      this.action = intent.action();
      this.target = intent.target();
      this.fingerprint = intent.issue().fingerprint();
      this.opportunity = intent.issue().isOpportunity();
      this.at = at;
    }

    String similarity() {
      return action + " " + target;
    }

    String harm() {
      return Starts.harm(fingerprint.type(), action);
    }
  }

  private final Timeline timeline;
  private final Deque<Start> oldestFirst = new ArrayDeque<>();
  private final Map<String, Start> byIntent = new HashMap<>();
  private final Map<String, Start> lastSimilar = new HashMap<>();
  private final Map<String, Start> lastWorse = new HashMap<>();
  private final Map<Fingerprint, Deque<Start>> byFingerprint = new HashMap<>();

  Starts(Timeline timeline) {
    this.timeline = timeline;
  }

  /** Adds the newest. */
  void add(Intent intent, Reading at) {
    Start start = new Start(intent, at);
    oldestFirst.addLast(start);
    byIntent.put(start.intent, start);
    lastSimilar.put(start.similarity(), start);
    byFingerprint.computeIfAbsent(start.fingerprint, f -> new ArrayDeque<>(2)).addLast(start);
  }

  /** Notes what came of a start, if it is remembered. Where nothing was done there was none. */
  void ended(String intent, Outcome outcome) {
    Start start = byIntent.get(intent);
    if (start != null) {
      start.outcome = Optional.of(outcome);
      if (outcome == Outcome.NOT_ATTEMPTED) {
        takeBack(intent);
      } else if (outcome == Outcome.WORSE) {
        lastWorse.put(start.harm(), start);
      }
    }
  }

  private static String harm(IssueType type, ActionId action) {
    return type + " " + action;
  }

  boolean knows(String intent) {
    return byIntent.containsKey(intent);
  }

  boolean isEmpty() {
    return oldestFirst.isEmpty();
  }

  /** Forgets one that never was. */
  void takeBack(String intent) {
    Start start = byIntent.get(intent);
    if (start == null) {
      return;
    }
    oldestFirst.remove(start);
    forget(start);
    oldestFirst.stream()
        .filter(before -> before.similarity().equals(start.similarity()))
        .forEach(before -> lastSimilar.put(before.similarity(), before));
  }

  void forgetTheOld() {
    while (!oldestFirst.isEmpty()
        && timeline.age(oldestFirst.getFirst().at).compareTo(REMEMBERED) > 0) {
      forget(oldestFirst.removeFirst());
    }
    // Of few actions a day the limit is by the day, however many others there are.
    Iterator<Start> tooMany = oldestFirst.iterator();
    while (oldestFirst.size() > MOST) {
      Start start = tooMany.next();
      if (!start.action.equals(ActionId.ROLLBACK_GENERATION)) {
        tooMany.remove();
        forget(start);
      }
    }
  }

  private void forget(Start start) {
    byIntent.remove(start.intent);
    lastSimilar.remove(start.similarity(), start);
    if (start.outcome.equals(Optional.of(Outcome.WORSE))) {
      lastWorse.remove(start.harm(), start);
    }
    Deque<Start> same = byFingerprint.get(start.fingerprint);
    if (same != null) {
      same.remove(start);
      if (same.isEmpty()) {
        byFingerprint.remove(start.fingerprint);
      }
    }
  }

  @Override
  public List<Entry> within(Duration window) {
    return within(window, Integer.MAX_VALUE);
  }

  @Override
  public List<Entry> within(Duration window, int most) {
    return newest(oldestFirst, window, most);
  }

  @Override
  public Optional<Entry> last(ActionId action, String target) {
    return Optional.ofNullable(lastSimilar.get(action + " " + target)).map(this::entry);
  }

  @Override
  public Optional<Entry> lastWorse(IssueType type, ActionId action) {
    return Optional.ofNullable(lastWorse.get(harm(type, action))).map(this::entry);
  }

  @Override
  public List<Entry> of(Fingerprint fingerprint, Duration window) {
    Deque<Start> same = byFingerprint.get(fingerprint);
    return same == null ? List.of() : newest(same, window, Integer.MAX_VALUE);
  }

  private List<Entry> newest(Deque<Start> some, Duration window, int most) {
    List<Entry> entries = new ArrayList<>();
    Iterator<Start> newestFirst = some.descendingIterator();
    while (entries.size() < most && newestFirst.hasNext()) {
      Entry entry = entry(newestFirst.next());
      if (entry.age().compareTo(window) >= 0) {
        break; // what is before it is older still
      }
      entries.add(entry);
    }
    return entries;
  }

  private Entry entry(Start start) {
    return new Entry(
        start.intent,
        start.action,
        start.target,
        start.fingerprint,
        start.opportunity,
        start.outcome,
        timeline.age(start.at));
  }
}
