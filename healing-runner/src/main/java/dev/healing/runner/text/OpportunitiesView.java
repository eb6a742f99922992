package dev.healing.runner.text;

import static dev.healing.runner.text.Fields.joined;
import static dev.healing.runner.text.Fields.text;

import dev.healing.api.Event;
import dev.healing.api.Incident;
import dev.healing.api.Receipt;
import dev.healing.core.EngineJson;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * What is worth doing, what it brings and has brought, as text. Tolerant: what is not there is not
 * shown.
 */
public final class OpportunitiesView {
  /** What stands in the place of a problem where nothing is wrong. */
  static final String WORTH_DOING = "worth doing";

  private OpportunitiesView() {}

  /** Whether an issue is none. */
  static boolean is(JsonNode issue) {
    return issue.path("opportunity").asBoolean(false);
  }

  /** On whose word one was taken. */
  static String whose(String origin) {
    return WORTH_DOING
        + switch (origin) {
          case "REQUESTED" -> ", as a person asked,";
          case "APPROVED" -> ", as a person approved,";
          default -> ", by itself,";
        };
  }

  /** What came of one that was taken. */
  static String word(String outcome) {
    return switch (outcome) {
      case "HEALED" -> "worth it";
      case "UNCHANGED" -> "little gained";
      default -> Fields.word(outcome);
    };
  }

  /** What one that was taken was to bring and has brought, behind a semicolon; else nothing. */
  public static String came(Event event) {
    if (event.kind() != Event.Kind.ACTION_FINISHED) {
      return "";
    }
    List<Receipt> attempts = event.incident().map(Incident::attempts).orElse(List.of());
    return attempts.isEmpty()
        ? ""
        : benefit(EngineJson.receipt(attempts.get(attempts.size() - 1)).path("benefit"))
            .map(came -> "; " + came)
            .orElse("");
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
    return "; safe to automate" + (waits.isEmpty() ? "" : ", but not done by itself: " + waits);
  }

  /** What was estimated and what came of it, with before and after; empty if neither is known. */
  static Optional<String> benefit(JsonNode benefit) {
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
      return Math.abs(value) >= (1L << 30) / 10.0
          ? String.format(Locale.ROOT, "%.2f GiB", value / (1L << 30))
          : Math.round(value / (1L << 20) * 10) / 10.0 + " MiB"; // which is never -0.0
    }
    return metric.contains(".fraction")
        ? String.format(Locale.ROOT, "%.1f %%", 100 * value)
        : String.format(Locale.ROOT, "%.0f", value);
  }
}
