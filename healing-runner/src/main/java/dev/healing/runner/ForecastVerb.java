package dev.healing.runner;

import dev.healing.api.HealingException;
import dev.healing.api.Metric;
import dev.healing.api.OwnAction;
import dev.healing.api.Sample;
import dev.healing.core.Audit;
import dev.healing.core.history.History;
import dev.healing.core.history.Points;
import dev.healing.core.history.Series;
import dev.healing.core.host.LinuxHost;
import dev.healing.core.json.JsonText;
import dev.healing.optimizer.forecast.Forecast;
import dev.healing.optimizer.forecast.Forecaster;
import dev.healing.optimizer.forecast.OwnWorkAside;
import dev.healing.runner.control.Answer;
import dev.healing.runner.text.Lines;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code forecast [--csv FILE... --limit L [--every D]] [--horizon D]}. */
final class ForecastVerb implements Verb {
  private static final Duration HORIZON = Duration.ofHours(4);

  /** Of the host's history, as finely as a forecaster looks at it. */
  private static final Duration STEP = Duration.ofMinutes(2);

  /** What has a limit is measured as the part of it that is in use. */
  private static final String BOUNDED = "used.fraction";

  @Override
  public String name() {
    return "forecast";
  }

  @Override
  public String summary() {
    return "When what has a limit will reach it: of this host, or of any series.";
  }

  @Override
  public void options(CommandSpec spec) {
    Options.series(spec, false, "Rows of timestamp,value instead of this host.");
    Options.text(spec, "--limit", "L", "What the values are not to reach: 1, 2.5e9 or 90%%.");
    Options.text(spec, "--horizon", "D", "How far to look ahead, for example 1d; 4h if not given.");
    Options.text(spec, "--every", "D", "Walk forward over each file: a line for each D.");
  }

  @Override
  public int run(Invocation invocation) {
    List<Path> files = invocation.paths("--csv");
    Duration horizon = invocation.duration("--horizon").orElse(HORIZON);
    Optional<Duration> every = invocation.duration("--every");
    Optional<String> limit = invocation.option("--limit");
    if (files.isEmpty()) {
      if (limit.isPresent() || every.isPresent()) {
        throw invocation.wrong("--limit and --every are for files: expected --csv FILE with them");
      }
      return host(invocation, horizon);
    }
    double reached =
        limit
            .map(text -> limit(text, invocation))
            .orElseThrow(
                () -> invocation.wrong("a file does not say its limit: expected --limit L"));
    boolean fractions = limit.filter(text -> text.endsWith("%")).isPresent();
    return files(new ForecastWalk(reached, fractions, horizon, every), files, invocation);
  }

  private static double limit(String text, Invocation invocation) {
    boolean percent = text.endsWith("%");
    String digits = percent ? text.substring(0, text.length() - 1) : text;
    // Java would take 1d and 0x1p3 as numbers.
    double number =
        digits.matches("\\d+(\\.\\d+)?([eE][+-]?\\d{1,3})?") ? Double.parseDouble(digits) : 0;
    double limit = percent ? number / 100 : number;
    if (!(limit > 0) || Double.isInfinite(limit)) {
      throw invocation.wrong(
          "--limit is '" + text + "': expected a number above 0 in the unit of the values, or 90%");
    }
    return limit;
  }

  // ----------------------------------------------------------------- of files

  /** All that can be read are; those that cannot are told. */
  private static int files(ForecastWalk walk, List<Path> files, Invocation invocation) {
    int exit = Exit.DONE;
    // In larger pieces than lines. Not closed: it is not ours.
    PrintWriter out = new PrintWriter(invocation.out(), false, StandardCharsets.UTF_8);
    for (Path file : files) {
      try {
        walk.over(file, out, what -> invocation.err().println("healing: " + Lines.clean(what)));
      } catch (HealingException e) {
        out.flush();
        invocation.err().println("healing: " + e.getMessage());
        exit = Exit.FAILED;
      } catch (DateTimeException | ArithmeticException e) {
        out.flush();
        invocation.err().println("healing: " + file + ": its times are too far apart: " + e);
        exit = Exit.FAILED;
      }
    }
    out.flush();
    return exit;
  }

  /** What a forecast says, as JSON. */
  static void put(ObjectNode json, Forecast forecast) {
    json.put("reaches", forecast.reaches())
        .put("probability", Math.round(forecast.probability() * 1000) / 1000.0);
    json.put("at", forecast.time().map(time -> time.at().toString()).orElse(null))
        .put("lower", forecast.time().map(time -> time.lower().toString()).orElse(null))
        .put("upper", forecast.time().map(time -> time.upper().toString()).orElse(null));
  }

