package dev.healing.learning;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.OptionalInt;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.ObjectWriter;
import tools.jackson.databind.json.JsonMapper;

/** The files' text to values and back. Pure; throws {@link BadKnowledgeException} only. */
final class KnowledgeJson {
  /** A million outcomes a second for 35 years; far below what a count may grow to. */
  private static final long MOST_BELIEVED = 1L << 50;

  static final String END = "\n]}";

  private static final JsonMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .changeDefaultPropertyInclusion(
              usual -> usual.withValueInclusion(JsonInclude.Include.NON_NULL))
          .build();
  private static final ObjectReader FILES = MAPPER.readerFor(KnowledgeFile.class);
  private static final ObjectReader OLD_FILES = MAPPER.readerFor(Version1.class);
  private static final ObjectReader LINES = MAPPER.readerFor(JournalLine.class);
  private static final ObjectWriter LINE_WRITER = MAPPER.writerFor(JournalLine.class);

  private KnowledgeJson() {}

  /** All but the problems, of which one line each follows, and then {@link #END}. */
  static String begin(KnowledgeFile file) {
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
    member(text, "seeds", file.seeds());
    member(text, "standings", file.standings());
    member(text, "months", file.months());
    member(text, "vicinity", file.vicinity());
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

  static KnowledgeFile file(String text) {
    boolean old = version(text).orElse(KnowledgeFile.VERSION) == Version1.VERSION;
    KnowledgeFile file = old ? newest(read(OLD_FILES, text)) : read(FILES, text);
    requireBelievable("folded", file.folded());
    return file;
  }

  private static KnowledgeFile newest(Version1 file) {
    try {
      return file.newest();
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw new BadKnowledgeException(String.valueOf(e.getMessage()));
    }
  }

  static JournalLine line(String text) {
    JournalLine line = read(LINES, text);
    requireBelievable("seq", line.seq());
    return line;
  }

  /** Everything else in the files is at most that, so that counting on never ends in an error. */
  private static void requireBelievable(String name, long seq) {
    if (seq > MOST_BELIEVED) {
      throw new BadKnowledgeException(name + " is " + seq + ": expected at most " + MOST_BELIEVED);
    }
  }

  /**
   * The version that the document says it has; absent if it says none. Reads no further than to
   * there, since a newer schema may have anything behind it.
   */
  static OptionalInt version(String text) {
    try (JsonParser parser = MAPPER.createParser(text)) {
      parser.nextToken();
      while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
        boolean found = "version".equals(parser.currentName());
        JsonToken value = parser.nextToken();
        if (found) {
          return value == JsonToken.VALUE_NUMBER_INT
              ? OptionalInt.of(parser.getIntValue())
              : OptionalInt.empty();
        }
        parser.skipChildren();
      }
      return OptionalInt.empty();
    } catch (JacksonException e) {
      return OptionalInt.empty();
    }
  }

  /** Any document. */
  static JsonNode tree(String text) {
    try {
      return MAPPER.readTree(text);
    } catch (JacksonException e) {
      throw new BadKnowledgeException(e.getOriginalMessage());
    }
  }

  /** The same for the same document. */
  static String digest(String text) {
    try {
      byte[] sha = MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8));
      return HexFormat.of().formatHex(sha, 0, 16);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  private static <T> T read(ObjectReader reader, String text) {
    T value;
    try {
      value = reader.readValue(text);
    } catch (JacksonException e) {
      Throwable why = e.getCause(); // ours, without the names of classes around it
      throw new BadKnowledgeException(
          why instanceof IllegalArgumentException
              ? String.valueOf(why.getMessage())
              : e.getOriginalMessage());
    }
    if (value == null) {
      throw new BadKnowledgeException("expected a JSON object");
    }
    return value;
  }

  /** The text is no knowledge of ours; the message says why not. Never leaves this package. */
  static final class BadKnowledgeException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    BadKnowledgeException(String message) {
      super(message);
    }
  }
}
