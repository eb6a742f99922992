package dev.healing.learning;

import dev.healing.learning.Returns.Waiting;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * When a problem was there. Times are seconds since 1970.
 *
 * @param detections the newest, oldest first
 * @param awaySeconds sum of the times that it stayed away
 * @param away how many that are, newer ones counting more
 * @param success the newest, until the problem returns
 * @param failure the least expected in the newest incident
 */
record Absences(
    List<Double> detections,
    double awaySeconds,
    double away,
    @Nullable Waiting success,
    @Nullable Waiting failure)
    implements Stored {
  static final long MOST_SECONDS = 1_000_000_000_000_000L;

  Absences {
    detections = List.copyOf(detections);
    Counts.requireSize("detections", detections, 0, Returns.MOST_DETECTIONS);
    detections.forEach(at -> Counts.require("detections", at, -MOST_SECONDS, MOST_SECONDS));
    Counts.require("awaySeconds", awaySeconds, 0, MOST_SECONDS);
    Counts.require("away", away, 0, 1000);
  }

  static Absences read(Members from) {
    return new Absences(
        from.get("detections", Kind.listOf(Kind.NUMBER)),
        from.number("awaySeconds"),
        from.number("away"),
        from.ifAny("success", Kind.object(Waiting::read)),
        from.ifAny("failure", Kind.object(Waiting::read)));
  }

  @Override
  public void write(Writing object) {
    object
        .with("detections", detections)
        .with("awaySeconds", awaySeconds)
        .with("away", away)
        .with("success", success)
        .with("failure", failure);
  }

  static @Nullable Absences of(Returns returns) {
    if (returns.detected == 0) {
      return null;
    }
    List<Double> detections = new ArrayList<>();
    for (int i = 0; i < returns.detected; i++) {
      detections.add(returns.detections[i]);
    }
    return new Absences(
        detections,
        Counts.rounded(returns.awaySeconds),
        Counts.rounded(returns.away),
        returns.success,
        returns.failure);
  }

  Returns open() {
    Returns opened = new Returns();
    for (double at : detections) {
      opened.detections[opened.detected++] = at;
    }
    opened.awaySeconds = awaySeconds;
    opened.away = away;
    opened.success = success;
    opened.failure = failure;
    return opened;
  }
}
