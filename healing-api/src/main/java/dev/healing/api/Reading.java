package dev.healing.api;

import java.util.List;

/**
 * What a sampler read in one go.
 *
 * @param samples the values that could be read
 * @param units states of the units that matter: all that are failed, and any others it knows
 * @param unreadable what could not be read, and why
 */
public record Reading(List<Sample> samples, List<UnitState> units, List<Unreadable> unreadable) {
  /** Copies. */
  public Reading {
    samples = List.copyOf(samples);
    units = List.copyOf(units);
    unreadable = List.copyOf(unreadable);
  }
}
