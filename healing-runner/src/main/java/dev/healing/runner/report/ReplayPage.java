package dev.healing.runner.report;

import dev.healing.api.Metric;
import dev.healing.runner.text.Lines;
import dev.healing.runner.text.ReplayView;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/** The page, from the JSON of {@code replay} and what was measured meanwhile. */
public final class ReplayPage {
  private static final int MOST_CHARTS = 24;
  private static final int MOST_PROBLEMS = 1_000;
  private static final int ROWS = 12;

  private final JsonNode json;
  private final Columns columns;
  private final List<JsonNode> policies = new ArrayList<>();
  private final Html html = new Html();

  private ReplayPage(JsonNode json, Columns columns) {
    this.json = json;
    this.columns = columns;
    json.path("policies").forEach(policies::add);
  }

  /** The whole page. */
  public static String of(JsonNode json, Columns columns) {
    return new ReplayPage(json, columns).page();
  }

  private String page() {
    html.raw("<!doctype html>\n").open("html", "lang", "en").line().open("head");
    html.open("meta", "charset", "utf-8");
    html.open("meta", "name", "viewport", "content", "width=device-width, initial-scale=1");
    html.open(
        "meta",
        "http-equiv",
        "Content-Security-Policy",
        "content",
        "default-src 'none'; style-src 'unsafe-inline'");
    html.open("meta", "name", "color-scheme", "content", "light dark");
    html.leaf("title", "Replay of " + text(json, "trace"));
    html.open("style").raw(style()).close("style").close("head").line().open("body").open("main");
    html.line().leaf("h1", "What would have been done");
    html.leaf("p", ReplayView.about(json));
    if (!text(json, "damage").isEmpty()) {
      html.leaf("p", text(json, "damage"), "class", "bad");
    }
    counts();
    if (policies.size() == 2) {
      differences();
    }
    charts();
    for (int i = 0; i < policies.size(); i++) {
      problems(i);
    }
    html.leaf("h2", "What a trace cannot tell").leaf("p", ReplayView.granted(json));
    html.close("main").close("body").close("html").line();
    return html.toString();
  }

