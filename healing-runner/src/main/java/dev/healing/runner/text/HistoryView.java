package dev.healing.runner.text;

import static dev.healing.runner.text.Fields.joined;
import static dev.healing.runner.text.Fields.text;
import static dev.healing.runner.text.Fields.word;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/** What was done, what would be, and why, as text. Tolerant: what is not there is not shown. */
public final class HistoryView {
  private HistoryView() {}

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
    boolean opportunity = json.path("opportunity").asBoolean(false);
    String shown = Lines.pad(opportunity ? OpportunitiesView.word(outcome) : word(outcome), 14);
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
            (opportunity ? OpportunitiesView.whose(text(json, "origin")) : text(json, "type"))
                + " "
                + text(json, "incident")
                + ": "
                + text(json, "reason"),
            4));
    Optional.of(json.path("benefit"))
        .filter(benefit -> !outcome.equals("NOT_ATTEMPTED")) // there is nothing to measure
        .flatMap(OpportunitiesView::benefit)
        .ifPresent(came -> lines.addAll(style.wrap(came, 4)));
    if (!json.path("sideEffects").isEmpty()) {
      lines.addAll(
          style.wrap(
              "began meanwhile, perhaps by it: "
                  + Lines.clean(joined(json.path("sideEffects"), "; ")),
              4));
    }
    return lines;
  }

  /** Of {@code heal --dry-run}. */
  public static List<String> decision(JsonNode json, Style style) {
    List<String> lines = new ArrayList<>();
    String actions = joined(json.path("actions"), ", then ");
    lines.addAll(style.field("would do", actions.isEmpty() ? "nothing" : actions));
    lines.addAll(style.field("verdict", word(text(json, "verdict")) + ": " + text(json, "reason")));
    for (int i = 1; i < json.path("actions").size(); i++) { // of the first the reason has it
      JsonNode later = json.path("actions").path(i);
      lines.addAll(style.field("  then", text(later, "action") + ": " + text(later, "evidence")));
    }
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
        lines.addAll(circumstances(entry.path("circumstances"), style));
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

  private static List<String> circumstances(JsonNode json, Style style) {
    List<String> known = new ArrayList<>();
    if (json.has("load.per_cpu")) {
      known.add(
          String.format(
              Locale.ROOT, "load by processor %.2f", json.path("load.per_cpu").asDouble()));
    }
    if (json.has("generation.number")) {
      known.add("generation " + json.path("generation.number").asLong());
    }
    return known.isEmpty()
        ? List.of()
        : style.wrap("when it was decided: " + String.join(", ", known), 4);
  }

  /** Of {@code reject}. */
  public static List<String> incident(JsonNode json, Style style) {
    List<String> lines = new ArrayList<>();
    boolean opportunity = OpportunitiesView.is(json.path("issue"));
    boolean over = opportunity && json.has("closedAt");
    lines.add(
        style.bold(opportunity ? OpportunitiesView.WORTH_DOING : Lines.clean(text(json, "type")))
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
    String status = over ? "over" : status(json); // nobody was told, nothing is sick
    lines.addAll(style.field("status", status + ": " + text(json, "note")));
    return lines;
  }

  /** What is over while nobody knows what came of the last attempt need not be so by itself. */
  private static String status(JsonNode json) {
    JsonNode attempts = json.path("attempts");
    boolean unknown =
        text(attempts.path(attempts.size() - 1), "outcome").equals("AMBIGUOUS")
            && text(json, "status").equals("SELF_RECOVERED");
    return unknown ? "recovered" : word(text(json, "status"));
  }
}
