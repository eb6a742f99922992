package dev.healing.runner.text;

import static dev.healing.runner.text.Fields.joined;
import static dev.healing.runner.text.Fields.text;
import static dev.healing.runner.text.Fields.word;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** How the host is and what is wrong with it, as text. Tolerant: what is not there is not shown. */
public final class StatusView {
  private static final int TWO_COLUMNS = 76;

  private StatusView() {}

  /** Of {@code once}. */
  public static List<String> once(JsonNode json, Style style) {
    List<String> lines = new ArrayList<>();
    lines.add(health(json, style));
    lines.addAll(metrics(json.path("metrics"), style));
    lines.add("");
    JsonNode issues = json.path("issues");
    if (issues.isEmpty()) {
      lines.add(noIssues(json, style));
    }
    for (JsonNode issue : issues) {
      lines.addAll(issue(issue, style));
      for (JsonNode plan : json.path("plans")) {
        if (text(plan, "issue").equals(text(issue, "id"))) {
          lines.addAll(style.wrap(planned(plan), 4));
        }
      }
    }
    lines.addAll(unreadable(json, style));
    return lines;
  }

  /** Of {@code status}. */
  public static List<String> status(JsonNode json, Style style) {
    List<String> lines = new ArrayList<>();
    if (json.path("daemon").asBoolean(false)) {
      lines.addAll(
          style.field(
              "daemon",
              "running since "
                  + Lines.instant(text(json, "startedAt"))
                  + " (pid "
                  + text(json, "pid")
                  + ", version "
                  + text(json, "version")
                  + ")"));
      lines.addAll(style.field("autonomy", text(json, "autonomy").toLowerCase(Locale.ROOT)));
      lines.addAll(style.field("wakes by", joined(json.path("triggers"), "; ")));
      lines.addAll(
          style.field(
              "so far",
              Lines.many(text(json, "looks"), "look")
                  + "; incidents open: "
                  + text(json, "openIncidents")
                  + "; heals in the last hour: "
                  + text(json, "healsInLastHour")));
      JsonNode preventions = json.path("preventions");
      if (preventions.properties().stream().anyMatch(one -> one.getValue().asInt(0) > 0)) {
        lines.addAll(
            style.field(
                "predicted",
                text(preventions, "prevented")
                    + " prevented, "
                    + text(preventions, "needless")
                    + " needless, "
                    + text(preventions, "inVain")
                    + " in vain"));
      }
    } else {
      lines.addAll(style.field("daemon", "no daemon runs here; this is a look of our own"));
    }
    if (!text(json, "paused").isEmpty()) {
      lines.add(style.warn(String.join("\n", style.field("off switch", text(json, "paused")))));
    }
    for (JsonNode trouble : json.path("trouble")) {
      lines.add(style.bad(String.join("\n", style.field("trouble", trouble.asString("")))));
    }
    lines.add(health(json, style));
    lines.addAll(metrics(json.path("metrics"), style));
    for (JsonNode issue : json.path("issues")) {
      lines.add("");
      lines.addAll(issue(issue, style));
    }
    lines.addAll(unreadable(json, style));
    return lines;
  }

  /** Of {@code status}, in one line for each change: for a pipe. */
  public static List<String> statusLine(JsonNode json, Style style) {
    List<String> said = new ArrayList<>();
    said.add(json.path("daemon").asBoolean(false) ? "watching" : "no daemon");
    if (!text(json, "paused").isEmpty()) {
      said.add(text(json, "paused"));
    }
    JsonNode health = json.path("health");
    said.add("health " + (health.isNumber() ? Math.round(health.asDouble()) : "unknown"));
    for (JsonNode issue : json.path("issues")) {
      String note = text(issue, "status").isEmpty() ? "" : " " + word(text(issue, "status"));
      String asks = issue.has("confirmation") ? ", asks" : "";
      said.add(problem(issue) + " " + joined(issue.path("components"), ", ") + note + asks);
    }
    json.path("trouble").forEach(trouble -> said.add("trouble: " + trouble.asString("")));
    String line = Lines.clean(String.join("; ", said));
    boolean calm = json.path("issues").isEmpty() && json.path("trouble").isEmpty();
    return List.of(calm ? line : style.warn(line));
  }

  /** Of {@code issues}. */
  public static List<String> issues(JsonNode json, Style style) {
    List<String> lines = new ArrayList<>();
    JsonNode issues = json.path("issues");
    if (issues.isEmpty()) {
      lines.add(noIssues(json, style));
    }
    issues.forEach(issue -> lines.addAll(issue(issue, style)));
    lines.addAll(unreadable(json, style));
    return lines;
  }

