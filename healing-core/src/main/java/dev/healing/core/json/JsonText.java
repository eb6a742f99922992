package dev.healing.core.json;

import java.io.StringWriter;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.PrettyPrinter;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.exc.StreamReadException;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.util.DefaultPrettyPrinter;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * JSON as text and as trees, by Jackson's streams. Its ObjectMapper does the same, and keeps nine
 * hundred classes more in the memory of every daemon.
 */
public final class JsonText {
  private static final JsonFactory FACTORY =
      JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();
  private static final Pattern FOR_PROGRAMMERS =
      Pattern.compile(", from `[^`]*`|: enable `[^`]*` to allow| \\(start marker at .*\\)$");
  private static final ObjectWriteContext INDENTED =
      new ObjectWriteContext.Base() {
        @Override
        public PrettyPrinter getPrettyPrinter() {
          return new DefaultPrettyPrinter();
        }

        @Override
        public boolean hasPrettyPrinter() {
          return true;
        }
      };

  private JsonText() {}

  /** An empty object. */
  public static ObjectNode object() {
    return JsonNodeFactory.instance.objectNode();
  }

  /** An empty array. */
  public static ArrayNode array() {
    return JsonNodeFactory.instance.arrayNode();
  }

  /** Reads a text token by token. */
  public static JsonParser parser(String json) {
    return FACTORY.createParser(ObjectReadContext.empty(), json);
  }

  /**
   * Reads a text that is one JSON value.
   *
   * @throws JacksonException if it is none, has anything behind it, or has a member twice
   */
  public static JsonNode read(String json) {
    try (JsonParser parser = parser(json)) {
      parser.nextToken();
      JsonNode value = read(parser);
      if (parser.nextToken() != null) {
        throw new StreamReadException(parser, "expected nothing behind the JSON value");
      }
      return value;
    }
  }

  /**
   * Reads the value that begins with the parser's token, up to its last.
   *
   * @throws JacksonException if it is not whole
   */
  public static JsonNode read(JsonParser parser) {
    JsonNodeFactory nodes = JsonNodeFactory.instance;
    JsonToken token = parser.currentToken();
    if (token == null) {
      throw new StreamReadException(parser, "expected a JSON value");
    }
    return switch (token) {
      case START_OBJECT -> {
        ObjectNode object = nodes.objectNode();
        for (String name = parser.nextName(); name != null; name = parser.nextName()) {
          parser.nextToken();
          object.set(name, read(parser));
        }
        yield object;
      }
      case START_ARRAY -> {
        ArrayNode array = nodes.arrayNode();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          array.add(read(parser));
        }
        yield array;
      }
      case VALUE_STRING -> nodes.stringNode(parser.getString());
      case VALUE_NUMBER_INT ->
          switch (parser.getNumberType()) {
            case INT -> nodes.numberNode(parser.getIntValue());
            case LONG -> nodes.numberNode(parser.getLongValue());
            default -> nodes.numberNode(parser.getBigIntegerValue());
          };
      case VALUE_NUMBER_FLOAT -> nodes.numberNode(parser.getDoubleValue());
      case VALUE_TRUE -> nodes.booleanNode(true);
      case VALUE_FALSE -> nodes.booleanNode(false);
      case VALUE_NULL -> nodes.nullNode();
      default -> throw new StreamReadException(parser, "expected a JSON value");
    };
  }

  /** What is wrong with a text, without what a program that uses the library could set. */
  public static String why(JacksonException e) {
    return FOR_PROGRAMMERS.matcher(String.valueOf(e.getOriginalMessage())).replaceAll("");
  }

  /** A tree as one line. */
  public static String line(JsonNode tree) {
    return text(ObjectWriteContext.empty(), json -> write(json, tree));
  }

  /** What this writes, as one line. */
  public static String line(Consumer<JsonGenerator> value) {
    return text(ObjectWriteContext.empty(), value);
  }

  /** A tree over as many lines as it has members, for a person. */
  public static String indented(JsonNode tree) {
    return text(INDENTED, json -> write(json, tree));
  }

  private static String text(ObjectWriteContext context, Consumer<JsonGenerator> value) {
    StringWriter text = new StringWriter(1_024);
    try (JsonGenerator json = FACTORY.createGenerator(context, text)) {
      value.accept(json);
    }
    return text.toString();
  }

  private static void write(JsonGenerator json, JsonNode node) {
    switch (node.getNodeType()) {
      case OBJECT -> {
        json.writeStartObject();
        for (Map.Entry<String, JsonNode> member : node.properties()) {
          json.writeName(member.getKey());
          write(json, member.getValue());
        }
        json.writeEndObject();
      }
      case ARRAY -> {
        json.writeStartArray();
        node.forEach(element -> write(json, element));
        json.writeEndArray();
      }
      case STRING -> json.writeString(node.stringValue());
      case BOOLEAN -> json.writeBoolean(node.booleanValue());
      case NUMBER -> {
        switch (node.numberType()) {
          case INT, LONG -> json.writeNumber(node.longValue());
          case BIG_INTEGER -> json.writeNumber(node.bigIntegerValue());
          default -> json.writeNumber(node.doubleValue());
        }
      }
      case NULL -> json.writeNull();
      default -> throw new IllegalArgumentException("no JSON: " + node.getNodeType());
    }
  }
}
