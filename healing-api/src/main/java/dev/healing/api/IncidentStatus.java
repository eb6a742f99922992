package dev.healing.api;

/** Where an incident is in its life. */
public enum IncidentStatus {
  /** Seen and not being acted on: waiting, deferred, or for a human to confirm. */
  OPEN,
  /** An action runs. */
  HEALING,
  /** The action ended; its settling time runs, then the symptom is looked at again. */
  VALIDATING,
  /** Closed: an action was followed by a look that no longer found the symptom. */
  HEALED,
  /**
   * Closed: the symptom went away and no action of ours can claim it. Whether it was by one all the
   * same cannot be known if the last attempt is AMBIGUOUS.
   */
  SELF_RECOVERED,
  /** Handed over to a human. Stays until the symptom is gone. */
  ESCALATED
}
