package dev.healing.learning;

import dev.healing.api.ActionId;
import dev.healing.api.Confidence;
import dev.healing.api.Fingerprint;
import dev.healing.api.HealingException;
import dev.healing.api.HostException;
import dev.healing.api.Incident;
import dev.healing.api.IssueType;
import dev.healing.api.Outcome;
import dev.healing.api.Pattern;
import dev.healing.api.Receipt;
import dev.healing.api.Recovery;
import dev.healing.api.SelfRecovery;
import dev.healing.api.Standing;
import dev.healing.spi.KnowledgeBase;
import dev.healing.spi.StateStore;
import dev.healing.spi.TimeSource;
import java.io.StringReader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The knowledge base on disk; see the package for how its files play together.
 *
 * <p>Nothing is read before the first use, and nothing is written before the first record, so that
 * a configuration can be checked and knowledge shown while a daemon uses the same files.
 *
 * <p>Two locks: {@code writing} is held by whoever changes files, {@code this} only while tallies
 * are looked at or changed. A look-up never waits for the disk.
 */
final class JsonKnowledgeBase implements KnowledgeBase {
  static final String FILE = "knowledge.json";
  static final String JOURNAL = "knowledge.journal.jsonl";

  /** What was folded into the newest {@link #FILE}: for the day that it is damaged. */
  static final String OLD_JOURNAL = "knowledge.journal.old.jsonl";

  /** The journal is folded in when it has this many lines, or as many as there are problems. */
  static final int LEAST_LINES = 1_000;

  private final StateStore store;
  private final TimeSource time;
  private final int mostProblems;
  private final long mostBytes;
  private final KnowledgeJournal journal;

  private final Object writing = new Object();
  private final List<String> problems = new ArrayList<>();
  private @Nullable Ledger ledger;

  /** Why the files could not even be read; then they are left as they are. */
  private @Nullable HostException unreadable;

  JsonKnowledgeBase(StateStore store, TimeSource time, int mostProblems, int leastLines) {
    this(store, time, mostProblems, leastLines, KnowledgeReader.mostWritten(mostProblems));
  }

  /**
   * With this many bytes at most for {@link #FILE}, a sixth of them for {@link #JOURNAL}, and twice
   * as many in memory.
   */
  JsonKnowledgeBase(
      StateStore store, TimeSource time, int mostProblems, int leastLines, long mostBytes) {
    this.store = store;
    this.time = time;
    this.mostProblems = mostProblems;
    this.mostBytes = mostBytes;
    this.journal = new KnowledgeJournal(store, leastLines, mostBytes, this::text, this::known);
  }

  @Override
  public synchronized Confidence confidence(Fingerprint fingerprint, ActionId action) {
    return ledger().confidence(fingerprint, action.name(), time.now());
  }

  @Override
  public synchronized Optional<SelfRecovery> selfRecovery(
      Fingerprint fingerprint, Duration soFar, Duration most) {
    return Optional.of(ledger().selfRecovery(fingerprint, soFar, most));
  }

  @Override
  public synchronized Optional<Standing> standing(IssueType type, ActionId action) {
    return ledger().standing(type, action.name());
  }

  @Override
  public synchronized String export() {
    return export(Integer.MAX_VALUE);
  }

  @Override
  public synchronized String export(int newest) {
    StringBuilder text = new StringBuilder();
    export(newest, text::append);
    return text.toString();
  }

  @Override
  public synchronized void export(Consumer<String> to) {
    export(Integer.MAX_VALUE, to);
  }

  private void export(int newest, Consumer<String> to) {
    Ledger known = ledger();
    if (unreadable != null) {
      throw new HostException(String.valueOf(unreadable.getMessage()), unreadable);
    }
    known.newest(newest, to);
  }

  /** As much as this process can write beside it, and the next one read. */
  private synchronized List<String> text() {
    return ledger().text(mostBytes);
  }

  private synchronized long known() {
    return ledger().size();
  }

  @Override
  public synchronized List<String> problems() {
    ledger();
    List<String> all = new ArrayList<>(problems);
    journal.trouble().ifPresent(all::add);
    return List.copyOf(all);
  }

  @Override
  public void record(Collection<Receipt> receipts) {
    List<Receipt> attempts =
        receipts.stream()
            .filter(r -> r.outcome() != Outcome.NOT_ATTEMPTED)
            .filter(r -> r.outcome() == Outcome.WORSE || !r.isOpportunity())
            .toList();
    remember(attempts, JournalLine::of);
  }