  /** What nobody could look at is not said to be well. */
  static String noIssues(JsonNode json, Style style) {
    return json.path("unreadable").isEmpty()
        ? style.good("No issues.")
        : style.warn("No issues in what could be read.");
  }

  /** Which it is: a line, or more where it is narrow. */
  static List<String> head(JsonNode issue, Style style) {
    List<String> lines = new ArrayList<>();
    String severity = text(issue, "severity");
    String id = text(issue, "incident").isEmpty() ? text(issue, "id") : text(issue, "incident");
    String type = problem(issue);
    String components = Lines.clean(joined(issue.path("components"), ", "));
    String head = style.severity(severity, Lines.pad(severity, 9)) + style.bold(type);
    if (style.fits(9, type, components, id)) {
      lines.add(head + "  " + components + "  " + style.dim(Lines.clean(id)));
    } else {
      lines.add(head);
      lines.addAll(style.wrap(components + "  " + id, 4));
    }
    return lines;
  }

  private static String problem(JsonNode issue) {
    return OpportunitiesView.is(issue)
        ? OpportunitiesView.WORTH_DOING
        : Lines.clean(text(issue, "type"));
  }

  private static List<String> issue(JsonNode issue, Style style) {
    List<String> lines = head(issue, style);
    lines.addAll(style.wrap(text(issue, "description"), 4));
    if (!text(issue, "status").isEmpty()) {
      String confirmation =
          issue.has("confirmation")
              ? " (healing approve " + text(issue, "confirmation") + ", or reject)"
              : "";
      lines.addAll(
          style.wrap(word(text(issue, "status")) + ": " + text(issue, "note") + confirmation, 4));
    }
    return lines;
  }

  private static String planned(JsonNode plan) {
    String actions = joined(plan.path("actions"), ", then ");
    String confidence =
        plan.path("confidence").isNumber()
            ? String.format(Locale.ROOT, " (confidence %.2f)", plan.path("confidence").asDouble())
            : "";
    return (actions.isEmpty() ? "no remedy" : actions + confidence)
        + ": "
        + word(text(plan, "verdict"))
        + ": "
        + text(plan, "reason");
  }

  private static String health(JsonNode json, Style style) {
    if (!json.path("health").isNumber()) {
      return Lines.pad("health", 14) + style.warn("unknown");
    }
    return health(json.path("health").asDouble(), style);
  }

  /** {@code health ████░░ 96 of 100}. */
  static String health(double health, Style style) {
    String bar = Lines.bar(health / 100, Math.min(20, style.width() / 4));
    String shown = health >= 80 ? style.good(bar) : health >= 50 ? style.warn(bar) : style.bad(bar);
    return Lines.pad("health", 14) + shown + String.format(Locale.ROOT, " %.0f of 100", health);
  }

  /** Two to a line, where they fit. */
  static List<String> metrics(JsonNode metrics, Style style) {
    List<String> lines = new ArrayList<>();
    StringBuilder line = new StringBuilder();
    Iterator<Map.Entry<String, JsonNode>> entries = metrics.properties().iterator();
    while (entries.hasNext()) {
      Map.Entry<String, JsonNode> entry = entries.next();
      String name = entry.getKey().replace(".fraction", "").replace(".used{", " {");
      double value = entry.getValue().asDouble();
      String shown =
          entry.getKey().contains(".fraction")
              ? Lines.percent(value)
              : String.format(Locale.ROOT, "%.2f", value);
      int column = Math.min(28, style.width() - 9);
      String cell = Lines.pad(Lines.cut(name, column - 2), column) + String.format("%7s", shown);
      if (style.width() < TWO_COLUMNS) {
        lines.add("  " + cell);
      } else if (line.length() > 0) {
        lines.add("  " + line + "    " + cell);
        line.setLength(0);
      } else {
        line.append(cell);
      }
    }
    if (line.length() > 0) {
      lines.add("  " + line);
    }
    return lines.stream().map(style::dim).toList();
  }

  private static List<String> unreadable(JsonNode json, Style style) {
    List<String> lines = new ArrayList<>();
    for (JsonNode one : json.path("unreadable")) {
      lines.add(
          style.warn(
              String.join(
                  "\n", style.field("unreadable", text(one, "what") + ": " + text(one, "why")))));
    }
    return lines;
  }
}
