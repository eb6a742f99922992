package dev.healing.optimizer.prediction;

import dev.healing.api.IssueType;
import dev.healing.api.Metric;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** What has a limit. */
enum Kind {
  DISK(
      IssueType.PREDICTED_DISK_FULL,
      List.of(Metric.FILESYSTEM_USED, Metric.FILESYSTEM_INODES_USED)),
  MEMORY(
      IssueType.PREDICTED_MEMORY_HIGH, List.of(Metric.MEMORY_USED.name(), Metric.SWAP_USED.name())),
  LIMIT(IssueType.PREDICTED_LIMIT_NEAR, List.of("limit.used.fraction"));

  private final IssueType type;
  private final List<String> names;

  Kind(IssueType type, List<String> names) {
    this.type = type;
    this.names = names;
  }

  IssueType type() {
    return type;
  }

  /** Of the metrics. */
  List<String> names() {
    return names;
  }

  /** Whether a problem is made of it. */
  boolean reported(Metric metric) {
    return !metric.equals(Metric.SWAP_USED);
  }

  /**
   * For how long what is done before it is a problem again is to last, if that is longer than
   * usual: old files are no better kept for another day, memory is only lent. Absent where nothing
   * is done about it: then it is a problem soon enough when it is there.
   */
  Optional<Duration> again() {
    return switch (this) {
      case DISK -> Optional.of(Duration.ofDays(3));
      case MEMORY -> Optional.of(Duration.ZERO);
      case LIMIT -> Optional.empty();
    };
  }

  /** What its issue is about. */
  String component(Metric metric) {
    return metric.component().isEmpty()
        ? metric.name().substring(0, metric.name().indexOf('.'))
        : metric.component();
  }

  /** After a percentage. */
  String what(Metric metric) {
    return switch (metric.name()) {
      case Metric.FILESYSTEM_USED -> " of its bytes are";
      case Metric.FILESYSTEM_INODES_USED -> " of its inodes are";
      default -> " are";
    };
  }

  /** What a person wants to know as well. */
  Optional<Metric> beside(Metric metric) {
    return switch (metric.name()) {
      case Metric.FILESYSTEM_USED ->
          Optional.of(Metric.of(Metric.FILESYSTEM_AVAILABLE, metric.component()));
      default ->
          metric.equals(Metric.MEMORY_USED)
              ? Optional.of(Metric.MEMORY_AVAILABLE)
              : Optional.empty();
    };
  }
}
