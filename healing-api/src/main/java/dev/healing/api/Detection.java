package dev.healing.api;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What a detector found in one look.
 *
 * @param issues all problems of its kind that are there now, also those reported before
 * @param unreadable components that it could not judge. A problem that is neither reported nor
 *     unreadable is gone.
 * @param age how long before this look it was measured that what is gone is gone; zero if in this
 *     look. Nothing that was done since is called a success by it
 * @param forecasts what it says of what will be, whether or not that is an issue
 * @param measured numbers of its own, by metric, that issues of it rest on and no sampler measures;
 *     also when there is no issue: from them what an action has changed is told afterwards
 */
public record Detection(
    List<Issue> issues,
    List<Unreadable> unreadable,
    Duration age,
    List<MetricForecast> forecasts,
    Map<String, Double> measured) {
  /** Looked, and all is well. */
  public static final Detection NOTHING = new Detection(List.of(), List.of());

  /** Measured in this look. */
  public Detection(List<Issue> issues, List<Unreadable> unreadable) {
    this(issues, unreadable, Duration.ZERO);
  }

  /** Measured so long ago. */
  public Detection(List<Issue> issues, List<Unreadable> unreadable, Duration age) {
    this(issues, unreadable, age, List.of(), Map.of());
  }

  /** Nothing is there any more, as was measured so long before this look. */
  public static Detection nothingSince(Duration age) {
    return new Detection(List.of(), List.of(), age);
  }

  /** Copies. */
  public Detection {
    Objects.requireNonNull(age, "detection without an age");
    issues = List.copyOf(issues);
    unreadable = List.copyOf(unreadable);
    forecasts = List.copyOf(forecasts);
    measured = Map.copyOf(measured);
  }

  /** A detection in which everything could be judged. */
  public static Detection of(List<Issue> issues) {
    return new Detection(issues, List.of());
  }
}
