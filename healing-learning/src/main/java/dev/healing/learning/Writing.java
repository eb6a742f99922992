package dev.healing.learning;

import java.io.StringWriter;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Collection;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;

/** Writes values as JSON, by Jackson's stream; to a {@link Stored}, the object that it is in. */
final class Writing {
  private final JsonGenerator json;

  private Writing(JsonGenerator json) {
    this.json = json;
  }

  /**
   * As one line.
   *
   * @param value as {@link Json} reads it; or a {@link Stored}, a collection or a map of such; of
   *     anything else its text is written
   */
  static String text(@Nullable Object value) {
    StringWriter text = new StringWriter(512);
    try (JsonGenerator json = Json.FACTORY.createGenerator(ObjectWriteContext.empty(), text)) {
      new Writing(json).value(value);
    }
    return text.toString();
  }

  /** Writes a member. */
  Writing with(String name, long value) {
    json.writeNumberProperty(name, value);
    return this;
  }

  /** Writes a member. */
  Writing with(String name, double value) {
    json.writeNumberProperty(name, value);
    return this;
  }

  /** Writes a member, unless it is absent. */
  Writing with(String name, @Nullable Object value) {
    if (value != null) {
      json.writeName(name);
      value(value);
    }
    return this;
  }

  private void value(@Nullable Object value) {
    if (value instanceof Double number) { // first what is many
      json.writeNumber(number);
    } else if (value instanceof Stored stored) {
      json.writeStartObject();
      stored.write(this);
      json.writeEndObject();
    } else if (value instanceof Members members) {
      object(members.all());
    } else if (value instanceof Map<?, ?> map) {
      object(map);
    } else if (value instanceof Collection<?> list) {
      json.writeStartArray();
      list.forEach(this::value);
      json.writeEndArray();
    } else if (value instanceof Float number) {
      json.writeNumber(number);
    } else if (value instanceof BigDecimal number) {
      json.writeNumber(number);
    } else if (value instanceof BigInteger number) {
      json.writeNumber(number);
    } else if (value instanceof Number whole) {
      json.writeNumber(whole.longValue());
    } else if (value instanceof Boolean flag) {
      json.writeBoolean(flag);
    } else if (value == null) {
      json.writeNull();
    } else {
      json.writeString(value.toString());
    }
  }

  private void object(Map<?, ?> members) {
    json.writeStartObject();
    members.forEach(
        (name, value) -> {
          json.writeName(name.toString());
          value(value);
        });
    json.writeEndObject();
  }
}
