package dev.healing.learning;

import dev.healing.api.HostException;
import dev.healing.spi.StateStore;
import dev.healing.spi.TimeSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

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

  /** Bytes of a line of a journal; a key may need six for a character. */
  private static final int LONGEST_LINE = 8 * Json.LONGEST;

  private static final String COPY = "the copy before " + JsonKnowledgeBase.FILE;

  private static final DateTimeFormatter STAMP =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

  private final StateStore store;
  private final TimeSource time;
  private final int mostProblems;
  private final long mostInMemory;
  private final List<String> problems = new ArrayList<>();
  private long linesInJournal;
  private long bytesInJournal;

  /**
   * To read them once.
   *
   * @param mostInMemory bytes that what is known may take, about
   */
  KnowledgeReader(StateStore store, TimeSource time, int mostProblems, long mostInMemory) {
    this.mostInMemory = mostInMemory;
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
    Ledger read = newestGood();
    if (read.crowdedOut() > 0) {
      problems.add(
          JsonKnowledgeBase.FILE
              + ": problems left out, those seen least lately, since there is no memory for them: "
              + read.crowdedOut()
              + "; HEALING_JAVA_OPTIONS=-Xmx"
              + (Runtime.getRuntime().maxMemory() >> 19)
              + "m has room for twice as many");
    }
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

  /**
   * How large the document may become, in bytes. Who writes it has it in memory beside all that it
   * is about, which takes twice as much; and what is a third of all memory is not read again.
   */
  static long mostWritten(int mostProblems) {
    return Math.min(mostBytes(mostProblems), Runtime.getRuntime().maxMemory() / 15 * 4);
  }

  /** What became of a document: all that it says, or why it is none of ours. */
  private record Read(@Nullable Ledger ledger, String why, OptionalInt version) {}

  private Ledger newestGood() {
    if (!setAsideIfHuge(JsonKnowledgeBase.FILE, mostBytes(mostProblems))) {
      return copyBefore();
    }
    for (int tries = 0; tries < MOST_SET_ASIDE; tries++) {
      StateStore.Made<Read> made = store.document(JsonKnowledgeBase.FILE, this::read);
      made.problem().ifPresent(problems::add);
      if (made.made().isEmpty()) {
        return nothing();
      }
      Read read = made.made().get();
      if (read.ledger() != null) {
        return read.ledger();
      }
      if (!store.exists(JsonKnowledgeBase.FILE)) {
        problems.add(COPY + " is no good either: " + read.why());
        return nothing();
      }
      if (!setAside(read)) {
        return copyBefore();
      }
    }
    return nothing();
  }

  private Ledger nothing() {
    return Ledger.empty(mostProblems, mostInMemory);
  }

  /**
   * All that a document says. Throws {@link KnowledgeJson.BadKnowledgeException} if it is none of
   * ours.
   *
   * @param mostInMemory bytes that it may take, about
   */
  static Ledger ledger(StateStore.Text text, int mostProblems, long mostInMemory) {
    return KnowledgeDocument.read(
        text,
        true,
        (file, seeds) -> new Ledger(file, seeds, mostProblems, mostInMemory),
        Ledger::add);
  }

  private Read read(StateStore.Text text) {
    try {
      return new Read(ledger(text, mostProblems, mostInMemory), "", OptionalInt.empty());
    } catch (KnowledgeJson.BadKnowledgeException e) {
      return new Read(null, String.valueOf(e.getMessage()), KnowledgeDocument.version(text));
    }
  }

  /** For who only looks. */
  private Ledger copyBefore() {
    Read read = store.copyBefore(JsonKnowledgeBase.FILE, this::read).orElse(null);
    if (read != null && read.ledger() == null) {
      problems.add(COPY + " is no good either: " + read.why());
    }
    return read == null || read.ledger() == null ? nothing() : read.ledger();
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
  private boolean setAside(Read read) {
    if (read.version().isPresent() && read.version().getAsInt() > KnowledgeFile.VERSION) {
      int version = read.version().getAsInt();
      return renamed(
          JsonKnowledgeBase.FILE,
          JsonKnowledgeBase.FILE + ".version-" + version,
          JsonKnowledgeBase.FILE
              + " has version "
              + version
              + " and this program knows version "
              + KnowledgeFile.VERSION,
          "; use the newer program, or go on with what is learned from now on");
    }
    return renamed(
        JsonKnowledgeBase.FILE,
        JsonKnowledgeBase.FILE + ".damaged-" + STAMP.format(time.now()),
        JsonKnowledgeBase.FILE + " makes no sense: " + read.why(),
        "");
  }

  /** Who only looks leaves it where it is, and looks past it. */
  private boolean renamed(String file, String name, String problem, String advice) {
    String aside = name;
    try {
      for (int i = 2; store.exists(aside); i++) {
        aside = name + "-" + i; // nothing that was set aside is ever lost
      }
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
    Replay replay = new Replay(into);
    problems.addAll(store.lines(journal, LONGEST_LINE, replay::line));
    replay.tell(journal);
    bytesInJournal = replay.bytes;
    return replay.lines;
  }

  /** Counts line after line. */
  private final class Replay {
    private final Ledger into;
    private long lines;
    private long bytes;
    private long missing;
    private long senseless;
    private String first = "";

    Replay(Ledger into) {
      this.into = into;
    }

    void line(String text) {
      lines++;
      bytes += KnowledgeJson.bytes(text);
      try {
        JournalLine line = KnowledgeJson.line(text);
        if (line.key().length() <= Json.LONGEST && line.seq() > into.folded()) {
          missing += line.seq() - into.folded() - 1;
          into.count(line);
        }
      } catch (KnowledgeJson.BadKnowledgeException e) {
        first = senseless == 0 ? String.valueOf(e.getMessage()) : first;
        senseless++;
      }
    }

    void tell(String journal) {
      if (missing > 0) {
        problems.add(journal + ": outcomes missing before or among its lines: " + missing);
      }
      if (senseless > 0) {
        problems.add(
            journal + ": lines left out as senseless: " + senseless + ", the first: " + first);
      }
    }
  }
}
