package dev.healing.runner;

import dev.healing.api.Metric;
import dev.healing.core.history.History;
import dev.healing.core.host.LinuxHost;
import dev.healing.runner.control.Answer;
import dev.healing.runner.text.Lines;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code metrics [NAME] [--since D] [--every D]}: reads the files, whoever writes them. */
final class MetricsVerb implements Verb {
  @Override
  public String name() {
    return "metrics";
  }

  @Override
  public String summary() {
    return "What was measured, over a year: all series, or the points of one.";
  }

  @Override
  public void options(CommandSpec spec) {
    Operands.optional(spec, "NAME", "A series, as NAME or NAME{COMPONENT}.");
    Options.text(spec, "--since", "D", "How far back, for example 24h; 1h if not given.");
    Options.text(
        spec,
        "--every",
        "D",
        "One row for each 10s, 1m, 1h, …; " + Measured.ROWS + " rows if not given.");
  }

  @Override
  public int run(Invocation invocation) {
    Optional<Duration> since = invocation.duration("--since");
    Optional<Duration> every = invocation.duration("--every");
    Optional<String> name = invocation.operand();
    if (name.isEmpty() && (since.isPresent() || every.isPresent())) {
      throw invocation.wrong("--since and --every are for one series: expected its NAME");
    }
    try (LinuxHost host = LinuxHost.observe(invocation.daemonsStateDirectory())) {
      History history = new History(host.state());
      if (name.isEmpty()) {
        return invocation.show(
            Answer.of(Measured.all(history)), (json, style) -> MetricsVerb.table(json));
      }
      ObjectNode points =
          points(
              invocation,
              history,
              Measured.series(history, name.get()),
              new Measured.Span(host.time().now(), since, every));
      points
          .path("damaged")
          .forEach(lost -> invocation.err().println("healing: " + lost.asString("")));
      return invocation.show(Answer.of(points), (json, style) -> MetricsVerb.rows(json));
    }
  }

  private static ObjectNode points(
      Invocation invocation, History history, Metric metric, Measured.Span span) {
    try {
      return Measured.one(history, metric, span);
    } catch (IllegalArgumentException e) {
      throw invocation.wrong(String.valueOf(e.getMessage()));
    }
  }

  private static String plain(JsonNode number) {
    return new BigDecimal(String.valueOf(number.asDouble())).stripTrailingZeros().toPlainString();
  }

  private static List<String> table(JsonNode json) {
    List<String> lines = new ArrayList<>();
    for (JsonNode one : json.path("series")) {
      lines.add(
          Lines.pad(plain(one.path("newest")), 14)
              + "  "
              + Lines.instant(one.path("first").asString(""))
              + "  "
              + Lines.instant(one.path("last").asString(""))
              + "  "
              + Lines.clean(one.path("metric").asString("")));
    }
    if (lines.isEmpty()) {
      return List.of("No metric history is kept here yet: the daemon writes it every minute.");
    }
    lines.add(0, "newest          since                 until                 series");
    return lines;
  }

  private static List<String> rows(JsonNode json) {
    List<String> rows = new ArrayList<>();
    rows.add("time,min,avg,max");
    for (JsonNode point : json.path("points")) {
      rows.add(
          point.path("at").asString("")
              + ","
              + plain(point.path("min"))
              + ","
              + plain(point.path("average"))
              + ","
              + plain(point.path("max")));
    }
    return rows;
  }
}
