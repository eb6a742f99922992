/** Confidence, and the JSON knowledge base. */
@org.jspecify.annotations.NullMarked
module dev.healing.learning {
  requires dev.healing.api;
}
