package dev.healing.core;

import dev.healing.api.ActionId;
import dev.healing.api.Fingerprint;
import dev.healing.api.HealingException;
import dev.healing.api.Origin;
import dev.healing.api.Outcome;
import dev.healing.api.Receipt;
import dev.healing.spi.ActionHistory;
import dev.healing.spi.StateStore;
import dev.healing.spi.TimeSource;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * The journal: an intent before every action, a mark after it; and so the memory that the limits
 * are counted from.
 *
 * <p>Each start is stamped with the boot and its monotonic time besides wall time. Within one boot
 * ages come from the monotonic clock, which nobody can set. For a start in an earlier boot the age
 * is what the wall clock says, but at least the time since this boot: a clock that was set back
 * makes limits stricter, never looser. Nor does a start that was stamped by a clock that ran behind
 * count as older than one before it. (Across a reboot a clock that jumped ahead cannot be told from
 * a host that was switched off.)
 *
 * <p>Not safe for several threads: it belongs to the engine's.
 */
final class Journal implements ActionHistory {
  /** How long a start is remembered. */
  static final Duration REMEMBERED = Duration.ofHours(48);

  /** The longest time that a limit is counted over, unless configured longer. */
  private static final Duration COUNTED = Duration.ofHours(24);

  /** How many starts are remembered at most; no limit that is counted may be larger. */
  static final int MOST = 20_000;

  static final String FILE = "intents.jsonl";
  private static final long COMPACT_BYTES = 8L << 20;

  private static final class Start {
    final String intent;
    final ActionId action;
    final String target;
    final Fingerprint fingerprint;
    final Instant at;
    final String boot;
    final long monotonicNanos;
    @Nullable Outcome outcome;

    Start(
        String intent,
        ActionId action,
        String target,
        Fingerprint fingerprint,
        Instant at,
        String boot,
        long monotonicNanos) {
      this.intent = intent;
      this.action = action;
      this.target = target;
      this.fingerprint = fingerprint;
      this.at = at;
      this.boot = boot;
      this.monotonicNanos = monotonicNanos;
    }

    String similarity() {
      return action + " " + target;
    }
  }

  private final StateStore store;
  private final TimeSource time;
  private final Deque<Start> starts = new ArrayDeque<>();
  private final Map<String, Start> byIntent = new HashMap<>();
  private final Map<String, Start> lastSimilar = new HashMap<>();
  private final Map<Fingerprint, Deque<Start>> byFingerprint = new HashMap<>();
  private final Map<String, Intent> open = new LinkedHashMap<>();
  private final List<String> damaged = new ArrayList<>();
  private final List<String> unwritten = new ArrayList<>();
  private final List<Start> uncommitted = new ArrayList<>();
  private long compactAt = COMPACT_BYTES;

  /** Reads what was written before. */
  Journal(StateStore store, TimeSource time) {
    this.store = store;
    this.time = time;
    for (String line : read()) {
      try {
        replay(EngineJson.parse(line));
      } catch (RuntimeException e) {
        damaged.add(FILE + ": a line that is whole makes no sense: " + e.getMessage());
      }
    }
    forgetTheOld();
  }

  private List<String> read() {
    try {
      StateStore.Lines lines = store.lines(FILE);
      damaged.addAll(lines.damaged());
      return lines.lines();
    } catch (HealingException e) {
      damaged.add(FILE + " cannot be read: " + e.getMessage());
      return List.of();
    }
  }

  /**
   * What is wrong with the file, one line each. If anything is, the limits cannot be counted and
   * nothing may be done.
   */
  List<String> damaged() {
    return damaged;
  }

  /**
   * Notes that something is missing if the newest receipts tell of starts that the journal doesn't
   * know.
   *
   * @param newest receipts, newest first
   */
  void compareWith(List<Receipt> newest) {
    Instant lately = time.now().minus(COUNTED);
    for (Receipt receipt : newest) {
      boolean counted = receipt.startedAt().filter(at -> at.isAfter(lately)).isPresent();
      if (counted && !byIntent.containsKey(receipt.id())) {
        damaged.add(
            FILE
                + " in "
                + store.location()
                + " does not know of "
                + receipt.id()
                + ", which was started "
                + receipt.startedAt().orElseThrow()
                + ": it was removed or cut. To start anew, move it and "
                + Audit.FILE
                + " away");
        return;
      }
    }
  }

