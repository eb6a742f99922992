package dev.healing.learning;

import dev.healing.spi.StateStore;
import dev.healing.spi.TimeSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/**
 * Reads the files of the knowledge base, for once. What is damaged, makes no sense or is too large
 * is set aside by name, and the copy before it and the journals are used.
 */
final class KnowledgeReader {
  /** More than one damaged file in a row is possible; more than these are not set aside at once. */
  private static final int MOST_SET_ASIDE = 3;

  /** Bytes, and those for each problem. */
  private static final long LARGEST = 64 << 20;

  private static final long LARGEST_PROBLEM = 4 << 10;

  private static final DateTimeFormatter STAMP =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

  private final StateStore store;
  private final TimeSource time;
  private final int mostProblems;
  private final List<String> problems = new ArrayList<>();
  private long linesInJournal;

  KnowledgeReader(StateStore store, TimeSource time, int mostProblems) {
    this.store = store;
    this.time = time;
    this.mostProblems = mostProblems;
  }

  /**
   * Everything in the files.
   *
   * @throws dev.healing.api.HostException if they cannot be read at all
   */
  Ledger read() {
    Ledger read = new Ledger(newestGood(), mostProblems);
    replay(JsonKnowledgeBase.OLD_JOURNAL, read);
    linesInJournal = replay(JsonKnowledgeBase.JOURNAL, read);
    return read;
  }

  /** What was wrong with them, one line each. */
  List<String> problems() {
    return problems;
  }

  long linesInJournal() {
    return linesInJournal;
  }

  private KnowledgeFile newestGood() {
    setAsideIfHuge(JsonKnowledgeBase.FILE);
    for (int tries = 0; tries < MOST_SET_ASIDE; tries++) {
      StateStore.Document document = store.document(JsonKnowledgeBase.FILE);
      document.problem().ifPresent(problems::add);
      if (document.content().isEmpty()) {
        return KnowledgeFile.EMPTY;
      }
      String content = document.content().get();
      try {
        return KnowledgeJson.file(content).identified(content);
      } catch (KnowledgeJson.BadKnowledgeException e) {
        if (!setAside(content, String.valueOf(e.getMessage()))) {
          return KnowledgeFile.EMPTY;
        }
      }
    }
    return KnowledgeFile.EMPTY;
  }

  /** What is far larger than we would ever write is not ours, and would take all memory. */
  private void setAsideIfHuge(String file) {
    long most = LARGEST + LARGEST_PROBLEM * mostProblems;
    long size = store.exists(file) ? store.size(file) : 0;
    if (size > most) {
      String aside = file + ".huge-" + STAMP.format(time.now());
      store.rename(file, aside);
      problems.add(
          file + " has " + size + " bytes: expected at most " + most + ": set aside as " + aside);
    }
  }

  /** Gives a file that is whole and yet no good another name; false if there is no such file. */
  private boolean setAside(String content, String why) {
    if (!store.exists(JsonKnowledgeBase.FILE)) {
      problems.add(JsonKnowledgeBase.FILE + ": the copy before it is no good either: " + why);
      return false;
    }
    OptionalInt version = KnowledgeJson.version(content);
    boolean newer = version.isPresent() && version.getAsInt() > KnowledgeFile.VERSION;
    String aside =
        newer
            ? JsonKnowledgeBase.FILE + ".version-" + version.getAsInt()
            : JsonKnowledgeBase.FILE + ".damaged-" + STAMP.format(time.now());
    store.rename(JsonKnowledgeBase.FILE, aside);
    problems.add(
        newer
            ? JsonKnowledgeBase.FILE
                + " has version "
                + version.getAsInt()
                + " and this program knows version "
                + KnowledgeFile.VERSION
                + ": set aside as "
                + aside
                + "; use the newer program, or go on with what is learned from now on"
            : JsonKnowledgeBase.FILE + " makes no sense: " + why + ": set aside as " + aside);
    return true;
  }

  /** Counts the lines that are not counted yet; gives how many lines there are. */
  private long replay(String journal, Ledger into) {
    setAsideIfHuge(journal);
    StateStore.Lines lines = store.lines(journal);
    problems.addAll(lines.damaged());
    long missing = 0;
    List<String> senseless = new ArrayList<>();
    for (String text : lines.lines()) {
      try {
        JournalLine line = KnowledgeJson.line(text);
        if (line.seq() > into.folded()) {
          missing += line.seq() - into.folded() - 1;
          into.count(line);
        }
      } catch (KnowledgeJson.BadKnowledgeException e) {
        senseless.add(e.getMessage());
      }
    }
    if (missing > 0) {
      problems.add(journal + ": outcomes missing before or among its lines: " + missing);
    }
    if (!senseless.isEmpty()) {
      problems.add(
          journal
              + ": lines left out as senseless: "
              + senseless.size()
              + ", the first: "
              + senseless.get(0));
    }
    return lines.lines().size();
  }
}
