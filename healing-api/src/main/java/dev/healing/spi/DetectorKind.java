package dev.healing.spi;

import dev.healing.api.Metric;
import java.util.Optional;
import java.util.Set;

/**
 * Makes the detectors that a user defines in the configuration, without code: each section of
 * {@code detectors} that has this kind's key, and the name of no plugin, is one. Register
 * implementations as those of {@link Provider}.
 */
public interface DetectorKind {
  /**
   * The key that makes a section one of this kind, as {@code metric} does. Unique among kinds, and
   * not for detectors with a provider of their own; otherwise as {@link Provider#name}.
   */
  String key();

  /**
   * Makes the detector of one section, as {@link Provider#create} does.
   *
   * @param name of the section
   * @param context the host, with the section as its configuration
   * @param measured what the engine's samplers can measure; empty if one of them does not say
   */
  Detector create(String name, HostContext context, Optional<Set<Metric>> measured);
}
