package dev.healing.optimizer;

import dev.healing.api.HostState;
import dev.healing.api.Opportunity;
import dev.healing.api.OptimizationType;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Finds opportunities of one kind. Judges every look by itself; safe for several threads. */
interface Finder {
  /**
   * What was found in one look.
   *
   * @param opportunities what is worth doing
   * @param judged the components that could be looked at, with or without an opportunity
   * @param measured numbers that no sampler has, with or without an opportunity
   */
  record Findings(
      List<Opportunity> opportunities, Set<String> judged, Map<String, Double> measured) {
    /** What cannot be read yields nothing, and nothing is known of it. */
    static final Findings UNREADABLE = new Findings(List.of(), Set.of());

    /** Copies. */
    public Findings {
      opportunities = List.copyOf(opportunities);
      judged = Set.copyOf(judged);
      measured = Map.copyOf(measured);
    }

    Findings(List<Opportunity> opportunities, Set<String> judged) {
      this(opportunities, judged, Map.of());
    }

    static Findings nothingAbout(String component) {
      return new Findings(List.of(), Set.of(component));
    }

    Findings with(Map<String, Double> numbers) {
      return new Findings(opportunities, judged, numbers);
    }

    static Findings of(String component, Opportunity opportunity) {
      return new Findings(List.of(opportunity), Set.of(component));
    }
  }

  /** The kind of its opportunities; only of those that are advice there are several finders. */
  OptimizationType type();

  /** Looks. Changes nothing. */
  Findings look(HostState state);
}
