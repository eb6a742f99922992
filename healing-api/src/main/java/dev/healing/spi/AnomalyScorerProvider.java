package dev.healing.spi;

/** Makes an {@link AnomalyScorer} for each series. Found by {@link java.util.ServiceLoader}. */
public interface AnomalyScorerProvider {
  /** A scorer that has seen nothing yet. */
  AnomalyScorer create();
}
