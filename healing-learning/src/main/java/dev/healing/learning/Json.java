package dev.healing.learning;

import dev.healing.learning.KnowledgeJson.BadKnowledgeException;
import java.io.Reader;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.json.JsonFactory;

/**
 * Reads JSON as values, by Jackson's stream, as {@link Writing} writes them: an ObjectMapper does
 * both, and keeps nine hundred classes more in the memory of every daemon.
 *
 * <p>An object is read as {@link Members}, an array as a list, and the others as String, Boolean,
 * Long or Double, BigInteger or BigDecimal where those are too small, and null.
 */
final class Json {
  /** Characters of a name or a text: nothing of ours has more. */
  static final int LONGEST = 20_000;

  /**
   * Whatever a file says, no more is kept of it while it is read than what is asked for. Names are
   * not remembered from one to the next: there may be as many as the file has room for.
   */
  static final JsonFactory FACTORY =
      JsonFactory.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .disable(TokenStreamFactory.Feature.CANONICALIZE_PROPERTY_NAMES)
          .streamReadConstraints(constraints(LONGEST))
          .build();

  private Json() {}

  static StreamReadConstraints constraints(int longestText) {
    return StreamReadConstraints.builder()
        .maxNestingDepth(50)
        .maxNumberLength(100)
        .maxNameLength(LONGEST)
        .maxStringLength(longestText)
        .build();
  }

  static JsonParser parser(JsonFactory factory, Reader in) {
    return factory.createParser(ObjectReadContext.empty(), in);
  }

  /** A text that is one value. */
  static @Nullable Object value(String text) {
    try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), text)) {
      parser.nextToken();
      Object value = value(parser, false);
      if (parser.nextToken() != null) {
        throw new BadKnowledgeException("expected nothing behind the JSON value");
      }
      return value;
    }
  }

  /**
   * The value that begins with the parser's token, up to its last.
   *
   * @param exact whether a fraction is given as BigDecimal, as it is written
   */
  static @Nullable Object value(JsonParser parser, boolean exact) {
    JsonToken token = parser.currentToken();
    if (token == null) {
      throw new BadKnowledgeException("expected a JSON value, and there is nothing");
    }
    return switch (token) {
      case START_OBJECT -> {
        Members members = new Members();
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
          String name = parser.currentName();
          parser.nextToken();
          if (!members.add(name, value(parser, exact))) {
            throw new BadKnowledgeException(Adoption.shortened(name) + " is there twice");
          }
        }
        yield members;
      }
      case START_ARRAY -> {
        List<@Nullable Object> list = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          list.add(value(parser, exact));
        }
        yield list;
      }
      case VALUE_STRING -> parser.getString();
      case VALUE_NUMBER_INT ->
          parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER
              ? (Object) parser.getBigIntegerValue()
              : (Object) parser.getLongValue();
      case VALUE_NUMBER_FLOAT ->
          exact || Double.isInfinite(parser.getDoubleValue())
              ? (Object) decimal(parser)
              : (Object) parser.getDoubleValue();
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      case VALUE_NULL -> null;
      default -> throw new BadKnowledgeException("expected a JSON value");
    };
  }

  private static BigDecimal decimal(JsonParser parser) {
    try {
      return parser.getDecimalValue();
    } catch (NumberFormatException e) {
      throw new BadKnowledgeException(
          "a number is '" + parser.getString() + "': expected an exponent of less than ten digits");
    }
  }
}
