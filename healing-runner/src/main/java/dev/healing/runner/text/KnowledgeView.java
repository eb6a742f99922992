package dev.healing.runner.text;

import dev.healing.api.Fingerprint;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** What was learned, as text: how well it goes, what keeps happening, and what helped. */
public final class KnowledgeView {
  /** Actions on problems; all of them are in the JSON. */
  private static final int MOST_SHOWN = 20;

  private record Tried(String problem, String action, JsonNode counts) {
    long attempts() {
      return counts.path("attempts").asLong();
    }
  }

  private KnowledgeView() {}

  /** Of {@code knowledge show}. */
  public static List<String> knowledge(JsonNode json, Style style) {
    List<String> lines = new ArrayList<>(sums(json, style));
    section(lines, style, "Month by month (UTC)", months(json.path("months")));
    section(lines, style, "What keeps happening", patterns(json.path("patterns"), style));
    section(lines, style, "What was tried", tried(json.path("problems"), style));
    section(
        lines, style, "How far an action may go by itself", autonomy(json.path("autonomy"), style));
    section(lines, style, "Autonomy lost by making it worse", standings(json.path("standings")));
    section(lines, style, "Learned from elsewhere", imports(json));
    lines.add("");
    lines.add(style.dim("All of it: 'healing knowledge show --json'"));
    return lines;
  }

  private static void section(List<String> lines, Style style, String title, List<String> what) {
    if (!what.isEmpty()) {
      lines.add("");
      lines.add(style.bold(title));
      lines.addAll(what);
    }
  }

  private static List<String> sums(JsonNode json, Style style) {
    JsonNode all = json.path("statistics");
    JsonNode calibration = json.path("calibration");
    List<String> lines = new ArrayList<>();
    long attempts = all.path("attempts").asLong();
    lines.addAll(
        style.field(
            "attempts",
            attempts
                + ", of which "
                + all.path("healed").asLong()
                + " healed; passed by themselves: "
                + all.path("selfRecovered").asLong()));
    lines.addAll(style.field("problems", json.path("problems").size() + " known"));
    if (calibration.path("calibrationError").isNumber()) {
      lines.addAll(
          style.field(
              "confidence",
              String.format(
                  Locale.ROOT,
                  "off by %.0f points on average, Brier score %.2f, over %s",
                  100 * calibration.path("calibrationError").asDouble(),
                  calibration.path("brierScore").asDouble(),
                  Lines.many(calibration.path("attempts").asString("0"), "attempt"))));
    }
    return lines;
  }

  private static List<String> months(JsonNode months) {
    List<String> lines = new ArrayList<>();
    for (JsonNode month : months) {
      if (month.path("incidents").asLong() > 0) {
        lines.add(
            "  "
                + month.path("month").asString("")
                + String.format(
                    Locale.ROOT,
                    "  %5d incidents  %s recurring  %s unattended  ",
                    month.path("incidents").asLong(),
                    percent(month.path("recurrenceRate")),
                    percent(month.path("unattendedRate")))
                + "healed in "
                + (month.path("timeToHealSeconds").isNumber()
                    ? Lines.millis(Math.round(1e3 * month.path("timeToHealSeconds").asDouble()))
                    : "-")
                + "  false heals "
                + percent(month.path("falseHealRate")).strip());
      }
    }
    return lines;
  }

  private static String percent(JsonNode rate) {
    return rate.isNumber() ? String.format(Locale.ROOT, "%3.0f %%", 100 * rate.asDouble()) : "  - ";
  }

  /** What keeps happening, and what could be done about it. */
  static List<String> patterns(JsonNode patterns, Style style) {
    List<String> lines = new ArrayList<>();
    for (JsonNode pattern : patterns) {
      String kind = pattern.path("kind").asString("").toLowerCase(Locale.ROOT).replace('_', ' ');
      lines.addAll(style.field(kind, pattern.path("reason").asString("")));
      lines.addAll(style.field("", pattern.path("proposal").asString("")));
    }
    return lines;
  }