  /** Intents without a mark after them: we cannot know whether they were carried out. */
  Collection<Intent> open() {
    return List.copyOf(open.values());
  }

  /** Adds an intent. It counts at once, but may be acted on only after {@link #commit}. */
  void add(Intent intent) {
    Start start =
        new Start(
            intent.id(),
            intent.action(),
            intent.target(),
            intent.issue().fingerprint(),
            intent.at(),
            time.bootId(),
            time.monotonicNanos());
    remember(start);
    open.put(intent.id(), intent);
    uncommitted.add(start);
    unwritten.add(line(intent, start));
  }

  /** Adds the mark that an intent is done with. */
  void close(Receipt receipt) {
    open.remove(receipt.id());
    Start start = byIntent.get(receipt.id());
    if (start != null) {
      start.outcome = receipt.outcome();
    }
    unwritten.add(
        EngineJson.line(
            json -> {
              json.writeStringProperty("done", receipt.id());
              json.writeStringProperty("outcome", receipt.outcome().name());
            }));
  }

  /**
   * Makes all that was added durable, with one fsync.
   *
   * @throws HealingException if it cannot; the intents that were added since the last commit are
   *     then forgotten, and must not be acted on
   */
  void commit() {
    if (unwritten.isEmpty()) {
      return;
    }
    try {
      store.append(FILE, unwritten);
      uncommitted.clear();
      unwritten.clear();
    } catch (HealingException e) {
      for (Start start : uncommitted) {
        takeBack(start);
      }
      // Marks are kept and tried again; intents that never were are not.
      unwritten.removeIf(line -> EngineJson.parse(line).has("intent"));
      uncommitted.clear();
      throw e;
    }
    compactIfLarge();
  }

  private void takeBack(Start start) {
    forget(start);
    starts.remove(start);
    open.remove(start.intent);
    starts.stream()
        .filter(before -> before.similarity().equals(start.similarity()))
        .forEach(before -> lastSimilar.put(before.similarity(), before));
  }

  @Override
  public List<Entry> within(Duration window) {
    return within(window, Integer.MAX_VALUE);
  }

  @Override
  public List<Entry> within(Duration window, int most) {
    return newest(starts, window, most);
  }

  private List<Entry> newest(Deque<Start> oldestFirst, Duration window, int most) {
    List<Entry> entries = new ArrayList<>();
    Iterator<Start> newest = oldestFirst.descendingIterator();
    while (entries.size() < most && newest.hasNext()) {
      Entry entry = entry(newest.next());
      if (entry.age().compareTo(window) >= 0) {
        break; // what is before it is older still
      }
      entries.add(entry);
    }
    return entries;
  }

  @Override
  public Optional<Entry> last(ActionId action, String target) {
    return Optional.ofNullable(lastSimilar.get(action + " " + target)).map(this::entry);
  }

  @Override
  public List<Entry> of(Fingerprint fingerprint, Duration window) {
    Deque<Start> same = byFingerprint.getOrDefault(fingerprint, new ArrayDeque<>());
    return newest(same, window, Integer.MAX_VALUE);
  }

  private Entry entry(Start start) {
    return new Entry(
        start.intent,
        start.action,
        start.target,
        start.fingerprint,
        Optional.ofNullable(start.outcome),
        age(start));
  }

  private Duration age(Start start) {
    long sinceBoot = time.monotonicNanos();
    if (start.boot.equals(time.bootId())) {
      return Duration.ofNanos(Math.max(0, sinceBoot - start.monotonicNanos));
    }
    Duration byWall = Duration.between(start.at, time.now());
    Duration atLeast = Duration.ofNanos(sinceBoot);
    return byWall.compareTo(atLeast) > 0 ? byWall : atLeast;
  }

