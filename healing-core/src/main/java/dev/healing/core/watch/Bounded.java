package dev.healing.core.watch;

import dev.healing.api.Detection;
import dev.healing.api.Issue;
import dev.healing.api.MetricForecast;
import dev.healing.api.Unreadable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * What is taken of a detector that tells of more than the engine can follow: a problem for each
 * packet would cost seconds a look, and tells nobody more. Of the same it is the same in each look.
 *
 * @param taken at most {@link #MOST} of each: the most severe issues, what is nearest to its limit,
 *     and what cannot be read by its name
 * @param concludes whether what is not there is known not to be there
 * @param fault what is wrong with who tells of so many
 */
record Bounded(Detection taken, boolean concludes, Optional<String> fault) {
  /** So many, which is more than a host of a thousand units has. */
  static final int MOST = 1000;

  private record Keyed(Issue issue, String key) {}

  private static final Comparator<Keyed> MOST_SEVERE =
      Comparator.comparing((Keyed one) -> one.issue().severity())
          .reversed()
          .thenComparing(Keyed::key);

  private static final Comparator<MetricForecast> NEAREST =
      Comparator.comparing(MetricForecast::reaches)
          .thenComparing(MetricForecast::probability)
          .reversed()
          .thenComparing(MetricForecast::metric);

  private static final Comparator<Unreadable> BY_NAME =
      Comparator.comparing(Unreadable::what).thenComparing(Unreadable::why);

  /** Of what a detector found. */
  static Bounded of(Detection found) {
    boolean issues = found.issues().size() > MOST;
    boolean unreadable = found.unreadable().size() > MOST;
    boolean forecasts = found.forecasts().size() > MOST;
    if (!issues && !unreadable && !forecasts) {
      return new Bounded(found, true, Optional.empty());
    }
    Detection taken =
        new Detection(
            issues ? mostSevere(found.issues()) : found.issues(),
            unreadable ? first(found.unreadable(), BY_NAME) : found.unreadable(),
            found.age(),
            forecasts ? first(found.forecasts(), NEAREST) : found.forecasts(),
            found.measured());
    return new Bounded(
        taken, !issues && !unreadable, Optional.of(why(found, issues, unreadable, forecasts)));
  }

  private static List<Issue> mostSevere(List<Issue> all) {
    List<Keyed> keyed =
        all.stream().map(issue -> new Keyed(issue, issue.fingerprint().key())).toList();
    return first(keyed, MOST_SEVERE).stream().map(Keyed::issue).toList();
  }

  private static <T> List<T> first(List<T> all, Comparator<T> order) {
    return all.stream().sorted(order).limit(MOST).toList();
  }

  private static String why(
      Detection found, boolean issues, boolean unreadable, boolean forecasts) {
    List<String> which = new ArrayList<>();
    if (issues) {
      which.add(
          found.issues().size()
              + " issues in one look: only the "
              + MOST
              + " most severe are taken");
    }
    if (unreadable) {
      which.add(
          found.unreadable().size()
              + " components that it cannot judge in one look: only "
              + MOST
              + " are taken");
    }
    if (forecasts) {
      which.add(
          found.forecasts().size()
              + " forecasts in one look: only the "
              + MOST
              + " nearest to their limits are taken");
    }
    return "reports "
        + String.join("; and ", which)
        + (issues || unreadable ? ", and nothing is concluded from which are not there" : "");
  }
}
