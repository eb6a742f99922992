package dev.healing.api;

import java.time.Instant;
import java.util.Optional;

/**
 * Something worth telling a person.
 *
 * @param at when
 * @param kind what happened
 * @param message one line, complete in itself
 * @param incident whose life it belongs to, as it is now
 */
public record Event(Instant at, Kind kind, String message, Optional<Incident> incident) {
  /** What can happen. */
  public enum Kind {
    /**
     * The engine watches, or goes on with another configuration. The off switch is no event: {@code
     * healing pause} works without an engine.
     */
    ENGINE,
    /** A problem was seen for the first time, or again after it had ended. */
    INCIDENT_OPENED,
    /** A decision, or a change of it: planned, deferred, denied. */
    DECIDED,
    /** A person is asked. */
    CONFIRMATION_NEEDED,
    /** What a person was asked need not be answered any more: its reason is gone. */
    CONFIRMATION_OVER,
    /** An action starts. */
    ACTION_STARTED,
    /** An action ended and its outcome is known. */
    ACTION_FINISHED,
    /** The problem is gone. */
    INCIDENT_CLOSED,
    /** Whether what was predicted, and acted upon, would have been: that is known now. */
    PREVENTION_JUDGED,
    /** A problem keeps happening, and a person could fix its cause. */
    PATTERN,
    /** Handed over to a human. */
    ESCALATED,
    /** Something is wrong with the engine itself, its state or a plugin. */
    TROUBLE
  }
}