  // -------------------------------------------------------------- of this host

  private static int host(Invocation invocation, Duration horizon) {
    try (LinuxHost host = LinuxHost.observe(invocation.daemonsStateDirectory())) {
      History history = new History(host.state());
      Instant now = host.time().now();
      List<OwnAction> own = new Audit(host.state()).ownActions(now);
      ObjectNode json = JsonText.object().put("horizonMillis", horizon.toMillis());
      ArrayNode forecasts = json.putArray("forecasts");
      JsonNode measured = measured(invocation);
      for (Series series : history.series()) {
        if (series.metric().name().endsWith(BOUNDED)
            && series.last().isAfter(now.minus(Forecaster.REMEMBERED))) {
          Points points =
              history.points(series.metric(), now.minus(Forecaster.REMEMBERED), now, STEP);
          points.damaged().forEach(lost -> invocation.err().println("healing: " + lost));
          double used = measured.path(series.metric().toString()).asDouble(series.newest());
          forecasts.add(one(series.metric(), used, points, own, now, horizon));
        }
      }
      return invocation.show(Answer.of(json), (shown, style) -> text(shown, now, horizon));
    }
  }

  /** The key metrics as a daemon has them this second: the history is a minute behind. */
  private static JsonNode measured(Invocation invocation) {
    try {
      return invocation
          .askSoon(invocation.request("status"))
          .map(status -> status.result().path("metrics"))
          .orElseGet(JsonText::object);
    } catch (HealingException e) {
      return JsonText.object(); // the history tells as well
    }
  }

  private static ObjectNode one(
      Metric metric,
      double used,
      Points points,
      List<OwnAction> own,
      Instant now,
      Duration horizon) {
    Forecaster forecaster = new Forecaster(1);
    OwnWorkAside learner = new OwnWorkAside(forecaster);
    String name = metric.name();
    String component =
        metric.component().isEmpty() ? name.substring(0, name.indexOf('.')) : metric.component();
    List<OwnAction> ours = own.stream().filter(action -> action.concerns(component)).toList();
    for (int i = 0; i < points.size(); i++) {
      learner.add(new Sample(metric, points.highest(i), points.at(i)), ours);
    }
    Forecast forecast = forecaster.forecast(now, horizon);
    ObjectNode json = JsonText.object().put("metric", metric.toString());
    json.put("used", Math.round(used * 1e4) / 1e4);
    put(json, forecast);
    json.put("right", forecaster.timesRight()).put("wrong", forecaster.timesWrong());
    forecast.silence().ifPresent(why -> json.put("silent", why.words()));
    return json;
  }

  private static List<String> text(JsonNode json, Instant now, Duration horizon) {
    List<String> lines = new ArrayList<>();
    for (JsonNode one : json.path("forecasts")) {
      String used = Lines.percent(one.path("used").asDouble());
      lines.addAll(
          Lines.wrap(
              Lines.pad(used, 8)
                  + Lines.clean(one.path("metric").asString(""))
                  + ": "
                  + said(one, now, horizon),
              0));
    }
    return lines.isEmpty()
        ? List.of("No metric history is kept here yet: the daemon writes it every minute.")
        : lines;
  }

  private static String said(JsonNode one, Instant now, Duration horizon) {
    int right = one.path("right").asInt(0);
    int wrong = one.path("wrong").asInt(0);
    String before =
        right + wrong == 0
            ? ""
            : "; so far it was right " + right + " of " + (right + wrong) + " times";
    return soon(one, now, horizon) + before;
  }

  private static String soon(JsonNode one, Instant now, Duration horizon) {
    if (one.has("silent")) {
      return "nothing is said: " + one.path("silent").asString("");
    }
    if (one.path("at").isNull()) {
      return "not within " + Lines.time(horizon) + ", and nothing says that it ever will";
    }
    String when =
        "in "
            + left(one, "at", now)
            + ", most likely between "
            + left(one, "lower", now)
            + " and "
            + left(one, "upper", now);
    return one.path("reaches").asBoolean()
        ? "full " + when + " (" + Lines.percent(one.path("probability").asDouble()) + ")"
        : "not within " + Lines.time(horizon) + "; if at all, " + when;
  }

  private static String left(JsonNode one, String member, Instant now) {
    return Lines.time(Duration.between(now, Instant.parse(one.path(member).asString(""))));
  }
}
