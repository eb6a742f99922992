package dev.healing.runner.text;

import static dev.healing.runner.text.Fields.text;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** Text from the JSON of {@code replay}. */
public final class ReplayView {
  private static final int NAMES = 22;
  private static final int COLUMN = 28;

  /** What is counted, and how that is called. */
  private record Count(String member, String words) {}

  private static final List<Count> COUNTS =
      List.of(
          new Count("problems", "problems"),
          new Count("started", "would have started"),
          new Count("perhapsNeedless", "  perhaps needless"),
          new Count("asked", "would have asked"),
          new Count("heldBack", "would have held back"),
          new Count("handedOver", "would have handed over"),
          new Count("missed", "missed"));

  private ReplayView() {}

  /** All of it. */
  public static List<String> lines(JsonNode json, Style style) {
    List<String> lines = new ArrayList<>();
    lines.addAll(Lines.wrap(about(json), 0));
    if (!text(json, "damage").isEmpty()) {
      lines.addAll(Lines.wrap(style.bad(text(json, "damage")), 0));
    }
    JsonNode policies = json.path("policies");
    lines.add("");
    StringBuilder names = new StringBuilder(Lines.pad("", NAMES));
    policies.forEach(
        policy ->
            names.append(' ').append(Lines.pad(Lines.cut(text(policy, "config"), COLUMN), COLUMN)));
    lines.add(names.toString().stripTrailing());
    for (Count count : COUNTS) {
      StringBuilder line = new StringBuilder(Lines.pad(count.words(), NAMES));
      policies.forEach(
          policy ->
              line.append(' ')
                  .append(Lines.pad(text(policy.path("counts"), count.member()), COLUMN)));
      lines.add(line.toString().stripTrailing());
    }
    for (JsonNode policy : policies) {
      lines.add("");
      lines.add(style.bold(Lines.clean(text(policy, "config"))));
      policy.path("problems").forEach(problem -> lines.addAll(problem(problem, json, style)));
      if (policy.path("problems").isEmpty()) {
        lines.add("  nothing would have been wrong");
      }
      if (policy.has("leftOut")) {
        lines.add("  " + leftOut(policy));
      }
      unseen(policy, lines);
    }
    lines.add("");
    lines.addAll(Lines.wrap(granted(json), 0));
    return lines;
  }

  /** What was replayed. */
  public static String about(JsonNode json) {
    return text(json, "trace")
        + ": "
        + Lines.many(text(json, "looks"), "look")
        + " from "
        + Lines.instant(text(json, "from"))
        + " to "
        + Lines.instant(text(json, "to"))
        + (json.path("torn").asBoolean(false) ? "; its end is torn off" : "");
  }

  /** Those of which nothing is told but how many they are. */
  public static String leftOut(JsonNode policy) {
    return text(policy, "leftOut") + " more problems are counted and not told";
  }

  /** What is taken for granted, and what the words mean. */
  public static String granted(JsonNode json) {
    return (text(json, "assumed").equals("helps")
            ? "What an action would have come to is not in a trace: each is taken to have"
                + " helped ('--assume nothing': none)."
            : "What an action would have come to is not in a trace: none is taken to have"
                + " helped, and all goes on as recorded.")
        + " Lasted: in the trace. Perhaps needless: over within a minute of it all the"
        + " same. Missed: serious, lasted longer than a minute, and nothing started.";
  }

  /** What is counted, by its member, and how that is called. */
  public static Map<String, String> counts() {
    Map<String, String> counts = new LinkedHashMap<>();
    COUNTS.forEach(count -> counts.put(count.member(), count.words().strip()));
    return counts;
  }

  /** A step and its reason. */
  public static String step(JsonNode would) {
    return said(would) + ": " + why(would);
  }

  private static List<String> problem(JsonNode problem, JsonNode json, Style style) {
    List<String> lines = new ArrayList<>();
    lines.addAll(
        Lines.wrap(
            Lines.instant(text(problem, "firstSeen"))
                + " "
                + severity(problem)
                + " "
                + text(problem, "type").toLowerCase(Locale.ROOT)
                + ": "
                + described(problem)
                + "; "
                + lasted(problem, json),
            2));
    if (!text(problem, "cause").isEmpty()) {
      lines.addAll(Lines.wrap("a symptom of " + text(problem, "cause"), 6));
    }
    for (JsonNode would : problem.path("would")) {
      lines.addAll(Lines.wrap(text(would, "at").substring(11, 19) + "Z " + step(would), 6));
    }
    return lines;
  }

  /** How bad it was when it was first seen. */
  public static String severity(JsonNode problem) {
    return text(problem.path("first"), "severity");
  }

  /** What it was when it was first seen, and when it was worse. */
  public static String described(JsonNode problem) {
    String first = text(problem.path("first"), "description");
    return severity(problem).equals(text(problem, "severity"))
        ? first
        : first + "; later " + text(problem, "severity") + ": " + text(problem, "description");
  }

  /** Without the name of the action again, with which a plan's reason begins. */
  private static String why(JsonNode would) {
    String why = text(would, "why");
    String name = text(would, "action") + ": ";
    return why.startsWith(name) ? why.substring(name.length()) : why;
  }

  /** A step. */
  public static String said(JsonNode would) {
    String action = text(would, "action");
    return switch (text(would, "step")) {
      case "STARTED" -> "would have started " + action;
      case "ASKED" -> "would have asked about " + action;
      case "HANDED_OVER" -> "would have handed it over";
      default -> action.isEmpty() ? "nothing to do" : "would have held back " + action;
    };
  }

  /** How long it was there. */
  public static String lasted(JsonNode problem, JsonNode json) {
    Instant from = Instant.parse(text(problem, "firstSeen"));
    boolean over = !text(problem, "over").isEmpty();
    Instant to = Instant.parse(over ? text(problem, "over") : text(json, "to"));
    String length = Lines.length(Duration.between(from, to));
    return over ? "lasted " + length : "still there at the end, after " + length;
  }

  private static void unseen(JsonNode policy, List<String> lines) {
    policy
        .path("unseen")
        .forEach(
            one ->
                lines.addAll(
                    Lines.wrap("not seen: " + text(one, "what") + ": " + text(one, "why"), 2)));
  }
}
