package dev.healing.runner.text;

import static dev.healing.runner.text.Fields.text;
import static dev.healing.runner.text.Fields.word;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.StreamSupport;
import tools.jackson.databind.JsonNode;

/**
 * The status where there is no room for all of it: what is wrong goes before everything else, first
 * what waits for somebody's word; what does not fit is counted, so that nobody takes it for all.
 */
final class BriefView {
  private BriefView() {}

  /** At most so many lines, of which there is at least one. */
  static List<String> of(JsonNode status, Style style, int most) {
    List<String> lines = new ArrayList<>();
    lines.add(health(status, style));
    if (!text(status, "paused").isEmpty()) {
      lines.add(style.warn(cut("off switch: " + text(status, "paused"), style)));
    }
    status
        .path("trouble")
        .forEach(trouble -> lines.add(style.bad(cut("trouble: " + trouble.asString(""), style))));
    List<JsonNode> issues =
        StreamSupport.stream(status.path("issues").spliterator(), false)
            .sorted(Comparator.comparing(issue -> !issue.has("confirmation")))
            .toList();
    if (issues.isEmpty()) {
      lines.add(StatusView.noIssues(status, style));
    }
    int shown = 0;
    for (JsonNode issue : issues) {
      List<String> one = issue(issue, style);
      int forTheRest = shown + 1 < issues.size() ? 1 : 0;
      if (lines.size() + one.size() + forTheRest > most) {
        break;
      }
      lines.addAll(one);
      shown++;
    }
    if (shown < issues.size()) {
      String more = (issues.size() - shown) + " more problems: 'healing issues' has them";
      lines.add(style.warn(cut(more, style)));
    } else {
      lines.addAll(StatusView.metrics(status.path("metrics"), style));
    }
    // Where even that is too much the last line is the count: all of it would have been said above.
    return lines.size() <= most
        ? lines
        : shown < issues.size() ? List.of(lines.get(lines.size() - 1)) : lines.subList(0, most);
  }

  private static String health(JsonNode status, Style style) {
    return status.path("health").isNumber()
        ? StatusView.health(status.path("health").asDouble(), style)
        : Lines.pad("health", 14) + style.warn("unknown");
  }

  private static List<String> issue(JsonNode issue, Style style) {
    List<String> lines = StatusView.head(issue, style);
    if (issue.has("confirmation")) {
      lines.addAll(style.wrap("asks: healing approve " + text(issue, "confirmation"), 4));
    } else {
      String note = word(text(issue, "status")) + ": " + text(issue, "note");
      lines.add("    " + Lines.cut(Lines.clean(note), style.width() - 4));
    }
    return lines;
  }

  private static String cut(String text, Style style) {
    return Lines.cut(Lines.clean(text), style.width());
  }
}
