package dev.healing.learning;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.healing.api.HostException;
import dev.healing.spi.StateStore.Text;
import java.io.IOException;
import java.io.Reader;
import java.io.StringReader;
import java.nio.CharBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.SortedMap;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.exc.JacksonIOException;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.ObjectWriter;
import tools.jackson.databind.deser.std.StdDeserializer;
import tools.jackson.databind.exc.InvalidFormatException;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.module.SimpleModule;

/** The files' text to values and back. Pure; throws {@link BadKnowledgeException} only. */
final class KnowledgeJson {
  /** A million outcomes a second for 35 years; far below what a count may grow to. */
  private static final long MOST_BELIEVED = 1L << 50;

  static final String END = "\n]}";

  /** Characters of a name or a text: nothing of ours has more. */
  static final int LONGEST = 20_000;

  /**
   * Whatever a file says, no more is kept of it while it is read than what is asked for. Names are
   * not remembered from one to the next: there may be as many as the file has room for.
   */
  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .disable(TokenStreamFactory.Feature.CANONICALIZE_PROPERTY_NAMES)
          .streamReadConstraints(constraints(LONGEST))
          .build();

  static final JsonMapper MAPPER =
      JsonMapper.builder(FACTORY)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .addModule(new SimpleModule().addDeserializer(Instant.class, new AsWritten()))
          .changeDefaultPropertyInclusion(
              usual -> usual.withValueInclusion(JsonInclude.Include.NON_NULL))
          .build();

  /** Times in text, as they are written; Jackson would take 1e1000000000 for the year 1970. */
  private static final class AsWritten extends StdDeserializer<Instant> {
    AsWritten() {
      super(Instant.class);
    }

    @Override
    public Instant deserialize(JsonParser parser, DeserializationContext context) {
      String name = parser.currentName();
      String text = parser.getString();
      try {
        if (parser.hasToken(JsonToken.VALUE_STRING)) {
          return Instant.parse(text);
        }
      } catch (DateTimeException e) {
        // Said below, in our words.
      }
      throw new BadKnowledgeException(
          "%s is '%.40s': expected a time such as '2026-11-24T10:00:00Z'".formatted(name, text));
    }
  }

  /** What Jackson says of its own methods. */
  private static final Pattern OF_A_CLASS =
      Pattern.compile(", from `[^`]*`| \\(start marker at .*\\)$");

  private static final ObjectReader LINES = MAPPER.readerFor(JournalLine.class);
  private static final ObjectWriter LINE_WRITER = MAPPER.writerFor(JournalLine.class);

  private KnowledgeJson() {}

  static StreamReadConstraints constraints(int longestText) {
    return StreamReadConstraints.builder()
        .maxNestingDepth(50)
        .maxNumberLength(100)
        .maxNameLength(LONGEST)
        .maxStringLength(longestText)
        .build();
  }

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
    return (first ? "\n" : ",\n") + MAPPER.writeValueAsString(problem);
  }

  private static void member(StringBuilder text, String name, Object value) {
    text.append(",\n\"").append(name).append("\":").append(MAPPER.writeValueAsString(value));
  }

  static String text(JournalLine line) {
    return LINE_WRITER.writeValueAsString(line);
  }

  static JournalLine line(String text) {
    try {
      JournalLine line = LINES.readValue(text);
      if (line == null) {
        throw new BadKnowledgeException("expected a JSON object");
      }
      requireBelievable("seq", line.seq());
      return line;
    } catch (JacksonException e) {
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

  /** In our own words, where they are: without the names of classes around them. */
  static BadKnowledgeException bad(JacksonException e) {
    if (e instanceof JacksonIOException io) {
      throw new HostException(String.valueOf(io.getOriginalMessage()), io);
    }
    for (Throwable why = e.getCause(); why != null; why = why.getCause()) {
      if (why instanceof IllegalArgumentException || why instanceof ArithmeticException) {
        return new BadKnowledgeException(String.valueOf(why.getMessage()));
      }
    }
    if (e instanceof InvalidFormatException value) {
      return new BadKnowledgeException(
          "'" + Adoption.shortened(String.valueOf(value.getValue())) + "' is none of its values");
    }
    String message = String.valueOf(e.getOriginalMessage());
    return new BadKnowledgeException(OF_A_CLASS.matcher(message).replaceAll(""));
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
