/** Samples the host; the built-in detectors and triggers. */
@org.jspecify.annotations.NullMarked
module dev.healing.detect {
  requires dev.healing.api;
}
