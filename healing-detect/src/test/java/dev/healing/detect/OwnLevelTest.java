package dev.healing.detect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.api.Configuration;
import dev.healing.api.Detection;
import dev.healing.api.HostState;
import dev.healing.api.Issue;
import dev.healing.api.IssueType;
import dev.healing.api.Metric;
import dev.healing.api.Severity;
import dev.healing.api.Unreadable;
import dev.healing.spi.Detector;
import dev.healing.testkit.HostStates;
import dev.healing.testkit.TestHost;
import dev.healing.testkit.VirtualTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Detectors that a user defines by the level of a metric. */
class OwnLevelTest {
  private static final Metric VAR = Metric.of(Metric.FILESYSTEM_USED, "/var");
  private static final Metric SRV = Metric.of(Metric.FILESYSTEM_USED, "/srv");

  private static final Set<Metric> MEASURED =
      Set.of(
          Metric.SWAP_USED,
          Metric.HEALTH,
          Metric.of(Metric.FILESYSTEM_USED, "*"),
          Metric.of(Metric.PRESSURE_SOME, "io"),
          KernelSampler.OOM_KILLS,
          Metric.of(LinkSampler.UP, "*"));

  private Instant now = VirtualTime.START;

  static Detector detector(Map<String, ?> section) {
    Configuration configuration = Configuration.of(section);
    Detector detector =
        new OwnLevel.Kind()
            .create("mine", new TestHost().withConfiguration(configuration), Optional.empty());
    assertThat(configuration.problems()).isEmpty();
    return detector;
  }

  private static List<String> problems(Map<String, ?> section) {
    Configuration configuration = Configuration.of(section);
    new OwnLevel.Kind()
        .create("mine", new TestHost().withConfiguration(configuration), Optional.of(MEASURED));
    return configuration.problems();
  }

  private HostStates look() {
    now = now.plusSeconds(1);
    return HostStates.at(now);
  }

  private Detection feed(Detector detector, Metric metric, double... values) {
    Detection last = Detection.NOTHING;
    for (double value : values) {
      last = detector.detect(look().sample(metric, value).build());
    }
    return last;
  }

  private static Issue only(Detection detection) {
    assertThat(detection.issues()).hasSize(1);
    return detection.issues().get(0);
  }

  @Test
  void reportsWhatTheUserWrote() {
    Detector detector =
        detector(
            Map.of(
                "metric", "swap.used.fraction",
                "above", "60%",
                "for", "2 of 3",
                "severity", "HIGH",
                "component", "swap",
                "type", "swap_in_use",
                "description", "the shop swaps"));
    assertThat(feed(detector, Metric.SWAP_USED, 0.7).issues()).isEmpty();
    Issue issue = only(feed(detector, Metric.SWAP_USED, 0.75));
    assertThat(issue.type()).isEqualTo(IssueType.of("swap_in_use"));
    assertThat(issue.severity()).isEqualTo(Severity.HIGH);
    assertThat(issue.components()).containsExactly("swap");
    assertThat(issue.description()).isEqualTo("the shop swaps: 75% (above 60%)");
    assertThat(issue.metrics()).containsEntry("swap.used.fraction", 0.75);
  }

  @Test
  void whatIsNotWrittenFollowsTheName() {
    Detector detector = detector(Map.of("metric", "health.score", "below", "40", "for", "1 of 1"));
    Issue issue = only(feed(detector, Metric.HEALTH, 39.5));
    assertThat(issue.type()).isEqualTo(IssueType.of("mine"));
    assertThat(issue.components()).containsExactly("mine");
    assertThat(issue.severity()).isEqualTo(Severity.MEDIUM);
    assertThat(issue.description()).isEqualTo("health.score is 39.5 (below 40)");
  }

