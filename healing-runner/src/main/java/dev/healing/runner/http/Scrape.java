package dev.healing.runner.http;

import dev.healing.api.HealingException;
import dev.healing.api.Incident;
import dev.healing.api.IncidentStatus;
import dev.healing.api.Metric;
import dev.healing.api.MetricForecast;
import dev.healing.api.Severity;
import dev.healing.core.EngineStatus;
import dev.healing.core.HealingEngine;
import dev.healing.runner.http.Exposition.Point;
import dev.healing.spi.HostContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What {@code /metrics} tells: how the host is, what was done, and what healing itself takes. */
final class Scrape {
  private static final Pattern RESIDENT = Pattern.compile("VmRSS:\\s+([0-9]+) kB");
  private static final List<IncidentStatus> OPEN =
      Stream.of(IncidentStatus.values())
          .filter(s -> s != IncidentStatus.HEALED && s != IncidentStatus.SELF_RECOVERED)
          .toList();

  private final HealingEngine engine;
  private final HostContext host;
  private final Tally tally;
  private final String version;

  Scrape(HealingEngine engine, HostContext host, Tally tally, String version) {
    this.engine = engine;
    this.host = host;
    this.tally = tally;
    this.version = version;
  }

  /** By content negotiation: OpenMetrics for who names it. */
  Response response(Request request) {
    boolean open = request.header("accept").orElse("").contains("application/openmetrics-text");
    return Response.text(open ? Exposition.OPEN_METRICS : Exposition.TEXT, text(open));
  }

  private String text(boolean openMetrics) {
    Exposition to = new Exposition(openMetrics);
    long asked = host.time().monotonicNanos();
    List<Incident> incidents = engine.incidents();
    long lagNanos = host.time().monotonicNanos() - asked;
    to.info("healing_build_info", "The version that runs.", "version", version);
    state(to, engine.status(), incidents);
    forecasts(to, engine.forecasts());
    tally.write(to);
    to.gauge(
        "healing_loop_lag_seconds",
        "How long the engine's thread took to answer, at this scrape.",
        List.of(Point.of(lagNanos / 1e9)));
    itself(to);
    return to.text();
  }

  private void state(Exposition to, EngineStatus status, List<Incident> incidents) {
    to.gauge(
        "healing_health_score",
        "Health of the host, 0 to 100; absent while unknown.",
        status.health().isPresent() ? List.of(Point.of(status.health().getAsDouble())) : List.of());
    to.gauge(
        "healing_paused",
        "1 while the off switch is set: no action is started.",
        List.of(Point.of(status.paused().isPresent() ? 1 : 0)));
    List<Point> open = new ArrayList<>();
    for (Severity severity : Severity.values()) {
      for (IncidentStatus is : OPEN) {
        long count =
            incidents.stream()
                .filter(i -> !i.closed() && i.status() == is && i.issue().severity() == severity)
                .count();
        open.add(Point.of(count, "severity", severity.name(), "status", is.name()));
      }
    }
    to.gauge("healing_incidents_open", "Problems that are not over.", open);
    to.gauge(
        "healing_confirmations_pending",
        "Decisions that wait for a person.",
        List.of(Point.of(incidents.stream().filter(Incident::awaitsConfirmation).count())));
    to.gauge(
        "healing_heals_last_hour",
        "Actions that were started within the last hour, which counts towards the limit.",
        List.of(Point.of(status.healsInLastHour())));
    to.gauge(
        "healing_unreadable",
        "What the newest look could not tell.",
        List.of(Point.of(engine.unreadable().size())));
    to.gauge(
        "healing_troubles",
        "What is wrong with healing itself: with any it may only observe.",
        List.of(Point.of(status.trouble().size())));
    List<Point> preventions = new ArrayList<>();
    status
        .preventions()
        .forEach((verdict, n) -> preventions.add(Point.of(n, "verdict", verdict.name())));
    to.counter(
        "healing_preventions_total",
        "What was done because of a forecast, by whether it would have come true.",
        preventions);
    to.counter("healing_looks_total", "Looks at the host.", List.of(Point.of(status.looks())));
  }

  /** Where nothing is said, or that it will not be, there is no number. */
  private void forecasts(Exposition to, List<MetricForecast> forecasts) {
    Instant now = host.time().now();
    List<Point> seconds = new ArrayList<>();
    for (MetricForecast one : forecasts) {
      Metric metric = one.metric();
      one.time()
          .map(time -> Duration.between(now, time.at()).toSeconds())
          .ifPresent(
              left ->
                  seconds.add(
                      Point.of(
                          Math.max(0, left),
                          "metric",
                          metric.name(),
                          "component",
                          metric.component(),
                          "reaches",
                          String.valueOf(one.reaches()))));
    }
    to.gauge(
        "healing_forecast_seconds_to_limit",
        "When what has a limit reaches it, as likely before as after; reaches: within the horizon.",
        seconds);
  }

  /** Under the names that every program has them. What cannot be read is absent. */
  private void itself(Exposition to) {
    ProcessHandle.Info info = ProcessHandle.current().info();
    to.counter(
        "process_cpu_seconds_total",
        "Processor time of healing.",
        one(info.totalCpuDuration().map(Duration::toNanos).map(nanos -> nanos / 1e9)));
    to.gauge(
        "process_start_time_seconds",
        "When healing was started, in seconds since 1970.",
        one(info.startInstant().map(Instant::toEpochMilli).map(millis -> millis / 1e3)));
    to.gauge("process_resident_memory_bytes", "Memory of healing.", one(residentBytes()));
    to.gauge("process_open_fds", "Open files and connections of healing.", one(descriptors()));
  }

  private static List<Point> one(Optional<Double> value) {
    return value.map(v -> List.of(Point.of(v))).orElse(List.of());
  }

  private Optional<Double> residentBytes() {
    try {
      return host.files()
          .read("/proc/self/status")
          .map(RESIDENT::matcher)
          .filter(Matcher::find)
          .map(found -> Long.parseLong(found.group(1)) * 1_024.0);
    } catch (HealingException e) {
      return Optional.empty();
    }
  }

  private Optional<Double> descriptors() {
    Path directory = host.files().path("/proc/self/fd");
    try (Stream<Path> open = Files.list(directory)) {
      return Optional.of((double) open.count());
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
