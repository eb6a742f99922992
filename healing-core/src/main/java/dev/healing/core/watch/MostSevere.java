package dev.healing.core.watch;

import dev.healing.api.Detection;
import dev.healing.api.Issue;
import java.util.Comparator;
import java.util.List;

/**
 * What is taken of a detector that reports more than the engine can follow: a problem for each
 * packet would cost seconds a look, and tells nobody more. Of the same issues it is the same ones
 * in each look.
 */
final class MostSevere {
  /** So many, which is more than a host of a thousand units has. */
  static final int MOST = 1000;

  private record Keyed(Issue issue, String key) {}

  private static final Comparator<Keyed> ORDER =
      Comparator.comparing((Keyed one) -> one.issue().severity())
          .reversed()
          .thenComparing(Keyed::key);

  private MostSevere() {}

  /** Whether there are too many. */
  static boolean tooMany(Detection found) {
    return found.issues().size() > MOST;
  }

  /** The most severe of them. */
  static Detection of(Detection found) {
    List<Issue> taken =
        found.issues().stream()
            .map(issue -> new Keyed(issue, issue.fingerprint().key()))
            .sorted(ORDER)
            .limit(MOST)
            .map(Keyed::issue)
            .toList();
    return new Detection(
        taken, found.unreadable(), found.age(), found.forecasts(), found.measured());
  }

  /** What is wrong with who reports so many. */
  static String why(Detection found) {
    return "reports "
        + found.issues().size()
        + " issues in one look: only the "
        + MOST
        + " most severe are taken, and nothing is concluded from which are not there";
  }
}
