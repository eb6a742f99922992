package dev.healing.runner.text;

import static dev.healing.runner.text.Fields.text;
import static dev.healing.runner.text.Fields.word;

import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** Text from the JSON of verbs that have little to show. */
public final class Views {
  private Views() {}

  /** Of {@code plugins}. */
  public static List<String> plugins(JsonNode json, Style style) {
    List<String> lines = new ArrayList<>();
    for (JsonNode plugin : json) {
      String problem = text(plugin, "problem");
      String who = Lines.pad(text(plugin, "kind"), 10) + Lines.pad(text(plugin, "name"), 22);
      if (problem.isEmpty()) {
        List<String> state = style.wrap(text(plugin, "state"), who.length());
        lines.add(who + state.get(0).strip());
        lines.addAll(state.subList(1, state.size()));
      } else {
        lines.add(who + style.bad("not used"));
        lines.addAll(style.wrap(problem, 10));
      }
    }
    return lines;
  }

  /** Of {@code drill}. */
  public static List<String> drill(JsonNode json, Style style) {
    boolean healed = text(json, "outcome").equals("HEALED");
    List<String> lines = new ArrayList<>();
    lines.add("");
    lines.addAll(style.field("detect", time(json, "detectMillis")));
    lines.addAll(style.field("act", time(json, "actMillis")));
    lines.addAll(style.field("verify", time(json, "verifyMillis")));
    lines.addAll(style.field("total", time(json, "totalMillis")));
    String outcome = word(text(json, "outcome"));
    lines.add(Lines.pad("outcome", 14) + (healed ? style.good(outcome) : style.bad(outcome)));
    return lines;
  }

  private static String time(JsonNode json, String name) {
    return json.path(name).isNumber() ? Lines.millis(json.path(name).asLong()) : "not reached";
  }

  /** Of {@code notify}. */
  public static List<String> notifications(JsonNode json, Style style) {
    List<String> lines = new ArrayList<>();
    if (json.isEmpty()) {
      lines.add("Nobody is told: there is nothing under notify.receivers in the configuration.");
    }
    for (JsonNode one : json) {
      String problem = text(one, "problem");
      List<String> said = new ArrayList<>();
      if (one.has("ok")) {
        said.add(one.path("ok").asBoolean(false) ? style.good("was told") : style.bad("not told"));
      }
      for (String count : List.of("waiting", "sent", "dropped")) {
        if (one.has(count)) {
          said.add(count + " " + text(one, count));
        }
      }
      lines.add(
          style.bold(Lines.pad(text(one, "receiver"), 16))
              + Lines.pad(word(text(one, "form")), 9)
              + String.join(", ", said));
      if (!problem.isEmpty()) {
        style.wrap(problem, 4).stream().map(style::warn).forEach(lines::add);
      }
    }
    return lines;
  }
}
