package dev.healing.core.journal;

import com.google.common.collect.Lists;
import dev.healing.api.ActionId;
import dev.healing.api.Fingerprint;
import dev.healing.api.HealingException;
import dev.healing.api.IssueType;
import dev.healing.api.Outcome;
import dev.healing.api.Receipt;
import dev.healing.core.journal.Timeline.Reading;
import dev.healing.spi.ActionHistory;
import dev.healing.spi.StateStore;
import dev.healing.spi.TimeSource;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.node.ObjectNode;

/**
 * The journal: an intent before every action, a mark after it; and so the memory that the limits
 * are counted from.
 *
 * <p>Kinds of line: {@code {"intent":…}}, {@code {"done":…}}; {@code {"clock":…}} whenever the host
 * has booted or its wall clock has jumped, which {@link Timeline} needs to tell ages; and {@code
 * {"rejected":…}}, {@code {"handedOver":…}} and {@code {"over":…}} of problems; and {@code
 * {"asked":…}} and {@code {"answered":…}} of what a person is asked about one.
 *
 * <p>It belongs to the engine's thread; only as {@link ActionHistory} it may be asked by guards on
 * others.
 */
public final class Journal implements ActionHistory {
  /** The longest time that a limit is counted over, unless configured longer. */
  private static final Duration COUNTED = Duration.ofHours(24);

  /** The file that it is kept in. */
  public static final String FILE = "intents.jsonl";

  private static final long COMPACT_BYTES = 8L << 20;

  private final StateStore store;
  private final TimeSource time;
  private final Timeline timeline;
  private final Starts starts;
  private final Map<String, Intent> open = new LinkedHashMap<>();
  private final Problems problems = new Problems(this::mark);
  private final List<String> damaged = new ArrayList<>();
  private final List<Line> unwritten = new ArrayList<>();
  private long compactAt = COMPACT_BYTES;

  /** A line to be written; only what an intent is about to begin has that intent. */
  private record Line(Optional<String> intent, Consumer<JsonGenerator> members) {
    String text() {
      return Json.line(members);
    }
  }

