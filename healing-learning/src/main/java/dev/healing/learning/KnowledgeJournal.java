package dev.healing.learning;

import dev.healing.api.HostException;
import dev.healing.spi.StateStore;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * When what was learned is written, and where: outcomes are appended to a journal, which is folded
 * into the document now and then. Who writes holds a lock of his own; only {@link #trouble} may be
 * asked by anybody.
 */
final class KnowledgeJournal {
  private final StateStore store;
  private final int leastLines;
  private final long mostBytes;
  private final Supplier<List<String>> document;
  private final LongSupplier problems;

  private long lines;
  private long foldAt;
  private long bytes;
  private long foldAtBytes;

  /** Whether there are outcomes in the journal that the document has not counted. */
  private boolean unfolded;

  /** Whether there are outcomes in memory that the journal does not have. */
  private boolean behind;

  /** What went wrong with the newest write; gone with the next one that works. */
  private volatile @Nullable String trouble;

  /**
   * With nothing in it.
   *
   * @param leastLines it is folded in when it has this many lines, or as many as there are problems
   * @param mostBytes or a sixth of this many
   * @param document all that is known, in parts
   * @param problems how many are known
   */
  KnowledgeJournal(
      StateStore store,
      int leastLines,
      long mostBytes,
      Supplier<List<String>> document,
      LongSupplier problems) {
    this.store = store;
    this.leastLines = leastLines;
    this.mostBytes = mostBytes;
    this.document = document;
    this.problems = problems;
    this.foldAtBytes = mostBytes / 6;
  }

  /** Goes on behind what was read. */
  void goOn(long linesRead, long bytesRead, long problemsRead) {
    lines = linesRead;
    bytes = bytesRead;
    foldAt = Math.max(leastLines, problemsRead);
  }

  /** What went wrong with the newest write. */
  Optional<String> trouble() {
    return Optional.ofNullable(trouble);
  }

  /** There is in memory what will not be written line by line. */
  void behind() {
    behind = true;
  }

  /**
   * Writes what came of something; folds when there is enough.
   *
   * @throws HostException if it could not; it is written with the next
   */
  void write(List<String> more) {
    try {
      if (behind) {
        // A line now would leave a gap before it. The whole document has no gaps.
        fold();
      } else {
        store.append(JsonKnowledgeBase.JOURNAL, more);
        lines += more.size();
        bytes += more.stream().mapToLong(KnowledgeJson::bytes).sum();
        unfolded = true;
        trouble = null;
      }
    } catch (HostException e) {
      behind = true;
      throw failed("the newest outcomes are in memory only, since they could not be written", e);
    }
    if (lines >= foldAt || bytes >= foldAtBytes) {
      foldNowOrLater();
    }
  }

  /**
   * Writes all, of which much is new.
   *
   * @throws HostException if it could not; it is written with the next outcome
   */
  void writeAll() {
    behind = true; // until it is in the document
    try {
      fold();
    } catch (HostException e) {
      throw failed("what was imported is in memory only, since it could not be written", e);
    }
  }

  private HostException failed(String what, HostException e) {
    String message =
        "knowledge base: "
            + what
            + " to "
            + store.location()
            + ": "
            + e.getMessage()
            + "; it is written with the next outcome";
    trouble = message;
    return new HostException(message, e);
  }

  /** For when all is safe in the journal: then a failure costs nothing but room. */
  private void foldNowOrLater() {
    try {
      fold();
    } catch (HostException e) {
      foldAt = lines + enough();
      foldAtBytes = bytes + mostBytes / 6;
      trouble =
          "knowledge base: "
              + JsonKnowledgeBase.JOURNAL
              + " could not be folded into "
              + JsonKnowledgeBase.FILE
              + ": "
              + e.getMessage()
              + "; nothing is lost, it is tried again later";
    }
  }

  /**
   * Writes all that is known into the document and starts a new journal. A crash after the first
   * step leaves a journal whose lines are all counted, which the sequence numbers tell.
   */
  private void fold() {
    store.replace(JsonKnowledgeBase.FILE, document.get());
    behind = false;
    unfolded = false;
    if (store.exists(JsonKnowledgeBase.JOURNAL)) {
      store.rename(JsonKnowledgeBase.JOURNAL, JsonKnowledgeBase.OLD_JOURNAL);
    }
    lines = 0;
    bytes = 0;
    foldAt = enough();
    foldAtBytes = mostBytes / 6;
    trouble = null;
  }

  /** As many lines as make writing the whole document worth it, so that a record stays O(1). */
  private long enough() {
    return Math.max(leastLines, problems.getAsLong());
  }

  /** Folds what is not folded yet. */
  void close() {
    if (behind) {
      fold();
    } else if (unfolded) {
      foldNowOrLater();
    }
  }
}