  @ParameterizedTest
  @CsvSource({
    // metric, key, level, still calm, bad, not clear, clear
    "swap.used.fraction, above, 60%, 0.60, 0.61, 0.56, 0.55",
    "swap.used.fraction, above, 3%, 0.03, 0.031, 0.016, 0.015",
    "health.score, below, 40, 40, 39.9, 43.9, 44",
    "service.memory.bytes, above, 1GiB, 1073741824, 1073741825, 966367642, 966367641",
    "queue.age.seconds, above, 1m, 60, 60.1, 54.1, 54",
    "load.per_cpu, above, 1.5, 1.5, 1.51, 1.36, 1.35",
    "orders.count, below, 3, 3, 2, 3.2, 3.3",
    "temperature, below, -5, -5, -6, -4.6, -4.5",
    "errors.count, above, 0, 0, 1, 1, 0"
  })
  void eachUnitHasItsLevelsAndItsGap(
      String metric,
      String key,
      String level,
      double calm,
      double bad,
      double unclear,
      double clear) {
    Detector detector = detector(Map.of("metric", metric, key, level, "for", "1 of 1"));
    Metric measured = Metric.of(metric);
    assertThat(feed(detector, measured, calm).issues()).isEmpty();
    assertThat(feed(detector, measured, bad).issues()).hasSize(1);
    assertThat(feed(detector, measured, unclear).issues()).hasSize(1);
    assertThat(feed(detector, measured, clear)).isEqualTo(Detection.NOTHING);
  }

  @Test
  void eachComponentIsJudgedByItself() {
    Detector detector =
        detector(
            Map.of(
                "metric", "filesystem.used.fraction{*}",
                "above", "50%",
                "for", "2 of 2",
                "type", "disk_full"));
    HostState state = look().sample(VAR, 0.6).sample(SRV, 0.4).build();
    detector.detect(state);
    Issue issue = only(detector.detect(look().sample(VAR, 0.6).sample(SRV, 0.4).build()));
    assertThat(issue.components()).containsExactly("/var");
    assertThat(issue.metrics())
        .as("so that whoever frees it knows how far")
        .containsEntry("clears.below.fraction{/var}", 0.45);
    HostState unmounted = look().sample(SRV, 0.4).build();
    assertThat(detector.detect(unmounted).unreadable())
        .extracting(Unreadable::what)
        .containsExactly("/var");
    detector.detect(look().sample(SRV, 0.4).build());
    assertThat(detector.detect(look().sample(SRV, 0.4).build()))
        .as("away for a whole window")
        .isEqualTo(Detection.NOTHING);
  }

  @Test
  void oneOfSeveralComponents() {
    Detector detector =
        detector(
            Map.of("metric", "filesystem.used.fraction{/var}", "above", "50%", "for", "1 of 1"));
    Issue issue = only(detector.detect(look().sample(VAR, 0.6).sample(SRV, 0.9).build()));
    assertThat(issue.components()).containsExactly("/var");
  }

  /** It is there as of when it was measured: no evidence of what was done since. */
  @Test
  void whatIsNotMeasuredAnewIsOldEvidence() {
    Detector detector = detector(Map.of("metric", "swap.used.fraction", "above", "60%"));
    feed(detector, Metric.SWAP_USED, 0.7, 0.7, 0.7);
    Instant measured = now;
    Issue issue = only(detector.detect(look().sample(Metric.SWAP_USED, 0.7, measured).build()));
    assertThat(issue.detectedAt()).isEqualTo(measured);
    assertThat(only(feed(detector, Metric.SWAP_USED, 0.7)).detectedAt()).isEqualTo(now);
  }

  @Test
  void whatNobodyMeasuresIsSaid() {
    Detector detector = detector(Map.of("metric", "swap.usd.fraction", "above", "60%"));
    assertThat(feed(detector, Metric.SWAP_USED, 0.9).unreadable())
        .containsExactly(new Unreadable("mine", "this look has no sample of swap.usd.fraction"));
    Detector each = detector(Map.of("metric", "x.bytes{*}", "above", "1B"));
    assertThat(each.detect(look().build()).unreadable()).hasSize(1);
  }

