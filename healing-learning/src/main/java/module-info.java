/** Confidence, the JSON knowledge base, and how strange a series is. */
@org.jspecify.annotations.NullMarked
module dev.healing.learning {
  requires transitive dev.healing.api;
  requires com.fasterxml.jackson.annotation;
  requires tools.jackson.core;
  requires tools.jackson.databind;

  exports dev.healing.learning;
  exports dev.healing.learning.anomaly;

  // The records of the file's schema are read and written by Jackson.
  opens dev.healing.learning to
      tools.jackson.databind;

  provides dev.healing.spi.KnowledgeBaseProvider with
      dev.healing.learning.JsonKnowledgeBaseProvider;
  provides dev.healing.spi.DetectorProvider with
      dev.healing.learning.anomaly.Anomaly.Provider;
}
