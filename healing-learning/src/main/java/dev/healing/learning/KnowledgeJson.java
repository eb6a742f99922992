package dev.healing.learning;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.healing.api.HostException;
import dev.healing.spi.StateStore.Text;
import java.io.IOException;
import java.io.Reader;
import java.io.StringReader;
import java.nio.CharBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.SortedMap;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.core.exc.JacksonIOException;

/** The files' text to values and back. Pure; throws {@link BadKnowledgeException} only. */
final class KnowledgeJson {
  /** A million outcomes a second for 35 years; far below what a count may grow to. */
  private static final long MOST_BELIEVED = 1L << 50;

  static final String END = "\n]}";

  /** What Jackson says of its own methods. */
  private static final Pattern OF_A_CLASS =
      Pattern.compile(", from `[^`]*`| \\((start marker|for \\w+ starting) at .*\\)$");

  private KnowledgeJson() {}

  /**
   * All but the problems, of which one line each follows, and then {@link #END}.
   *
   * @param leftOut how many do not follow
   */
  static String begin(
      KnowledgeFile file, SortedMap<String, SortedMap<String, Imported>> seeds, int leftOut) {
    StringBuilder text = new StringBuilder(8192);
    text.append("{\n\"version\":").append(file.version());
    text.append(",\n\"folded\":").append(file.folded());
    if (file.id() != null) {
      member(text, "id", file.id());
    }
    member(text, "statistics", file.statistics());
    member(text, "calibration", file.calibration());
    member(text, "lending", file.lending());
    member(text, "doubts", file.doubts());
    member(text, "imports", file.imports());
    member(text, "seeds", seeds);
    member(text, "standings", file.standings());
    member(text, "months", file.months());
    member(text, "vicinity", file.vicinity());
    if (leftOut > 0) {
      member(text, "leftOut", leftOut);
    }
    return text.append(",\n\"problems\":[").toString();
  }

  /** To be read by people, and no larger than need be. */
  static String line(KnownProblem problem, boolean first) {
    return (first ? "\n" : ",\n") + Writing.text(problem);
  }

  private static void member(StringBuilder text, String name, Object value) {
    text.append(",\n\"").append(name).append("\":").append(Writing.text(value));
  }

  static JournalLine line(String text) {
    try {
      JournalLine line = Kind.object(JournalLine::read).of("the line", Json.value(text));
      requireBelievable("seq", line.seq());
      return line;
    } catch (JacksonException | IllegalArgumentException | ArithmeticException e) {
      throw bad(e);
    }
  }

  /** Everything else in the files is at most that, so that counting on never ends in an error. */
  static void requireBelievable(String name, long seq) {
    if (seq > MOST_BELIEVED) {
      throw new BadKnowledgeException(name + " is " + seq + ": expected at most " + MOST_BELIEVED);
    }
  }

  /** How many it takes in UTF-8. */
  static long bytes(String text) {
    long bytes = text.length();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      bytes += c < 0x80 ? 0 : c < 0x800 || Character.isSurrogate(c) ? 1 : 2;
    }
    return bytes;
  }

  /** The same for the same text. */
  static String digest(String text) {
    try {
      return digest(() -> new StringReader(text));
    } catch (IOException e) {
      throw new IllegalStateException("memory can always be read", e);
    }
  }

  /** The same for the same text. */
  static String digest(Text text) throws IOException {
    MessageDigest sha = sha();
    CharBuffer piece = CharBuffer.allocate(1 << 13);
    try (Reader in = text.open()) {
      while (in.read(piece) >= 0) {
        boolean half = Character.isHighSurrogate(piece.get(piece.position() - 1));
        int end = piece.position() - (half ? 1 : 0);
        piece.flip();
        sha.update(UTF_8.encode(piece.duplicate().limit(end)));
        piece.position(end);
        piece.compact();
      }
    }
    return shortened(sha);
  }

  private static MessageDigest sha() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  private static String shortened(MessageDigest sha) {
    return HexFormat.of().formatHex(sha.digest(), 0, 16);
  }

  /** In our own words, where they are, and without names of methods. */
  static BadKnowledgeException bad(RuntimeException e) {
    if (e instanceof JacksonIOException io) {
      throw new HostException(String.valueOf(io.getOriginalMessage()), io);
    }
    if (e instanceof JacksonException json) {
      String message = String.valueOf(json.getOriginalMessage());
      return new BadKnowledgeException(OF_A_CLASS.matcher(message).replaceAll(""));
    }
    return e instanceof BadKnowledgeException bad
        ? bad
        : new BadKnowledgeException(String.valueOf(e.getMessage()));
  }

  /** The text is no knowledge of ours; the message says why not. Never leaves this package. */
  static final class BadKnowledgeException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    /** On one line, whatever is quoted of a file. */
    BadKnowledgeException(String message) {
      super(message.replaceAll("[\\p{Cc}\\p{Cf}]+", " "));
    }
  }
}
