package dev.healing.detect;

import dev.healing.api.Configuration;
import dev.healing.api.Detection;
import dev.healing.api.HostState;
import dev.healing.api.Issue;
import dev.healing.api.IssueType;
import dev.healing.api.Metric;
import dev.healing.api.Sample;
import dev.healing.api.Unreadable;
import dev.healing.spi.Detector;
import dev.healing.spi.DetectorKind;
import dev.healing.spi.HostContext;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** A metric is at a level that a user takes for bad: a detector that the configuration defines. */
public final class OwnLevel implements Detector {
  private final OwnLevelKeys keys;
  private final Level level;

  private OwnLevel(OwnLevelKeys keys) {
    this.keys = keys;
    this.level = keys.newLevel();
  }

  /**
   * One that judges a metric which its section does not name, but has a key for.
   *
   * @param name of the section
   * @param key says what is judged
   */
  public static Detector of(String name, Configuration section, String key, Metric metric) {
    return new OwnLevel(OwnLevelKeys.read(name, section, key, metric));
  }

  /** Makes one of each section that has a {@code metric}. Keys: {@link OwnLevelKeys}. */
  public static final class Kind implements DetectorKind {
    @Override
    public String key() {
      return "metric";
    }

    @Override
    public Detector create(String name, HostContext context, Optional<Set<Metric>> measured) {
      return new OwnLevel(OwnLevelKeys.read(name, context.configuration(), measured));
    }
  }

  @Override
  public Set<IssueType> reports() {
    return Set.of(keys.type());
  }

  @Override
  public Detection detect(HostState state) {
    Set<String> present = state.components(keys.metric().name());
    Set<String> judged = new TreeSet<>();
    if (keys.each()) {
      judged.addAll(present);
      judged.addAll(level.components());
    } else {
      judged.add(keys.metric().component());
    }
    List<Issue> issues = new ArrayList<>();
    List<Unreadable> unreadable = new ArrayList<>();
    for (String component : judged) {
      Metric metric = Metric.of(keys.metric().name(), component);
      if (ended(present, component)) {
        level.forget(component);
      } else {
        Level.Standing standing = level.update(state, component, metric);
        Optional<Sample> sample = state.sample(metric);
        if (sample.isPresent() && (standing.bad() || level.raised(component))) {
          // What was not measured anew is there as of when it was, and tells of nothing since.
          Instant asOf = standing.bad() ? state.at() : sample.orElseThrow().at();
          issues.add(issue(asOf, sample.orElseThrow()));
        } else if (sample.isEmpty() || standing == Level.Standing.UNKNOWN) {
          Unreadable why = Evidence.why(state, component, metric, level);
          unreadable.add(new Unreadable(keys.about(component), why.why()));
        }
      }
    }
    if (judged.isEmpty()) {
      unreadable.add(Evidence.why(state, keys.metric().toString(), keys.metric().name()));
    }
    return new Detection(issues, unreadable);
  }

  /** Whether it was away for a whole window in which others were measured. */
  private boolean ended(Set<String> present, String component) {
    return !present.isEmpty()
        && !present.contains(component)
        && level.components().contains(component)
        && level.absent(component) >= keys.of().m();
  }

  private Issue issue(Instant asOf, Sample sample) {
    Metric metric = sample.metric();
    String component = keys.about(metric.component());
    String text =
        (keys.description().isEmpty() ? metric + " is " : keys.description() + ": ")
            + keys.amount().shown(sample.value())
            + (keys.above() ? " (above " : " (below ")
            + keys.amount().shown(keys.bad())
            + ")";
    Evidence evidence = new Evidence(Map.of(metric.toString(), sample.value()));
    if (keys.above() && keys.amount() == Amount.FRACTION) {
      evidence = evidence.clearing(component, keys.clear());
    }
    return Issue.of(
        asOf, keys.type(), keys.severity(), text, evidence.metrics(), List.of(component));
  }
}
