package dev.healing.learning.anomaly;

import dev.healing.spi.AnomalyScorer;
import dev.healing.spi.AnomalyScorerProvider;

/** Makes a {@link Surprise} for each series. */
public final class SurpriseProvider implements AnomalyScorerProvider {
  /** For the service loader. */
  public SurpriseProvider() {}

  @Override
  public AnomalyScorer create() {
    return new Surprise();
  }
}
