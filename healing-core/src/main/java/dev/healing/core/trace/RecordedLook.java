package dev.healing.core.trace;

import dev.healing.api.Sample;
import dev.healing.api.UnitState;
import dev.healing.api.Unreadable;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * What one look has found: all that detectors are shown, before anything is made of it.
 *
 * @param at when it was made
 * @param startedNanos monotonic time when it began, since the boot
 * @param wokenBy the signals and events that it was made for; none if it was merely due
 * @param samples in the order in which samplers gave them
 * @param units the states that samplers gave
 * @param unreadable what could not be read
 * @param faults what was wrong with samplers, by {@code sampler:name}
 */
public record RecordedLook(
    Instant at,
    long startedNanos,
    List<String> wokenBy,
    List<Sample> samples,
    List<UnitState> units,
    List<Unreadable> unreadable,
    Map<String, String> faults) {
  /** Copies. */
  public RecordedLook {
    wokenBy = List.copyOf(wokenBy);
    samples = List.copyOf(samples);
    units = List.copyOf(units);
    unreadable = List.copyOf(unreadable);
    faults = Map.copyOf(faults);
  }
}
