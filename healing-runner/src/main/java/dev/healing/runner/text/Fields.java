package dev.healing.runner.text;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.JsonNode;

/** Members of JSON as words; what is not there is empty. */
final class Fields {
  private Fields() {}

  static String text(JsonNode json, String name) {
    JsonNode value = json.path(name);
    return value.isNull() || value.isMissingNode() || value.isContainer() ? "" : value.asString("");
  }

  static String joined(JsonNode array, String separator) {
    List<String> texts = new ArrayList<>();
    array.forEach(
        element -> texts.add(element.isObject() ? text(element, "action") : element.asString("")));
    return String.join(separator, texts);
  }

  static String word(String constant) {
    return constant.toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
