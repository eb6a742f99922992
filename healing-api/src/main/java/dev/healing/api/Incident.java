package dev.healing.api;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The life of a problem from first seen to closed: a snapshot.
 *
 * @param id what people type
 * @param fingerprint which problem
 * @param issue the newest evidence
 * @param status where it is in its life
 * @param firstSeen when the problem was first reported
 * @param lastSeen when it was last reported
 * @param closedAt when it ended
 * @param cause the incident that it waits for, being only a symptom of it
 * @param decision the newest decision about it
 * @param attempts what was tried, oldest first
 * @param note one line: what it is waiting for, or how it ended
 */
public record Incident(
    String id,
    Fingerprint fingerprint,
    Issue issue,
    IncidentStatus status,
    Instant firstSeen,
    Instant lastSeen,
    Optional<Instant> closedAt,
    Optional<String> cause,
    Optional<Decision> decision,
    List<Receipt> attempts,
    String note) {
  /** Copies. */
  public Incident {
    attempts = List.copyOf(attempts);
  }

  /**
   * What a person approves or rejects: this incident and, after a dot, a digest of exactly what was
   * shown, so that nothing else can be approved by mistake.
   */
  public Optional<String> confirmation() {
    return awaitsConfirmation()
        ? decision.flatMap(Decision::preview).map(preview -> id + "." + preview.digest())
        : Optional.empty();
  }

  /** Whether it has ended. */
  public boolean closed() {
    return closedAt.isPresent();
  }

  /** Whether a person's {@code approve} or {@code reject} is waited for. */
  public boolean awaitsConfirmation() {
    return !closed()
        && status != IncidentStatus.HEALING
        && status != IncidentStatus.VALIDATING
        && decision
            .filter(d -> d.verdict().kind() == Verdict.Kind.CONFIRM && d.preview().isPresent())
            .isPresent();
  }
}
