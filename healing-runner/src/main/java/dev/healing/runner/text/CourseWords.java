package dev.healing.runner.text;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.JsonNode;

/** How the attempts of one action on one problem went: behind what came of them. */
final class CourseWords {
  private static final int SIDE_EFFECTS_SHOWN = 3;

  private CourseWords() {}

  /** Begins each part with a semicolon; empty if nothing is known. */
  static String told(JsonNode course) {
    StringBuilder told = new StringBuilder();
    if (course.path("recoveries").asLong() > 0) {
      told.append("; healed within ")
          .append(Lines.millis(Math.round(1e3 * course.path("recoverySeconds").asDouble())))
          .append(" on average");
    }
    for (JsonNode metric : course.path("metrics")) {
      told.append("; ")
          .append(metric.path("metric").asString(""))
          .append(' ')
          .append(number(metric.path("before").asDouble()))
          .append(" → ")
          .append(number(metric.path("after").asDouble()));
    }
    JsonNode context = course.path("context");
    part(told, "healed ", hours(context.path("hours")));
    part(told, "load by processor ", loads(context.path("load")));
    part(told, "in generation ", generation(context.path("generation")));
    part(told, "began meanwhile, perhaps by it: ", sideEffects(context.path("sideEffects")));
    return told.toString();
  }

  private static void part(StringBuilder told, String what, List<String> values) {
    if (!values.isEmpty()) {
      told.append("; ").append(what).append(String.join(", ", values));
    }
  }

  /** Where anything was tried. */
  private static List<String> hours(JsonNode hours) {
    List<String> parts = new ArrayList<>();
    for (int part = 0; 2 * part + 1 < hours.size(); part++) {
      long tried = hours.path(2 * part + 1).asLong();
      if (tried > 0) {
        String when = String.format(Locale.ROOT, "%02d-%02dh UTC", 6 * part, 6 * part + 6);
        parts.add(hours.path(2 * part).asLong() + " of " + tried + " at " + when);
      }
    }
    return parts;
  }

  private static List<String> loads(JsonNode load) {
    List<String> loads = new ArrayList<>();
    if (load.path(0).asLong() > 0) {
      loads.add(number(load.path(1).asDouble()) + " where it healed");
    }
    if (load.path(2).asLong() > 0) {
      loads.add(number(load.path(3).asDouble()) + " where it did not");
    }
    return loads;
  }

  private static List<String> generation(JsonNode one) {
    return one.isEmpty()
        ? List.of()
        : List.of(
            one.path(0).asLong()
                + " healed "
                + one.path(1).asLong()
                + " of "
                + one.path(2).asLong());
  }

  private static List<String> sideEffects(JsonNode sideEffects) {
    return sideEffects.properties().stream()
        .sorted(Comparator.comparing(one -> -one.getValue().asLong()))
        .limit(SIDE_EFFECTS_SHOWN)
        .map(one -> Lines.clean(one.getKey()) + " (" + one.getValue().asLong() + ")")
        .toList();
  }

  private static String number(double value) {
    return Math.abs(value) < 1000
        ? String.format(Locale.ROOT, "%.2f", value)
        : String.format(Locale.ROOT, "%.3g", value);
  }
}