  private static List<String> tried(JsonNode problems, Style style) {
    List<Tried> all = new ArrayList<>();
    for (JsonNode problem : problems) {
      for (Map.Entry<String, JsonNode> action : problem.path("actions").properties()) {
        all.add(new Tried(problem.path("key").asString(""), action.getKey(), action.getValue()));
      }
    }
    all.sort(Comparator.comparing(Tried::attempts).reversed());
    List<String> lines = new ArrayList<>();
    for (Tried tried : all.subList(0, Math.min(MOST_SHOWN, all.size()))) {
      lines.addAll(style.wrap(new Fingerprint(tried.problem()).inWords() + ": " + told(tried), 2));
    }
    if (all.size() > MOST_SHOWN) {
      lines.add("  and " + (all.size() - MOST_SHOWN) + " more");
    }
    return lines;
  }

  private static String told(Tried tried) {
    JsonNode counts = tried.counts();
    JsonNode imported = counts.path("imported");
    List<String> others = new ArrayList<>();
    for (String other : List.of("unchanged", "worse", "failed", "ambiguous")) {
      if (counts.path(other).asLong() > 0) {
        others.add(counts.path(other).asLong() + " " + other);
      }
    }
    String here =
        tried.action()
            + (tried.attempts() == 0
                ? " never tried here"
                : " healed " + counts.path("healed").asLong() + " of " + tried.attempts())
            + (others.isEmpty() ? "" : " (" + String.join(", ", others) + ")")
            + (counts.path("lastSeen").isString()
                ? "; last "
                    + counts.path("lastOutcome").asString("")
                    + ", "
                    + Lines.instant(counts.path("lastSeen").asString(""))
                : "")
            + CourseWords.told(counts.path("course"));
    return imported.isObject()
        ? here
            + "; "
            + imported.path("from").asString("")
            + " has seen "
            + part(imported.path("healed").asDouble())
            + " of "
            + imported.path("attempts").asLong()
        : here;
  }

  /** Of what several actions healed together each has a part. */
  private static String part(double healed) {
    return healed == Math.rint(healed)
        ? String.valueOf((long) healed)
        : String.format(Locale.ROOT, "%.1f", healed);
  }

  /** From the highest rung down. */
  private static List<String> autonomy(JsonNode autonomy, Style style) {
    List<String> lines = new ArrayList<>();
    for (String rung : List.of("AUTO", "CONFIRM", "SUGGEST", "OBSERVE")) {
      List<String> actions = new ArrayList<>();
      autonomy
          .properties()
          .forEach(
              one -> {
                if (one.getValue().asString("").equals(rung)) {
                  actions.add(one.getKey());
                }
              });
      if (!actions.isEmpty()) {
        lines.addAll(style.field("  " + rung.toLowerCase(Locale.ROOT), String.join(", ", actions)));
      }
    }
    return lines;
  }

  private static List<String> standings(JsonNode standings) {
    List<String> lines = new ArrayList<>();
    for (JsonNode one : standings) {
      lines.add(
          "  "
              + one.path("action").asString("")
              + " on "
              + one.path("type").asString("")
              + ": worse "
              + Lines.many(one.path("worse").asString("0"), "time")
              + ", now "
              + Lines.many(one.path("below").asString("0"), "rung")
              + " below the ceiling since "
              + Lines.instant(one.path("since").asString(""))
              + ", "
              + Lines.many(one.path("proven").asString("0"), "good outcome")
              + " in a row since");
    }
    return lines;
  }

  private static List<String> imports(JsonNode json) {
    List<String> lines = new ArrayList<>();
    for (JsonNode one : json.path("imports")) {
      lines.add(
          "  "
              + Lines.clean(one.path("from").asString(""))
              + ": "
              + Lines.many(one.path("attempts").asString("0"), "attempt")
              + ", "
              + Lines.instant(one.path("at").asString("")));
    }
    return lines;
  }
}
