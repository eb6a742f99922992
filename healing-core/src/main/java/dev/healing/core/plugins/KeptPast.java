package dev.healing.core.plugins;

import dev.healing.api.HealingException;
import dev.healing.api.Metric;
import dev.healing.api.Sample;
import dev.healing.core.history.History;
import dev.healing.core.history.Points;
import dev.healing.spi.MeasuredPast;
import dev.healing.spi.StateStore;
import dev.healing.spi.TimeSource;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** The metric history on disk, as plugins see it: what cannot be read is not there. */
public final class KeptPast implements MeasuredPast {
  private static final System.Logger LOG = System.getLogger(KeptPast.class.getName());

  private final History history;
  private final TimeSource time;

  /** Reads the metric history of this state directory. */
  public KeptPast(StateStore store, TimeSource time) {
    this.history = new History(store);
    this.time = time;
  }

  @Override
  public List<Sample> highest(Metric metric, Instant since, Duration step) {
    Instant now = time.now();
    if (!since.isBefore(now)) {
      return List.of();
    }
    // A host may have been off for years, or its clock wrong.
    Instant last = since.plus(step.multipliedBy(History.MOST_STEPS / 2));
    try {
      Points points = history.points(metric, since, last.isBefore(now) ? last : now, step);
      List<Sample> samples = new ArrayList<>(points.size());
      for (int i = 0; i < points.size(); i++) {
        samples.add(new Sample(metric, points.highest(i), points.at(i)));
      }
      return samples;
    } catch (HealingException e) {
      LOG.log(System.Logger.Level.WARNING, "the past of {0} is not known: {1}", metric, e);
      return List.of();
    }
  }
}