  private static String style() {
    try (InputStream in = ReplayPage.class.getResourceAsStream("replay.css")) {
      return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** By which a configuration is called in charts, if there are two. */
  private String letter(int policy) {
    return policies.size() == 1 ? "" : policy == 0 ? "A" : "B";
  }

  private String name(int policy) {
    return (letter(policy) + " " + text(policies.get(policy), "config")).strip();
  }

  private void counts() {
    html.leaf("h2", "In numbers").open("div", "class", "wide").open("table").open("thead");
    html.open("tr").leaf("th", "", "scope", "col");
    for (int i = 0; i < policies.size(); i++) {
      html.leaf("th", name(i), "scope", "col", "class", "policy" + i);
    }
    html.close("tr").close("thead").open("tbody").line();
    ReplayView.counts()
        .forEach(
            (member, words) -> {
              html.open("tr").leaf("th", words, "scope", "row");
              boolean differs =
                  policies.stream().map(p -> p.path("counts").path(member)).distinct().count() > 1;
              for (JsonNode policy : policies) {
                String count = text(policy.path("counts"), member);
                html.leaf("td", count, "class", differs ? "number differs" : "number");
              }
              html.close("tr").line();
            });
    html.close("tbody").close("table").close("div").line();
  }

  // -------------------------------------------------------------- differences

  private void differences() {
    List<Differences.Pair> pairs = Differences.between(policies.get(0), policies.get(1));
    html.leaf("h2", "What differs");
    if (pairs.isEmpty()) {
      html.leaf("p", "Nothing: both would have done the same at the same time.");
      return;
    }
    html.open("div", "class", "wide").open("table").open("thead").open("tr");
    html.leaf("th", "Problem", "scope", "col");
    html.leaf("th", name(0), "scope", "col", "class", "policy0");
    html.leaf("th", name(1), "scope", "col", "class", "policy1");
    html.close("tr").close("thead").open("tbody").line();
    for (Differences.Pair pair : pairs.subList(0, Math.min(MOST_PROBLEMS, pairs.size()))) {
      JsonNode one = pair.first().or(pair::second).orElseThrow();
      html.open("tr").leaf("th", kind(one), "scope", "row");
      made(pair.first());
      made(pair.second());
      html.close("tr").line();
    }
    html.close("tbody").close("table").close("div");
    more(pairs.size());
  }

  private static String kind(JsonNode problem) {
    List<String> components = new ArrayList<>();
    problem.path("components").forEach(one -> components.add(one.asString()));
    return text(problem, "type").toLowerCase(Locale.ROOT) + " of " + String.join(", ", components);
  }

  private void made(Optional<JsonNode> told) {
    html.open("td");
    if (told.isEmpty()) {
      html.text("no problem");
    }
    told.ifPresent(
        problem -> {
          String later =
              ReplayView.severity(problem).equals(text(problem, "severity"))
                  ? ""
                  : ", later " + text(problem, "severity");
          html.text(
              Lines.instant(text(problem, "firstSeen"))
                  + " "
                  + ReplayView.severity(problem)
                  + later);
          html.text(", " + ReplayView.lasted(problem, json));
          badges(problem);
          problem
              .path("would")
              .forEach(would -> html.leaf("p", at(would) + ReplayView.said(would)));
        });
    html.close("td");
  }

  // ------------------------------------------------------------------- charts

  private void charts() {
    Map<String, Integer> wanted = new LinkedHashMap<>();
    wanted.put(Metric.HEALTH.toString(), Integer.MAX_VALUE);
    for (JsonNode policy : policies) {
      for (JsonNode problem : policy.path("problems")) {
        for (String metric : problem.path("metrics").propertyNames()) {
          if (columns.of(metric).isPresent()) {
            wanted.merge(metric, 1, Integer::sum);
          }
        }
      }
    }
    wanted.put(Metric.HEALTH.toString(), Integer.MAX_VALUE); // with all problems
    List<String> shown =
        wanted.entrySet().stream()
            .sorted(Map.Entry.<String, Integer>comparingByValue().reversed())
            .limit(MOST_CHARTS)
            .map(Map.Entry::getKey)
            .toList();
    html.leaf("h2", "Over time");
    html.leaf(
        "p",
        "Times are UTC. The line is the mean of each "
            + Lines.length(columns.step())
            + ", the area around it the least and the greatest. Bars: something was wrong. ▲ would"
            + " have started, ○ would have asked, ■ would have handed over, × held back or nothing"
            + " to do.");
    for (int i = 0; i < shown.size(); i++) {
      chart("chart" + i, shown.get(i));
    }
    if (wanted.size() > shown.size()) {
      html.leaf("p", (wanted.size() - shown.size()) + " more metrics are not drawn.");
    }
  }

  private void chart(String id, String metric) {
    boolean all = metric.equals(Metric.HEALTH.toString());
    String title = all ? "All problems, over the health of the host" : metric;
    List<Chart.Strip> strips = new ArrayList<>();
    List<Chart.Level> levels = new ArrayList<>();
    boolean cut = false;
    for (int i = 0; i < policies.size(); i++) {
      Chart.Strip strip = strip(i, all ? "" : metric);
      cut |= Math.max(strip.bands().size(), strip.marks().size()) > Chart.MOST_MARKS;
      strips.add(strip);
      levels.addAll(levels(i, metric));
    }
    if (policies.size() == 2) {
      levels = together(levels);
    }
    html.open("figure").leaf("h3", title).open("div", "class", "wide").line();
    new Chart(columns, metric).draw(html, id, title, strips, levels);
    html.close("div");
    if (cut) {
      html.leaf("p", "Only the first " + Chart.MOST_MARKS + " are drawn.");
    }
    numbers(metric);
    html.close("figure").line();
  }

  /** Of one metric, or of all problems if it is empty. */
  private Chart.Strip strip(int policy, String metric) {
    List<Chart.Band> bands = new ArrayList<>();
    List<Chart.Mark> marks = new ArrayList<>();
    for (JsonNode problem : policies.get(policy).path("problems")) {
      if (!metric.isEmpty() && !problem.path("metrics").has(metric)) {
        continue;
      }
      String over = text(problem, "over");
      Instant from = Instant.parse(text(problem, "firstSeen"));
      Instant to = Instant.parse(over.isEmpty() ? text(json, "to") : over);
      String what = ReplayView.described(problem);
      bands.add(new Chart.Band(from, to, text(problem, "severity"), from + " " + what));
      for (JsonNode would : problem.path("would")) {
        Instant at = Instant.parse(text(would, "at"));
        marks.add(new Chart.Mark(at, text(would, "step"), at(would) + ReplayView.step(would)));
      }
    }
    return new Chart.Strip(letter(policy), bands, marks);
  }

  private List<Chart.Level> levels(int policy, String metric) {
    JsonNode all = policies.get(policy).path("levels");
    String name = metric.equals(Metric.HEALTH.toString()) ? "health" : metric;
    JsonNode known = all.has(name) ? all.path(name) : all.path(Metric.parse(metric).name());
    List<Chart.Level> levels = new ArrayList<>();
    known
        .properties()
        .forEach(
            level ->
                levels.add(
                    new Chart.Level(letter(policy), level.getKey(), level.getValue().asDouble())));
    return levels;
  }

  /** A level that both have is drawn once. */
  private static List<Chart.Level> together(List<Chart.Level> levels) {
    List<Chart.Level> once = new ArrayList<>();
    for (Chart.Level level : levels) {
      Chart.Level both = new Chart.Level("", level.name(), level.value());
      boolean again =
          once.removeIf(l -> l.name().equals(level.name()) && l.value() == level.value());
      once.add(again ? both : level);
    }
    return once;
  }

  private void numbers(String metric) {
    Optional<Columns.Series> series = columns.of(metric);
    if (series.isEmpty()) {
      return;
    }
    html.open("details").leaf("summary", "In numbers").open("table").open("thead").open("tr");
    for (String head : List.of("From", "Least", "Mean", "Greatest")) {
      html.leaf("th", head, "scope", "col");
    }
    html.close("tr").close("thead").open("tbody").line();
    int each = (columns.size() + ROWS - 1) / ROWS;
    for (int from = 0; from < columns.size(); from += each) {
      Instant at = columns.begin().plus(columns.step().multipliedBy(from));
      html.open("tr").leaf("th", Lines.instant(at.toString()), "scope", "row");
      Optional<Columns.Range> here = series.get().range(from, from + each);
      for (var part :
          List.<java.util.function.ToDoubleFunction<Columns.Range>>of(
              Columns.Range::least, Columns.Range::mean, Columns.Range::greatest)) {
        String value = here.map(r -> Chart.value(metric, part.applyAsDouble(r))).orElse("unknown");
        html.leaf("td", value, "class", "number");
      }
      html.close("tr").line();
    }
    html.close("tbody").close("table").close("details");
  }

  // ----------------------------------------------------------------- problems

  private void problems(int policy) {
    html.leaf("h2", "Problems with " + name(policy), "class", "policy" + policy);
    JsonNode problems = policies.get(policy).path("problems");
    if (problems.isEmpty()) {
      html.leaf("p", "Nothing would have been wrong.");
    }
    int shown = 0;
    for (JsonNode problem : problems) {
      if (shown++ == MOST_PROBLEMS) {
        break;
      }
      html.open("article").open("h3").text(Lines.instant(text(problem, "firstSeen")) + " ");
      String severity = ReplayView.severity(problem);
      html.leaf("span", severity, "class", "severity " + severity.toLowerCase(Locale.ROOT));
      html.text(" " + kind(problem)).close("h3");
      html.open("p").text(ReplayView.described(problem) + "; " + ReplayView.lasted(problem, json));
      badges(problem);
      html.close("p");
      if (!text(problem, "cause").isEmpty()) {
        html.leaf("p", "A symptom of " + text(problem, "cause"));
      }
      steps(problem);
      html.leaf("p", text(problem, "id"), "class", "id").close("article").line();
    }
    more(problems.size());
    if (policies.get(policy).has("leftOut")) {
      html.leaf("p", ReplayView.leftOut(policies.get(policy)) + ".");
    }
    for (JsonNode unseen : policies.get(policy).path("unseen")) {
      html.leaf("p", "Not seen: " + text(unseen, "what") + ": " + text(unseen, "why"));
    }
  }

  private void more(int all) {
    if (all > MOST_PROBLEMS) {
      html.leaf("p", (all - MOST_PROBLEMS) + " more are told by --json.");
    }
  }

  private void badges(JsonNode problem) {
    if (problem.path("perhapsNeedless").asBoolean(false)) {
      html.text(" ").leaf("span", "perhaps needless", "class", "badge");
    }
    if (problem.path("missed").asBoolean(false)) {
      html.text(" ").leaf("span", "missed", "class", "badge bad");
    }
  }

  private void steps(JsonNode problem) {
    if (problem.path("would").isEmpty()) {
      return;
    }
    html.open("ol");
    problem.path("would").forEach(would -> html.leaf("li", at(would) + ReplayView.step(would)));
    html.close("ol");
  }

  /** With its day: a problem may last for weeks. */
  private static String at(JsonNode would) {
    return Lines.instant(text(would, "at")) + " ";
  }

  private static String text(JsonNode json, String member) {
    return json.path(member).asString("");
  }
}