  @Test
  void aServiceMayBeNamedWithoutItsSuffix() {
    Detector detector =
        detector(
            Map.of(
                "metric", "health.score",
                "below", "40",
                "for", "1 of 1",
                "type", "service_failed",
                "component", "nginx"));
    assertThat(only(feed(detector, Metric.HEALTH, 1)).components())
        .containsExactly("nginx.service");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "metric=swap.usd.fraction, above=60% | 'metric' is 'swap.usd.fraction' | swap.used.fraction",
        "metric=filesystem.used.fraction, above=60% | 'metric' is | filesystem.used.fraction{*}",
        "metric=swap.used.fraction{/x}, above=60% | 'metric' is | swap.used.fraction",
        "metric=pressure.some.fraction{disk}, above=6% | 'metric' is | pressure.some.fraction{io}",
        "metric=swap.used.fraction | 'metric' is | exactly one of 'above' and 'below'",
        "metric=swap.used.fraction, above=60%, below=10% | 'metric' is | exactly one of",
        "metric=swap.used.fraction, above=0.6 | 'above' is '0.6' | a percentage",
        "metric=health.score, below=40% | 'below' is '40%' | a number like",
        "metric=swap.used.fraction, above=60%, clear=70% | 'clear' is '70%' | at most 'above', which is 60%",
        "metric=health.score, below=40, clear=30 | 'clear' is '30' | at least 'below', which is 40",
        "metric=health.score, below=40, for=6 of 5 | 'for' is '6 of 5' | n of m",
        "metric=health.score, below=40, severity=bad | 'severity' is 'bad' | one of low, medium, high, critical",
        "metric=health.score, below=40, type=My own | 'type' is 'My own' | a name: a-z",
        "metric=filesystem.used.fraction{*}, above=4%, component=x | 'component' is 'x' | none beside",
        "metric=health.score, below=40, type=service_failed, component=*.service | 'component' is '*.service' | one service, without wildcards",
        "metric=health.score, below=40, type=service_failed | 'type' is 'service_failed' | a 'component' beside it",
        "metric=health.score, below=40, abve=3 | unknown key 'abve' | metric, above, below, clear",
      })
  void mistakesAreSaid(String written, String what, String expected) {
    Map<String, String> section = new java.util.LinkedHashMap<>();
    for (String pair : written.split(", ")) {
      section.put(pair.split("=")[0], pair.split("=")[1]);
    }
    assertThat(problems(section)).singleElement().asString().contains(what, expected);
  }

  /** Its level would never be reached: each change is one measurement, however long it lasts. */
  @Test
  void noLevelIsOnWhatIsToldAsOfItsLastChange() {
    for (String name :
        List.of(
            "link.up.flag{*}",
            "filesystem.given_up.flag{/}",
            "filesystem.errors.count{/}",
            "service.restarts.count{app.service}",
            "memory.oom_kills.count",
            "memory.oom_killed.count{app.service}")) {
      for (Optional<Set<Metric>> measured :
          List.of(Optional.of(MEASURED), Optional.<Set<Metric>>empty())) {
        Configuration section = Configuration.of(Map.of("metric", name, "above", "0"));
        new OwnLevel.Kind().create("mine", new TestHost().withConfiguration(section), measured);
        assertThat(section.problems())
            .singleElement()
            .asString()
            .contains("'metric' is '" + name + "'", "measured anew at each look");
      }
    }
    assertThat(problems(Map.of("metric", "swap.usd.fraction", "above", "60%")))
        .singleElement()
        .asString()
        .contains("swap.used.fraction")
        .doesNotContain("link.up", "oom_kills");
  }

  @Test
  void allThatIsMeasuredMayBeNamed() {
    List<String> names =
        new ArrayList<>(
            List.of("swap.used.fraction", "filesystem.used.fraction{/x}", "health.score"));
    names.add("filesystem.used.fraction{*}");
    names.add("pressure.some.fraction{io}");
    names.add("pressure.some.fraction{*}");
    for (String name : names) {
      String level = name.equals("health.score") ? "3" : "3%";
      assertThat(problems(Map.of("metric", name, "above", level))).as(name).isEmpty();
    }
  }

  @Test
  void sleepsThroughNothing() {
    Detector detector =
        detector(Map.of("metric", "swap.used.fraction", "above", "60%", "for", "3 of 5"));
    feed(detector, Metric.SWAP_USED, 0.7, 0.7, 0.7);
    now = now.plus(Duration.ofDays(1));
    assertThat(detector.detect(look().build()).unreadable()).hasSize(1);
    assertThat(feed(detector, Metric.SWAP_USED, 0.58).issues()).hasSize(1);
    assertThat(feed(detector, Metric.SWAP_USED, 0.5).issues()).isEmpty();
  }
}
