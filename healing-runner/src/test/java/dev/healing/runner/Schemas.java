package dev.healing.runner;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import tools.jackson.databind.JsonNode;

/** Whether JSON is as an OpenAPI description says, as far as ours goes. */
final class Schemas {
  private static final Map<String, String> TYPES =
      Map.of(
          "string", "STRING", "number", "NUMBER", "integer", "NUMBER", "boolean", "BOOLEAN",
          "object", "OBJECT", "array", "ARRAY");

  private final JsonNode schemas;

  private Schemas(JsonNode schemas) {
    this.schemas = schemas;
  }

  /** Every member is described and of its type, and none is missing that is required. */
  static void check(JsonNode api, String schema, JsonNode json) {
    Schemas all = new Schemas(api.at("/components/schemas"));
    assertThat(all.schemas.has(schema)).as(schema).isTrue();
    all.check(schema, all.schemas.path(schema), json);
  }

  private void check(String where, JsonNode given, JsonNode json) {
    if (given.has("oneOf")) { // something, or null
      check(where, given.path("oneOf").path(json.isNull() ? 1 : 0), json);
      return;
    }
    JsonNode schema = resolved(given);
    if (json.isNull()) {
      assertThat(given.path("nullable").asBoolean(false)).as("%s is null", where).isTrue();
      return;
    }
    assertThat(json.getNodeType().name())
        .as("%s: %s", where, json)
        .isEqualTo(TYPES.get(schema.path("type").asString()));
    if (schema.has("enum")) {
      assertThat(schema.path("enum").valueStream().map(JsonNode::asString))
          .as(where)
          .contains(json.asString());
    }
    json.forEach(
        element -> {
          if (json.isArray()) {
            check(where + "[]", schema.path("items"), element);
          }
        });
    schema
        .path("required")
        .forEach(name -> assertThat(json.has(name.asString())).as("%s.%s", where, name).isTrue());
    for (var member : json.properties()) {
      String name = where + "." + member.getKey();
      JsonNode described = schema.path("properties").path(member.getKey());
      JsonNode others = schema.path("additionalProperties");
      if (described.isObject() || others.isObject()) {
        check(name, described.isObject() ? described : others, member.getValue());
      } else {
        assertThat(others.asBoolean(false)).as("%s is described", name).isTrue();
      }
    }
  }

  private JsonNode resolved(JsonNode schema) {
    String to = schema.path("$ref").asString("");
    return to.isEmpty() ? schema : schemas.path(to.substring(to.lastIndexOf('/') + 1));
  }
}