  private void remember(Start start) {
    starts.addLast(start);
    byIntent.put(start.intent, start);
    lastSimilar.put(start.similarity(), start);
    byFingerprint.computeIfAbsent(start.fingerprint, f -> new ArrayDeque<>()).addLast(start);
    forgetTheOld();
  }

  private void forgetTheOld() {
    while (!starts.isEmpty()
        && (starts.size() > MOST || age(starts.getFirst()).compareTo(REMEMBERED) > 0)) {
      forget(starts.removeFirst());
    }
  }

  private void forget(Start start) {
    byIntent.remove(start.intent);
    lastSimilar.remove(start.similarity(), start);
    Deque<Start> same = byFingerprint.get(start.fingerprint);
    if (same != null) {
      same.remove(start);
      if (same.isEmpty()) {
        byFingerprint.remove(start.fingerprint);
      }
    }
  }

  /** Drops what is no longer remembered. What was committed stays so if this fails. */
  private void compactIfLarge() {
    try {
      if (damaged.isEmpty() && store.size(FILE) >= compactAt) {
        compact();
        compactAt = store.size(FILE) * 2 + COMPACT_BYTES;
      }
    } catch (HealingException e) {
      compactAt += COMPACT_BYTES; // tried again when there is more to gain
    }
  }

  private void compact() {
    StateStore.Lines lines = store.lines(FILE);
    if (!lines.damaged().isEmpty()) {
      damaged.addAll(lines.damaged()); // rewriting would wipe away that something is missing
      return;
    }
    List<String> kept = new ArrayList<>();
    for (String line : lines.lines()) {
      String intent = line.split("\"", 5)[3]; // {"intent":"…" or {"done":"…", as we wrote it
      if (byIntent.containsKey(intent) || open.containsKey(intent)) {
        kept.add(line);
      }
    }
    store.rewrite(FILE, kept);
  }

  private void replay(ObjectNode node) {
    if (node.has("done")) {
      String id = node.path("done").asString();
      open.remove(id);
      Start start = byIntent.get(id);
      if (start != null) {
        start.outcome = Outcome.valueOf(node.path("outcome").asString());
      }
      return;
    }
    Intent intent =
        new Intent(
            node.required("intent").asString(),
            node.required("incident").asString(),
            EngineJson.issue(node.required("issue")),
            Instant.parse(node.required("detectedAt").asString()),
            ActionId.of(node.required("action").asString()),
            node.required("target").asString(),
            Origin.valueOf(node.required("origin").asString()),
            node.required("confidence").asDouble(),
            Duration.ofMillis(node.required("settlingMillis").asLong()),
            EngineJson.texts(node.required("steps")),
            Instant.parse(node.required("at").asString()));
    open.put(intent.id(), intent);
    remember(
        new Start(
            intent.id(),
            intent.action(),
            intent.target(),
            intent.issue().fingerprint(),
            notBeforeTheLast(intent.at()),
            node.required("boot").asString(),
            node.required("monotonicNanos").asLong()));
  }

  /** Starts are written in order: a clock that runs behind is not believed. */
  private Instant notBeforeTheLast(Instant at) {
    return starts.isEmpty() || at.isAfter(starts.getLast().at) ? at : starts.getLast().at;
  }

  private static String line(Intent intent, Start start) {
    return EngineJson.line(
        json -> {
          json.writeStringProperty("intent", intent.id());
          json.writeStringProperty("incident", intent.incident());
          json.writeStringProperty("action", intent.action().name());
          json.writeStringProperty("target", intent.target());
          json.writeStringProperty("origin", intent.origin().name());
          EngineJson.instant(json, "at", intent.at());
          json.writeStringProperty("boot", start.boot);
          json.writeNumberProperty("monotonicNanos", start.monotonicNanos);
          EngineJson.instant(json, "detectedAt", intent.detectedAt());
          json.writeNumberProperty("confidence", intent.confidence());
          json.writeNumberProperty("settlingMillis", intent.settling().toMillis());
          EngineJson.texts(json, "steps", intent.steps());
          EngineJson.object(json, "issue", issue -> EngineJson.write(issue, intent.issue()));
        });
  }
}