  @Override
  public void recovered(Collection<Recovery> recoveries) {
    remember(recoveries, JournalLine::of);
  }

  @Override
  public void ended(Collection<Incident> incidents) {
    remember(incidents, JournalLine::of);
  }

  @Override
  public synchronized List<Pattern> patterns() {
    return ledger().patterns(time.now());
  }

  private <T> void remember(Collection<T> outcomes, Numbered<T> numbered) {
    synchronized (writing) {
      List<String> lines = count(outcomes, numbered);
      if (lines.isEmpty()) {
        return;
      }
      if (unreadable != null) {
        throw new HostException(
            unreadable.getMessage()
                + " "
                + lines.size()
                + " outcomes are remembered until the next start only");
      }
      journal.write(lines);
    }
  }

  @Override
  public List<String> adopt(String document, String from) {
    Adoption adoption = Adoption.of(document, from, time.now());
    List<String> told;
    synchronized (writing) {
      synchronized (this) {
        Ledger known = readable();
        known.adopt(adoption);
        told = adoption.elsewhere().told();
        if (known.folded() == 0 && adoption.elsewhere().source() != null) {
          told.add(
              "nothing was seen here yet: if that is this host's own knowledge, of before it was"
                  + " installed anew or moved, restore it instead, and all of it counts as seen here");
        }
      }
      journal.writeAll();
    }
    return told;
  }

  @Override
  public List<String> restore(String document, String from) {
    String name = Adoption.shortened(from);
    Ledger restored;
    try {
      restored =
          KnowledgeReader.ledger(() -> new StringReader(document), mostProblems, 2 * mostBytes);
    } catch (KnowledgeJson.BadKnowledgeException e) {
      throw new HealingException(
          name + " is no export that can be restored: " + e.getMessage() + ". Nothing is changed.");
    }
    List<String> told = restored.told(name);
    synchronized (writing) {
      synchronized (this) {
        Ledger known = readable();
        if (known.folded() > 0) {
          throw new HealingException(
              name
                  + " is not restored: here "
                  + known.amount()
                  + " are known, which would be lost: move "
                  + store.location()
                  + "/knowledge.* away to restore it all the same. Nothing is changed.");
        }
        known.imported().forEach(gone -> told.add("what was imported since is gone: " + gone));
        ledger = restored;
      }
      journal.writeAll();
    }
    return told;
  }

  /** What is known, if it could be read. */
  private synchronized Ledger readable() {
    Ledger known = ledger();
    if (unreadable != null) {
      throw new HostException(unreadable.getMessage() + " Nothing is imported.");
    }
    return known;
  }

  /** Makes a line of an outcome. */
  private interface Numbered<T> {
    JournalLine line(long seq, T outcome);
  }

  /** Counts what came of it, and gives the lines to be written about it. */
  private synchronized <T> List<String> count(Collection<T> outcomes, Numbered<T> numbered) {
    List<String> lines = new ArrayList<>();
    try {
      for (T outcome : outcomes) {
        JournalLine line = numbered.line(ledger().folded() + 1, outcome);
        ledger().count(line);
        lines.add(Writing.text(line));
      }
    } catch (RuntimeException e) {
      journal.behind(); // those before it are counted, and will not be written one by one
      throw e;
    }
    return lines;
  }

  @Override
  public void close() {
    synchronized (writing) {
      journal.close();
    }
  }

  private Ledger ledger() {
    Ledger known = ledger;
    if (known == null) {
      known = read();
      ledger = known;
    }
    return known;
  }

  private Ledger read() {
    KnowledgeReader reader = new KnowledgeReader(store, time, mostProblems, 2 * mostBytes);
    try {
      Ledger read = reader.read();
      journal.goOn(reader.linesInJournal(), reader.bytesInJournal(), read.size());
      problems.addAll(reader.problems());
      return read;
    } catch (HostException e) {
      // Writing now could put next to nothing in the place of everything.
      String why =
          "knowledge base: its files in "
              + store.location()
              + " cannot be read and are left alone: "
              + e.getMessage()
              + "; see that they can be read, and start again.";
      unreadable = new HostException(why, e);
      problems.add(why);
      return Ledger.empty(mostProblems, 2 * mostBytes);
    }
  }
}
