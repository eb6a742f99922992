package dev.healing.core.journal;

import dev.healing.api.Issue;
import dev.healing.api.IssueType;
import dev.healing.api.Severity;
import dev.healing.core.json.JsonText;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * How lines of files are written and read: objects of JSON, and in them the evidence. Instants are
 * ISO-8601 in UTC; what is absent has no member.
 */
public final class Json {
  private Json() {}

  /** An object as one line of text. */
  public static String line(Consumer<JsonGenerator> members) {
    return JsonText.line(json -> object(json, members));
  }

  /**
   * Parses one JSON object.
   *
   * @throws IllegalArgumentException if it is none
   */
  public static ObjectNode parse(String json) {
    try {
      if (JsonText.read(json) instanceof ObjectNode object) {
        return object;
      }
    } catch (JacksonException e) {
      throw new IllegalArgumentException("no JSON object: " + JsonText.why(e), e);
    }
    throw new IllegalArgumentException("expected a JSON object");
  }

  /** {@code {id,type,severity,description,components,fingerprint,metrics,detectedAt,explains}}. */
  public static void write(JsonGenerator json, Issue issue) {
    json.writeStringProperty("id", issue.id());
    json.writeStringProperty("type", issue.type().name());
    json.writeStringProperty("severity", issue.severity().name());
    json.writeStringProperty("description", issue.description());
    texts(json, "components", issue.components());
    json.writeStringProperty("fingerprint", issue.fingerprint().hash());
    numbers(json, "metrics", issue.metrics());
    instant(json, "detectedAt", issue.detectedAt());
    if (!issue.explains().isEmpty()) {
      texts(json, "explains", new TreeSet<>(issue.explains()));
    }
    if (issue.isOpportunity()) {
      json.writeBooleanProperty("opportunity", true);
    }
  }

  /** Reads what {@link #write} wrote. */
  public static Issue issue(JsonNode node) {
    return new Issue(
        node.path("id").asString(),
        Instant.parse(node.path("detectedAt").asString()),
        IssueType.of(node.path("type").asString()),
        Severity.valueOf(node.path("severity").asString()),
        node.path("description").asString(),
        numbers(node.path("metrics")),
        new TreeSet<>(texts(node.path("components"))),
        Set.copyOf(texts(node.path("explains"))));
  }

  /** Writes an object with these members. */
  public static void object(JsonGenerator json, Consumer<JsonGenerator> members) {
    json.writeStartObject();
    members.accept(json);
    json.writeEndObject();
  }

  /** Writes a member that is an object with these members. */
  public static void object(JsonGenerator json, String name, Consumer<JsonGenerator> members) {
    json.writeName(name);
    object(json, members);
  }

  /** Writes a member that is an array of texts. */
  public static void texts(JsonGenerator json, String name, Collection<String> texts) {
    json.writeArrayPropertyStart(name);
    texts.forEach(json::writeString);
    json.writeEndArray();
  }

  /** Writes a member that is an object of numbers. */
  public static void numbers(JsonGenerator json, String name, Map<String, Double> numbers) {
    json.writeObjectPropertyStart(name);
    numbers.forEach(json::writeNumberProperty);
    json.writeEndObject();
  }

  /** Writes a member that is an instant. */
  public static void instant(JsonGenerator json, String name, Instant at) {
    json.writeStringProperty(name, at.toString());
  }

  /** Reads an array of texts; none if there is none. */
  public static List<String> texts(JsonNode array) {
    List<String> texts = new ArrayList<>();
    array.forEach(element -> texts.add(element.asString()));
    return texts;
  }

  /** Reads an object of numbers; none if there is none. */
  public static SortedMap<String, Double> numbers(JsonNode node) {
    SortedMap<String, Double> numbers = new TreeMap<>();
    node.properties().forEach(entry -> numbers.put(entry.getKey(), entry.getValue().asDouble()));
    return numbers;
  }
}
