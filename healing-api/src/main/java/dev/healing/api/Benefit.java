package dev.healing.api;

import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What something should bring or has brought: the change of one measured number. It is told among
 * the numbers of an issue and so of its receipt, which is durable and can be shown and learned from
 * by whoever reads it.
 *
 * @param of what should change
 * @param more whether more of it is better
 * @param estimated by how much it should change, in its unit, with its sign; absent if not known
 * @param before it
 * @param after it; absent while it was not done, or could not be measured
 */
public record Benefit(
    Metric of,
    boolean more,
    OptionalDouble estimated,
    OptionalDouble before,
    OptionalDouble after) {
  /** Told among the numbers of an issue for what should become more, and never sampled. */
  private static final String MORE = "benefit.more.count";

  /** The same for what should become less. */
  private static final String LESS = "benefit.less.count";

  private static final String ESTIMATED = "benefit.estimated";

  /** Told of what is worth doing and of which nobody knows what should change. */
  private static final String UNMEASURED = "benefit.unmeasured.count";

  /** Each of these is told of what is worth doing, and of nothing else. */
  private static final Set<String> MARKS = Set.of(MORE, LESS, UNMEASURED);

  /** As numbers of an issue, beside what is measured. */
  public Map<String, Double> told() {
    String direction = Metric.of(more ? MORE : LESS, of.toString()).toString();
    String estimate = Metric.of(ESTIMATED, of.toString()).toString();
    return estimated.isPresent()
        ? Map.of(direction, 1.0, estimate, estimated.getAsDouble())
        : Map.of(direction, 1.0);
  }

  /**
   * The issue as one of an opportunity, which {@link #isTold} says of its numbers: as it is, if
   * they tell of a benefit already.
   */
  public static Issue opportunity(Issue issue) {
    return isTold(issue.metrics())
        ? issue
        : issue.telling(issue.description(), Map.of(UNMEASURED, 1.0));
  }

  /**
   * The issue as one of a problem, whatever its numbers are called: without those that {@link
   * #isTold} goes by.
   */
  public static Issue problem(Issue issue) {
    if (!isTold(issue.metrics())) {
      return issue;
    }
    SortedMap<String, Double> numbers = new TreeMap<>(issue.metrics());
    numbers.keySet().removeIf(Benefit::marks);
    return new Issue(
        issue.id(),
        issue.detectedAt(),
        issue.type(),
        issue.severity(),
        issue.description(),
        numbers,
        issue.components(),
        issue.explains());
  }

  /**
   * Whether they are the numbers of something that is worth doing, measured or not, and of no
   * problem.
   *
   * @param numbers of an issue, or of a receipt before its action
   */
  public static boolean isTold(Map<String, Double> numbers) {
    return numbers.keySet().stream().anyMatch(Benefit::marks);
  }

  private static boolean marks(String number) {
    return number.startsWith("benefit.") && MARKS.contains(Metric.parse(number).name());
  }

  /**
   * What these numbers tell of it; empty if nothing.
   *
   * @param before of an issue, or of a receipt
   * @param after of the receipt; empty if there is none yet
   */
  public static Optional<Benefit> of(Map<String, Double> before, Map<String, Double> after) {
    for (String number : before.keySet()) {
      Metric told = Metric.parse(number);
      if (told.name().equals(MORE) || told.name().equals(LESS)) {
        String of = told.component();
        return Optional.of(
            new Benefit(
                Metric.parse(of),
                told.name().equals(MORE),
                number(before, Metric.of(ESTIMATED, of).toString()),
                number(before, of),
                number(after, of)));
      }
    }
    return Optional.empty();
  }

  private static OptionalDouble number(Map<String, Double> numbers, String name) {
    Double value = numbers.get(name);
    return value == null ? OptionalDouble.empty() : OptionalDouble.of(value);
  }

  /** By how much it has changed. */
  public OptionalDouble actual() {
    return before.isPresent() && after.isPresent()
        ? OptionalDouble.of(after.getAsDouble() - before.getAsDouble())
        : OptionalDouble.empty();
  }

  /** How much of the estimate came true, 0 (nothing, or the contrary) to 1; absent if unknown. */
  public OptionalDouble share() {
    if (actual().isEmpty()) {
      return OptionalDouble.empty();
    }
    double gained = more ? actual().getAsDouble() : -actual().getAsDouble();
    double wanted = Math.abs(estimated.orElse(0));
    if (gained <= 0) {
      return OptionalDouble.of(0);
    }
    return wanted > 0 ? OptionalDouble.of(Math.min(1, gained / wanted)) : OptionalDouble.empty();
  }
}
