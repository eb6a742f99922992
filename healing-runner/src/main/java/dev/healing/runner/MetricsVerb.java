package dev.healing.runner;

import dev.healing.api.Configuration;
import dev.healing.api.HealingException;
import dev.healing.api.Metric;
import dev.healing.core.history.History;
import dev.healing.core.history.Points;
import dev.healing.core.history.Series;
import dev.healing.core.host.LinuxHost;
import dev.healing.runner.control.Answer;
import dev.healing.runner.control.Json;
import dev.healing.runner.text.Lines;
import java.math.BigDecimal;
import java.math.MathContext;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code metrics [NAME] [--since D] [--every D]}: reads the files, whoever writes them. */
final class MetricsVerb implements Verb {
  private static final MathContext DIGITS = new MathContext(5);
  private static final int ROWS = 120;
  private static final List<Duration> STEPS =
      Stream.of("1s", "10s", "1m", "5m", "15m", "1h", "6h", "1d")
          .map(Configuration::parseDuration)
          .toList();

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
    spec.addOption(
        OptionSpec.builder("--since")
            .paramLabel("D")
            .type(String.class)
            .description("How far back, for example 24h; 1h if not given.")
            .build());
    spec.addOption(
        OptionSpec.builder("--every")
            .paramLabel("D")
            .type(String.class)
            .description("One row for each 10s, 1m, 1h, …; " + ROWS + " rows if not given.")
            .build());
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
            Answer.of(all(history.series())), (json, style) -> MetricsVerb.table(json));
      }
      Duration span = since.orElse(Duration.ofHours(1));
      Points points =
          points(
              invocation,
              history,
              series(history, name.get()),
              host.time().now(),
              span,
              every.orElseGet(() -> step(span)));
      points.damaged().forEach(lost -> invocation.err().println("healing: " + lost));
      return invocation.show(
          Answer.of(one(name.get(), points)), (json, style) -> MetricsVerb.rows(json));
    }
  }

  private static Duration step(Duration span) {
    return STEPS.stream()
        .filter(step -> span.dividedBy(step) <= ROWS)
        .findFirst()
        .orElse(STEPS.get(STEPS.size() - 1));
  }

  /** The one that is meant. */
  private static Metric series(History history, String name) {
    Metric metric = Metric.parse(name);
    List<Metric> known = history.series().stream().map(Series::metric).toList();
    if (known.contains(metric)) {
      return metric;
    }
    List<String> alike =
        known.stream()
            .filter(one -> one.name().equals(metric.name()))
            .map(Metric::toString)
            .toList();
    throw new HealingException(
        "there is no series '"
            + name
            + "': "
            + (alike.isEmpty()
                ? "'healing metrics' lists those that there are"
                : "expected one of " + String.join(", ", alike)));
  }

  private static Points points(
      Invocation invocation,
      History history,
      Metric metric,
      Instant now,
      Duration span,
      Duration every) {
    try {
      return history.points(metric, now.minus(span), now, every);
    } catch (IllegalArgumentException e) {
      throw invocation.wrong(String.valueOf(e.getMessage()));
    }
  }

  private static ObjectNode all(List<Series> series) {
    ObjectNode json = Json.object();
    ArrayNode array = json.putArray("series");
    for (Series one : series) {
      array
          .addObject()
          .put("metric", one.metric().toString())
          .put("first", one.first().toString())
          .put("last", one.last().toString())
          .put("newest", rounded(one.newest()));
    }
    return json;
  }

  private static ObjectNode one(String name, Points points) {
    ObjectNode json = Json.object().put("metric", name).put("stepMillis", points.step().toMillis());
    ArrayNode array = json.putArray("points");
    for (int i = 0; i < points.size(); i++) {
      array
          .addObject()
          .put("at", points.at(i).toString())
          .put("min", rounded(points.lowest(i)))
          .put("average", rounded(points.average(i)))
          .put("max", rounded(points.highest(i)));
    }
    points.damaged().forEach(json.putArray("damaged")::add);
    return json;
  }

  /** No digits that were not measured. */
  private static double rounded(double value) {
    return new BigDecimal(value).round(DIGITS).doubleValue();
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
