package dev.healing.learning;

import java.util.OptionalInt;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.ObjectWriter;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** The files' text to values and back. Pure; throws {@link BadKnowledgeException} only. */
final class KnowledgeJson {
  /** A million outcomes a second for 35 years; far below what a count may grow to. */
  private static final long MOST_BELIEVED = 1L << 50;

  private static final JsonMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .build();
  private static final ObjectReader FILES = MAPPER.readerFor(KnowledgeFile.class);
  private static final ObjectWriter FILE_WRITER =
      MAPPER.writerFor(KnowledgeFile.class).with(SerializationFeature.INDENT_OUTPUT);
  private static final ObjectReader LINES = MAPPER.readerFor(JournalLine.class);
  private static final ObjectWriter LINE_WRITER = MAPPER.writerFor(JournalLine.class);

  private KnowledgeJson() {}

  static String text(KnowledgeFile file) {
    return FILE_WRITER.writeValueAsString(file);
  }

  static String text(JournalLine line) {
    return LINE_WRITER.writeValueAsString(line);
  }

  static KnowledgeFile file(String text) {
    KnowledgeFile file = read(FILES, text);
    requireBelievable("folded", file.folded());
    return file;
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

  private static <T> T read(ObjectReader reader, String text) {
    T value;
    try {
      value = reader.readValue(text);
    } catch (JacksonException e) {
      throw new BadKnowledgeException(e.getOriginalMessage());
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
