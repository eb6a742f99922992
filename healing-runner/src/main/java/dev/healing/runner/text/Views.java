package dev.healing.runner.text;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/** Text from the JSON of each verb. Tolerant: what is not there is not shown. */
public final class Views {
  private static final int TWO_COLUMNS = 76;

  private Views() {}

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
              text(json, "looks")
                  + " looks; incidents open: "
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
      said.add(text(issue, "type") + " " + joined(issue.path("components"), ", ") + note + asks);
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

  private static List<String> issue(JsonNode issue, Style style) {
    List<String> lines = new ArrayList<>();
    String severity = text(issue, "severity");
    String id = text(issue, "incident").isEmpty() ? text(issue, "id") : text(issue, "incident");
    String type = Lines.clean(text(issue, "type"));
    String components = Lines.clean(joined(issue.path("components"), ", "));
    String head = style.severity(severity, Lines.pad(severity, 9)) + style.bold(type);
    if (style.fits(9, type, components, id)) {
      lines.add(head + "  " + components + "  " + style.dim(Lines.clean(id)));
    } else {
      lines.add(head);
      lines.addAll(style.wrap(components + "  " + id, 4));
    }
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

  /** Of {@code history}. */
  public static List<String> history(JsonNode json, Style style) {
    List<String> lines = new ArrayList<>();
    if (json.isEmpty()) {
      lines.add("Nothing has been done yet.");
    }
    for (JsonNode receipt : json) {
      lines.addAll(receipt(receipt, style));
      if (receipt.has("prevention")) {
        lines.addAll(prevention(receipt.path("prevention"), style));
      }
    }
    return lines;
  }

  private static List<String> prevention(JsonNode json, Style style) {
    return style.wrap(
        word(text(json, "verdict"))
            + ", as was known "
            + Lines.instant(text(json, "at"))
            + ": "
            + text(json, "reason"),
        4);
  }

  /** Of {@code heal}, {@code approve} and {@code opportunities --apply}. */
  public static List<String> receipt(JsonNode json, Style style) {
    List<String> lines = new ArrayList<>();
    String outcome = text(json, "outcome");
    String shown = Lines.pad(word(outcome), 14);
    String head =
        Lines.instant(text(json, "finishedAt"))
            + "  "
            + (outcome.equals("HEALED") ? style.good(shown) : style.warn(shown));
    String actions = Lines.clean(joined(json.path("actions"), ", "));
    String components = Lines.clean(joined(json.path("components"), ", "));
    if (style.fits(36, actions, components)) {
      lines.add(head + style.bold(actions) + "  " + components);
    } else {
      lines.add(head.stripTrailing());
      lines.addAll(style.wrap(actions + "  " + components, 4));
    }
    lines.addAll(
        style.wrap(
            text(json, "type") + " " + text(json, "incident") + ": " + text(json, "reason"), 4));
    benefit(json.path("benefit")).ifPresent(came -> lines.addAll(style.wrap(came, 4)));
    return lines;
  }

  /** Of {@code heal --dry-run}. */
  public static List<String> decision(JsonNode json, Style style) {
    List<String> lines = new ArrayList<>();
    String actions = joined(json.path("actions"), ", then ");
    lines.addAll(style.field("would do", actions.isEmpty() ? "nothing" : actions));
    lines.addAll(style.field("verdict", word(text(json, "verdict")) + ": " + text(json, "reason")));
    JsonNode preview = json.path("preview");
    for (JsonNode step : preview.path("steps")) {
      lines.addAll(style.field("step", step.asString("")));
    }
    for (JsonNode judgement : json.path("judgements")) {
      lines.addAll(
          style.field(
              "  guard",
              text(judgement, "guard")
                  + ": "
                  + word(text(judgement, "verdict"))
                  + ": "
                  + text(judgement, "reason")));
    }
    for (JsonNode rejected : json.path("rejected")) {
      lines.addAll(style.field("  not", text(rejected, "action") + ": " + text(rejected, "why")));
    }
    return lines;
  }

  /** Of {@code explain}. */
  public static List<String> explain(JsonNode json, Style style) {
    List<String> lines = new ArrayList<>();
    JsonNode incident = json.path("incident");
    if (incident.isObject()) {
      lines.addAll(incident(incident, style));
      lines.add("");
    }
    if (!json.path("patterns").isEmpty()) {
      lines.addAll(KnowledgeView.patterns(json.path("patterns"), style));
      lines.add("");
    }
    for (JsonNode entry : json.path("trail")) {
      if (entry.has("outcome")) {
        lines.addAll(receipt(entry, style));
        for (JsonNode line : entry.path("recorded")) {
          style.field("  before", line.asString("")).stream().map(style::dim).forEach(lines::add);
        }
      } else if (text(entry, "kind").equals("prevention")) {
        lines.addAll(prevention(entry, style));
      } else {
        lines.add(Lines.instant(text(entry, "at")) + "  decided");
        lines.addAll(decision(entry, style));
      }
    }
    return lines;
  }

  /** Of {@code reject}. */
  public static List<String> incident(JsonNode json, Style style) {
    List<String> lines = new ArrayList<>();
    lines.add(
        style.bold(Lines.clean(text(json, "type")))
            + "  "
            + Lines.clean(joined(json.path("components"), ", "))
            + "  "
            + style.dim(Lines.clean(text(json, "id"))));
    lines.addAll(style.field("evidence", text(json.path("issue"), "description")));
    lines.addAll(
        style.field(
            "seen",
            Lines.instant(text(json, "firstSeen"))
                + " to "
                + Lines.instant(text(json, "lastSeen"))));
    lines.addAll(style.field("status", word(text(json, "status")) + ": " + text(json, "note")));
    return lines;
  }

  /** Of {@code opportunities}. */
  public static List<String> opportunities(JsonNode json, Style style) {
    List<String> lines = new ArrayList<>();
    if (json.isEmpty()) {
      lines.add("Nothing worth doing now.");
    }
    for (JsonNode found : json) {
      lines.add(
          String.format(Locale.ROOT, "%5.1f  ", found.path("score").asDouble(0))
              + style.bold(Lines.clean(kind(found)))
              + "  "
              + Lines.clean(joined(found.path("components"), ", "))
              + "  "
              + style.dim(Lines.clean(text(found, "id"))));
      lines.addAll(style.wrap(text(found, "description"), 7));
      lines.addAll(style.wrap("brings " + text(found, "benefit") + byItself(found), 7));
      benefit(found.path("last").path("benefit"))
          .ifPresent(
              came ->
                  lines.addAll(
                      style.wrap(
                          "the last time, "
                              + Lines.instant(text(found.path("last"), "at"))
                              + ": "
                              + came,
                          7)));
      for (String line : text(found.path("advice"), "text").lines().toList()) {
        lines.add("         " + Lines.clean(line));
      }
    }
    return lines;
  }

  private static String kind(JsonNode found) {
    String action = text(found, "action");
    return action.isEmpty() ? "for you to do in " + text(found.path("advice"), "path") : action;
  }

  private static String byItself(JsonNode found) {
    String waits = text(found, "waits");
    if (found.has("advice")) {
      return "";
    }
    if (!found.path("safeToAutomate").asBoolean(false)) {
      return "; only on your word";
    }
    return "; safe to automate" + (waits.isEmpty() ? "" : ", but not now: " + waits);
  }

  /** What was estimated and what came of it, with before and after; empty if neither is known. */
  private static Optional<String> benefit(JsonNode benefit) {
    String metric = text(benefit, "metric");
    if (metric.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        Lines.clean(metric)
            + " "
            + (benefit.has("actual")
                ? "changed by "
                    + amount(metric, benefit.path("actual"))
                    + ", from "
                    + amount(metric, benefit.path("before"))
                    + " to "
                    + amount(metric, benefit.path("after"))
                : "was not measured afterwards")
            + (benefit.has("estimated")
                ? "; expected were " + amount(metric, benefit.path("estimated"))
                : ""));
  }

  private static String amount(String metric, JsonNode number) {
    double value = number.asDouble(0);
    if (metric.contains(".bytes")) {
      return String.format(Locale.ROOT, "%.2f GiB", value / (1L << 30));
    }
    return metric.contains(".fraction")
        ? String.format(Locale.ROOT, "%.1f %%", 100 * value)
        : String.format(Locale.ROOT, "%.0f", value);
  }

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

  private static String health(JsonNode json, Style style) {
    if (!json.path("health").isNumber()) {
      return Lines.pad("health", 14) + style.warn("unknown");
    }
    return health(json.path("health").asDouble(), style);
  }

  /** {@code health ████░░ 96.0 of 100}. */
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

  private static String word(String constant) {
    return constant.toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  private static String text(JsonNode json, String name) {
    JsonNode value = json.path(name);
    return value.isNull() || value.isMissingNode() || value.isContainer() ? "" : value.asString("");
  }

  private static String joined(JsonNode array, String separator) {
    List<String> texts = new ArrayList<>();
    array.forEach(
        element -> texts.add(element.isObject() ? text(element, "action") : element.asString("")));
    return String.join(separator, texts);
  }
}
