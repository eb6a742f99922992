package dev.healing.spi;

import dev.healing.api.Reading;

/**
 * Measures the host. Called once per look by one thread at a time, with the deadline of a {@link
 * Detector}; cheap, since it runs every second. A sampler that wants to look at something less
 * often keeps the last value only as long as it is true.
 */
public interface Sampler {
  /** Reads everything now. What cannot be read is named in the reading, not thrown. */
  Reading read();
}
