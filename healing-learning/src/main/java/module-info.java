/** Confidence, the JSON knowledge base, and how strange a series is. */
@org.jspecify.annotations.NullMarked
module dev.healing.learning {
  requires transitive dev.healing.api;
  requires tools.jackson.core;

  exports dev.healing.learning;
  exports dev.healing.learning.anomaly;

  provides dev.healing.spi.KnowledgeBaseProvider with
      dev.healing.learning.JsonKnowledgeBaseProvider;
  provides dev.healing.spi.DetectorProvider with
      dev.healing.learning.anomaly.Anomaly.Provider;
}
