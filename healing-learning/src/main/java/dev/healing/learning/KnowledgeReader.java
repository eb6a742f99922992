package dev.healing.learning;

import dev.healing.api.HostException;
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

  /** Bytes: it is read as a whole, beside all that is known, and folded long before. */
  private static final long MOST_OF_A_JOURNAL = Runtime.getRuntime().maxMemory() / 8;

  private static final String COPY = "the copy before " + JsonKnowledgeBase.FILE;

  private static final DateTimeFormatter STAMP =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

  private final StateStore store;
  private final TimeSource time;
  private final int mostProblems;
  private final List<String> problems = new ArrayList<>();
  private long linesInJournal;
  private long bytesInJournal;

  KnowledgeReader(StateStore store, TimeSource time, int mostProblems) {
    this.store = store;
    this.time = time;
    this.mostProblems = mostProblems;
  }

  /**
   * Everything in the files.
   *
   * @throws HostException if they cannot be read at all
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

  long bytesInJournal() {
    return bytesInJournal;
  }

  /** About as many as they take on disk. */
  static long bytes(List<String> parts) {
    return parts.stream().mapToLong(String::length).sum();
  }

  /**
   * How large the document may become, in bytes. Who writes it has it in memory beside all that it
   * is about, which takes twice as much; and what is a third of all memory is not read again.
   */
  static long mostWritten(int mostProblems) {
    return Math.min(mostBytes(mostProblems), Runtime.getRuntime().maxMemory() / 15 * 4);
  }

  private KnowledgeFile newestGood() {
    if (!setAsideIfHuge(JsonKnowledgeBase.FILE, mostBytes(mostProblems))) {
      return copyBefore();
    }
    for (int tries = 0; tries < MOST_SET_ASIDE; tries++) {
      StateStore.Document document = store.document(JsonKnowledgeBase.FILE);
      document.problem().ifPresent(problems::add);
      if (document.content().isEmpty()) {
        return KnowledgeFile.EMPTY;
      }
      String content = document.content().get();
      try {
        return file(content);
      } catch (KnowledgeJson.BadKnowledgeException e) {
        if (!store.exists(JsonKnowledgeBase.FILE)) {
          problems.add(COPY + " is no good either: " + e.getMessage());
          return KnowledgeFile.EMPTY;
        }
        if (!setAside(content, String.valueOf(e.getMessage()))) {
          return copyBefore();
        }
      }
    }
    return KnowledgeFile.EMPTY;
  }

  private static KnowledgeFile file(String content) {
    return KnowledgeJson.file(content).identified(content);
  }

  /** For who only looks. */
  private KnowledgeFile copyBefore() {
    try {
      return store
          .copyBefore(JsonKnowledgeBase.FILE)
          .map(KnowledgeReader::file)
          .orElse(KnowledgeFile.EMPTY);
    } catch (KnowledgeJson.BadKnowledgeException e) {
      problems.add(COPY + " is no good either: " + e.getMessage());
      return KnowledgeFile.EMPTY;
    }
  }

  private static long mostBytes(int mostProblems) {
    return LARGEST + LARGEST_PROBLEM * mostProblems;
  }

  /**
   * What is far larger than we would ever write is not ours, and would take all memory.
   *
   * @return false if it is still there
   */
  private boolean setAsideIfHuge(String file, long most) {
    long size = store.exists(file) ? store.size(file) : 0;
    return size <= most
        || renamed(
            file,
            file + ".huge-" + STAMP.format(time.now()),
            file + " has " + size + " bytes: expected at most " + most,
            "");
  }

  /** Gives a file that is whole and yet no good another name; false if it is still there. */
  private boolean setAside(String content, String why) {
    OptionalInt version = KnowledgeJson.version(content);
    if (version.isPresent() && version.getAsInt() > KnowledgeFile.VERSION) {
      return renamed(
          JsonKnowledgeBase.FILE,
          JsonKnowledgeBase.FILE + ".version-" + version.getAsInt(),
          JsonKnowledgeBase.FILE
              + " has version "
              + version.getAsInt()
              + " and this program knows version "
              + KnowledgeFile.VERSION,
          "; use the newer program, or go on with what is learned from now on");
    }
    return renamed(
        JsonKnowledgeBase.FILE,
        JsonKnowledgeBase.FILE + ".damaged-" + STAMP.format(time.now()),
        JsonKnowledgeBase.FILE + " makes no sense: " + why,
        "");
  }

  /** Who only looks leaves it where it is, and looks past it. */
  private boolean renamed(String file, String aside, String problem, String advice) {
    try {
      store.rename(file, aside);
    } catch (HostException e) {
      problems.add(problem + ": left out, and left where it is: " + e.getMessage());
      return false;
    }
    problems.add(problem + ": set aside as " + aside + advice);
    return true;
  }

  /** Counts the lines that are not counted yet; gives how many lines there are. */
  private long replay(String journal, Ledger into) {
    if (!setAsideIfHuge(journal, Math.min(mostBytes(mostProblems), MOST_OF_A_JOURNAL))) {
      return 0;
    }
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
    bytesInJournal = bytes(lines.lines());
    return lines.lines().size();
  }
}
