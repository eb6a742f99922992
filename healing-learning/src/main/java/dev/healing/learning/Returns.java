package dev.healing.learning;

import dev.healing.api.ActionId;
import dev.healing.api.Confidence;
import org.jspecify.annotations.Nullable;

/**
 * When a problem was there, how long it usually stays away, and the success that its next return
 * will judge. Times are seconds since 1970.
 */
final class Returns {
  /** What is judged late may have been detected before the newest few. */
  static final int MOST_DETECTIONS = 4;

  /**
   * An attempt whose outcome may turn out to be another.
   *
   * @param action which
   * @param since when it was started, or its incident detected
   * @param shown the confidence with which it was chosen; -1 if that is not known
   * @param share how much of it counted as healed
   * @param healing how likely it was to heal; 0 where that does not matter
   */
  record Waiting(String action, double since, double shown, double share, double healing)
      implements Stored {
    Waiting {
      ActionId.of(action);
      Counts.require("since", since, -1e15, 1e15);
      Counts.require("shown", shown, -1, 1);
      Counts.require("share", share, 0, 1);
      Counts.require("healing", healing, 0, Confidence.MAX);
    }

    static Waiting read(Members from) {
      return new Waiting(
          from.text("action"),
          from.number("since"),
          from.number("shown"),
          from.number("share"),
          from.number("healing"));
    }

    @Override
    public void write(Writing object) {
      object
          .with("action", action)
          .with("since", since)
          .with("shown", shown)
          .with("share", share)
          .with("healing", healing);
    }
  }

  final double[] detections = new double[MOST_DETECTIONS];
  int detected;

  /** Sum and number of the times that it stayed away. */
  double awaySeconds;

  double away;

  /** The newest success, until the problem returns. */
  @Nullable Waiting success;

  /** The failure in the newest incident that was least expected: it may have healed, unseen. */
  @Nullable Waiting failure;

  /** Remembers a detection; false if it was known. */
  boolean detected(double at) {
    int known = Math.min(detected, MOST_DETECTIONS);
    for (int i = 0; i < known; i++) {
      if (detections[i] == at) {
        return false;
      }
    }
    if (detected < MOST_DETECTIONS) {
      detections[detected] = at;
      detected++;
    } else {
      System.arraycopy(detections, 1, detections, 0, MOST_DETECTIONS - 1);
      detections[MOST_DETECTIONS - 1] = at;
    }
    return true;
  }

  /** Forgets what was detected or started after this time: by a clock that was wrong. */
  void forgetAfter(double latest) {
    int kept = 0;
    for (int i = 0; i < detected; i++) {
      if (detections[i] <= latest) {
        detections[kept] = detections[i];
        kept++;
      }
    }
    detected = kept;
    if (success != null && success.since() > latest) {
      success = null;
    }
  }

  /** The latest known detection before this time; negative infinity if there is none. */
  double before(double before) {
    double newest = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < detected; i++) {
      if (detections[i] < before) {
        newest = Math.max(newest, detections[i]);
      }
    }
    return newest;
  }

  /** The latest known detection; negative infinity if there is none. */
  double newest() {
    return before(Double.POSITIVE_INFINITY);
  }

  /** The first known detection after this time; infinite if there is none. */
  double next(double after) {
    double next = Double.POSITIVE_INFINITY;
    for (int i = 0; i < detected; i++) {
      if (detections[i] > after) {
        next = Math.min(next, detections[i]);
      }
    }
    return next;
  }

  void stayedAway(double seconds, double probability) {
    awaySeconds += probability * seconds;
    away += probability;
    if (away > 30) {
      awaySeconds /= 2;
      away /= 2;
    }
  }
}