  /** Reads what was written before. */
  public Journal(StateStore store, TimeSource time) {
    this.store = store;
    this.time = time;
    timeline = new Timeline(time);
    starts = new Starts(timeline);
    for (String line : read()) {
      try {
        replay(Json.parse(line));
      } catch (RuntimeException e) {
        damaged.add(FILE + ": a line that is whole makes no sense: " + e.getMessage());
      }
    }
    noteTheClock();
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
   * What is wrong with the file or where it is, one line each. If anything is, the limits cannot be
   * counted and nothing may be done.
   */
  public List<String> damaged() {
    return damaged.isEmpty() ? store.trouble().stream().toList() : damaged;
  }

  /**
   * Notes that something is missing if the newest receipts tell of starts that the journal doesn't
   * know.
   *
   * @param newest receipts, newest first
   * @param from the file that they are in
   */
  public void compareWith(List<Receipt> newest, String from) {
    Instant lately = time.now().minus(COUNTED);
    for (Receipt receipt : newest) {
      boolean counted = receipt.startedAt().filter(at -> at.isAfter(lately)).isPresent();
      if (counted && !starts.knows(receipt.id())) {
        damaged.add(
            FILE
                + " in "
                + store.location()
                + " does not know of "
                + receipt.id()
                + ", which was started "
                + receipt.startedAt().orElseThrow()
                + ": it was removed or cut. To start anew, move it and "
                + from
                + " away");
        return;
      }
    }
  }

  /** Notes that it cannot be compared with this file, so that nobody knows whether it is whole. */
  public void distrust(String unreadable, HealingException why) {
    String wrong =
        unreadable
            + " cannot be read, so whether "
            + FILE
            + " is whole cannot be known ("
            + why.getMessage()
            + "): mend that and restart; or, to start anew, move both away";
    if (!damaged.contains(wrong)) { // it may be asked for several things
      damaged.add(wrong);
    }
  }

  /** Intents without a mark after them: we cannot know whether they were carried out. */
  public Collection<Intent> open() {
    return List.copyOf(open.values());
  }

  /** Adds an intent. It counts at once, but may be acted on only after {@link #commit}. */
  public synchronized void add(Intent intent) {
    Reading now = timeline.now();
    starts.add(intent, now);
    starts.forgetTheOld();
    open.put(intent.id(), intent);
    problems.attempted(intent);
    unwritten.add(new Line(Optional.of(intent.id()), json -> intent.write(json, now)));
  }

  /** Adds the mark that an intent is done with. */
  public synchronized void close(Receipt receipt) {
    open.remove(receipt.id());
    starts.ended(receipt.id(), receipt.outcome());
    mark(
        json -> {
          json.writeStringProperty("done", receipt.id());
          json.writeStringProperty("outcome", receipt.outcome().name());
        });
  }

  /** What people were asked and have said about problems. */
  public Problems problems() {
    return problems;
  }

  private synchronized void mark(Consumer<JsonGenerator> members) {
    unwritten.add(new Line(Optional.empty(), members));
  }

  /**
   * Makes all that was added durable, with one fsync, and with it that the clock has jumped. Cheap
   * if there is nothing to write.
   *
   * @throws HealingException if it cannot; the intents that were added since the last commit are
   *     then forgotten, and must not be acted on
   */
  public synchronized void commit() {
    noteTheClock();
    if (unwritten.isEmpty()) {
      return;
    }
    try {
      store.append(FILE, Lists.transform(unwritten, Line::text));
      unwritten.clear();
    } catch (HealingException e) {
      takeBack();
      throw e;
    } catch (RuntimeException e) { // our own fault, which would come again with every commit
      String why = FILE + ": what was to be written makes no line: " + e;
      takeBack(); // an intent that makes no line is not acted on, and nothing else is lost
      if (dropWhatMakesNoLine()) {
        damaged.add(why);
      }
      throw new HealingException(why, e);
    }
    compactIfLarge();
  }

  /** Leaves what can be written for the next time. Says whether a mark was lost. */
  private boolean dropWhatMakesNoLine() {
    return unwritten.removeIf(
        line -> {
          try {
            line.text();
            return false;
          } catch (RuntimeException e) {
            return true;
          }
        });
  }

  /** Forgets the intents that were added since the last commit; they must not be acted on. */
  public synchronized void takeBack() {
    // Marks are kept and tried again; intents that never were are not.
    for (Line line : unwritten) {
      line.intent().ifPresent(starts::takeBack);
      line.intent().ifPresent(open::remove);
    }
    unwritten.removeIf(line -> line.intent().isPresent());
  }

  /** Has the clock's jumps written down, if there is anything whose age depends on them. */
  private void noteTheClock() {
    Reading now = timeline.now();
    if (!starts.isEmpty() && timeline.add(now)) {
      mark(json -> now.write(json, "clock"));
    }
  }

  @Override
  public synchronized List<Entry> within(Duration window) {
    return starts.within(window);
  }

  @Override
  public synchronized List<Entry> within(Duration window, int most) {
    return starts.within(window, most);
  }

  @Override
  public synchronized Optional<Entry> last(ActionId action, String target) {
    return starts.last(action, target);
  }

  @Override
  public synchronized Optional<Entry> lastWorse(IssueType type, ActionId action) {
    return starts.lastWorse(type, action);
  }

  @Override
  public synchronized List<Entry> of(Fingerprint fingerprint, Duration window) {
    return starts.of(fingerprint, window);
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
    List<String> started = new ArrayList<>();
    for (String line : lines.lines()) {
      String intent = line.split("\"", 5)[3]; // {"intent":"…" or {"done":"…", as we wrote it
      if (starts.knows(intent) || open.containsKey(intent)) {
        started.add(line);
      }
    }
    List<String> kept = withClocks(started);
    kept.addAll(problems.lines());
    store.rewrite(FILE, kept);
  }

  /** Before what is kept, what is known of its boots: lines that told it may be gone. */
  private List<String> withClocks(List<String> kept) {
    if (kept.isEmpty()) {
      return new ArrayList<>();
    }
    String oldest = Json.parse(kept.get(0)).path("boot").asString();
    List<String> all = new ArrayList<>();
    timeline.since(oldest).forEach(reading -> all.add(line(reading)));
    all.addAll(kept);
    return all;
  }

  private void replay(ObjectNode node) {
    if (node.has("clock")) {
      timeline.add(Reading.of(node, "clock"));
      return;
    }
    if (problems.replay(node)) {
      return;
    }
    if (node.has("done")) {
      String id = node.path("done").asString();
      open.remove(id);
      starts.ended(id, Outcome.valueOf(node.path("outcome").asString()));
      return;
    }
    Reading at = Reading.of(node, "at");
    Intent intent = Intent.of(node, at.wall());
    open.put(intent.id(), intent);
    problems.attempted(intent);
    timeline.add(at);
    starts.add(intent, at);
  }

  private static String line(Reading reading) {
    return Json.line(json -> reading.write(json, "clock"));
  }
}
