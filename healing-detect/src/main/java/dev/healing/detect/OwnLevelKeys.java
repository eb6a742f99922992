package dev.healing.detect;

import dev.healing.api.Configuration;
import dev.healing.api.Configuration.NofM;
import dev.healing.api.IssueType;
import dev.healing.api.Metric;
import dev.healing.api.Severity;
import dev.healing.api.UnitState;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The keys of a detector that a user defines by a level. {@code metric}, with its component in
 * braces, {@code {*}} for each of several; exactly one of {@code above} and {@code below}, in the
 * metric's unit; {@code clear} (5 points from there, half of what is left if that is less, or a
 * tenth); {@code for} (3 of 5); {@code severity} (medium); {@code component} (the metric's, or the
 * name), {@code type} (the name) and {@code description} of the issue.
 *
 * @param metric what is judged; {@code *} as its component means each one
 * @param above whether it is bad above, or below
 * @param bad the level
 * @param clear at, or beyond, which it is over
 * @param component what the issue is about; empty: what the metric was measured on
 */
record OwnLevelKeys(
    Metric metric,
    boolean above,
    double bad,
    double clear,
    NofM of,
    Severity severity,
    IssueType type,
    String component,
    String description) {
  /** As the component of a metric: each that is measured. */
  private static final String EACH = "*";

  /** Notes what is wrong. */
  static OwnLevelKeys read(String name, Configuration section, Optional<Set<Metric>> measured) {
    Metric metric = Metric.parse(section.text("metric", "?"));
    if (Counters.tell(metric.name())) {
      section.contradiction(
          "metric",
          "what is measured anew at each look: this is told as of its last change, and has a"
              + " detector of its own");
    } else {
      measured.filter(all -> !covers(all, metric)).ifPresent(all -> unknown(section, all));
    }
    return read(name, section, "metric", metric);
  }

  /**
   * The same of a metric that is not written so.
   *
   * @param key the one that says what is judged
   */
  static OwnLevelKeys read(String name, Configuration section, String key, Metric metric) {
    Amount amount = Amount.of(metric);
    OptionalDouble over = amount.of(section, "above");
    OptionalDouble under = amount.of(section, "below");
    boolean above = section.has("above");
    if (above == section.has("below")) {
      section.contradiction(key, "exactly one of 'above' and 'below' beside it");
    }
    double bad = above ? over.orElse(0) : under.orElse(0);
    OptionalDouble written = amount.of(section, "clear");
    double clear = written.orElse(amount.usualClear(bad, above));
    if (written.isPresent() && (above ? clear > bad : clear < bad)) {
      section.contradiction(
          "clear",
          (above ? "at most 'above', which is " : "at least 'below', which is ")
              + amount.shown(bad));
    }
    IssueType type = IssueType.of(section.name("type", name));
    String component = section.text("component", "");
    if (!component.isEmpty() && metric.component().equals(EACH)) {
      section.contradiction("component", "none beside a metric of each component");
    }
    boolean service = type.equals(IssueType.SERVICE_FAILED);
    if (component.isEmpty() && service && metric.component().isEmpty()) {
      section.contradiction("type", "a 'component' beside it: the service that it is about");
    } else if (component.isEmpty() && !metric.component().equals(EACH)) {
      component = metric.component().isEmpty() ? name : metric.component();
    }
    if (service && !component.isEmpty() && !UnitState.isName(UnitState.fullName(component))) {
      section.contradiction("component", "the name of one service, without wildcards");
    }
    return new OwnLevelKeys(
        metric,
        above,
        bad,
        clear,
        section.nOfM("for", new NofM(3, 5)),
        section.choice("severity", Severity.MEDIUM),
        type,
        service ? UnitState.fullName(component) : component,
        section.text("description", ""));
  }

  private static boolean covers(Set<Metric> measured, Metric metric) {
    boolean whole = metric.component().isEmpty();
    return measured.contains(metric)
        || !whole && measured.contains(Metric.of(metric.name(), EACH))
        || metric.component().equals(EACH)
            && measured.stream().anyMatch(m -> m.name().equals(metric.name()));
  }

  private static void unknown(Configuration section, Set<Metric> measured) {
    section.contradiction(
        "metric",
        "what a sampler measures, one of "
            + measured.stream()
                .filter(metric -> !Counters.tell(metric.name()))
                .sorted()
                .map(Metric::toString)
                .collect(Collectors.joining(", ")));
  }

  Amount amount() {
    return Amount.of(metric);
  }

  /** Whether each component of the metric is judged by itself. */
  boolean each() {
    return metric.component().equals(EACH);
  }

  /** What an issue is about that was measured on this. */
  String about(String measuredOn) {
    return component.isEmpty() ? measuredOn : component;
  }

  /** Above and below mean beyond; clear includes the level itself. */
  Level newLevel() {
    return new Level(
        above
            ? new Level.Limits(v -> v > bad, v -> false, v -> v <= clear, of)
            : new Level.Limits(v -> v < bad, v -> false, v -> v >= clear, of));
  }
}
