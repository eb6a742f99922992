package dev.healing.core;

import dev.healing.api.Decision;
import dev.healing.api.Event;
import dev.healing.api.HealingException;
import dev.healing.api.HealingPlan;
import dev.healing.api.Origin;
import dev.healing.api.Preview;
import dev.healing.api.Receipt;
import dev.healing.api.Verdict;
import dev.healing.core.Tracked.Phase;
import dev.healing.core.Tracked.Proposed;
import dev.healing.core.guard.SafetyGuards;
import dev.healing.core.journal.Question;
import dev.healing.spi.TimeSource;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * What a person is asked, and what they say to it. The incident waits in {@code CONFIRMING} until
 * they do, or until what they were shown no longer stands.
 */
final class Confirmations {
  /** How long what a person is shown stands; then it is worked out anew. */
  private static final Duration SHOWN_FOR = Duration.ofMinutes(15);

  private final TimeSource time;
  private final Chronicle chronicle;
  private final Incidents incidents;
  private final Consumer<Tracked> reconsider;

  /**
   * Has asked nothing yet.
   *
   * @param reconsider is given incidents about which there is something to decide again
   */
  Confirmations(
      TimeSource time, Chronicle chronicle, Incidents incidents, Consumer<Tracked> reconsider) {
    this.time = time;
    this.chronicle = chronicle;
    this.incidents = incidents;
    this.reconsider = reconsider;
  }

  /** Asks, unless the same was asked before; and answers whoever waits that a person is asked. */
  void ask(Tracked incident, Decision decision, Preview preview) {
    incident.asks();
    boolean changed = incidents.decided(incident, decision);
    String reason = decision.verdict().reason();
    String confirmation = incident.snapshot().confirmation().orElse(incident.id);
    incident.note = preview.steps().get(0) + "? " + reason;
    incident.shows(preview.digest());
    boolean tell = isNews(incident, decision, preview, changed);
    if (SafetyGuards.decisive(decision).equals(SafetyGuards.CIRCUIT_BREAKER)) {
      incident.handedOver = true;
      if (incident.validator.isEmpty()) {
        chronicle.journal().problems().handOver(incident.fingerprint);
      }
      String evidence = evidence(decision.plan());
      incident.note += evidence;
      incidents.escalate(incident, reason + evidence);
    } else if (tell) {
      chronicle.tell(
          Event.Kind.CONFIRMATION_NEEDED,
          "approve " + confirmation + " to " + preview.steps().get(0) + ": " + reason,
          incident);
    }
    incidents.notDone(incident, reason + "; approve " + confirmation + " to have it done");
  }

  /** Who was told of it before a restart, or before a pause, is not told again. */
  private boolean isNews(Tracked incident, Decision decision, Preview preview, boolean changed) {
    if (incident.validator.isPresent()) {
      return changed;
    }
    Question now = incident.question(decision.plan().next().action().id(), preview);
    Optional<Question> before = chronicle.journal().problems().asked(incident.fingerprint);
    chronicle.journal().problems().ask(now);
    return before.filter(now::sameAs).isEmpty()
        && (changed || before.filter(now::elseThan).isPresent());
  }

  /** What the actions that had nothing to offer found: whoever takes over wants to know. */
  private static String evidence(HealingPlan plan) {
    StringBuilder said = new StringBuilder();
    plan.rejected().forEach(r -> said.append("; ").append(r.action()).append(' ').append(r.why()));
    return said.toString();
  }

  /** Whether what was shown no longer stands. */
  boolean outdated(Proposed proposed) {
    return time.monotonicNanos() - proposed.atNanos() > SHOWN_FOR.toNanos();
  }

  /** A person has it done exactly as it was shown. */
  void approve(String confirmationId, CompletableFuture<Receipt> answer) {
    Tracked incident = confirming(confirmationId);
    Proposed shown = incident.proposed();
    incident.forgetAdvice();
    incident.requests.add(
        new Tracked.Request(
            Origin.APPROVED,
            Optional.of(shown.remedy().description().id()),
            Optional.of(shown.action().preview().digest()),
            answer));
    if (outdated(shown)) {
      incident.rests(); // worked out anew, and done if it is still the same
    } else {
      incident.approved();
    }
    reconsider.accept(incident);
  }

  /** A person does not want it done; it is theirs from now on, also across a restart. */
  Tracked reject(String confirmationId) {
    Tracked incident = confirming(confirmationId);
    Decision shown = Objects.requireNonNull(incident.decision);
    if (incident.validator.isEmpty()) {
      Proposed proposed = incident.proposed();
      chronicle
          .journal()
          .problems()
          .reject(
              incident.question(proposed.remedy().description().id(), proposed.action().preview()));
    }
    incident.rests();
    incident.handedOver = true;
    incidents.decided(
        incident,
        new Decision(
            time.now(),
            shown.plan(),
            shown.judgements(),
            Verdict.deny(SafetyGuards.REJECTED),
            shown.preview()));
    incidents.escalate(incident, incident.note);
    try {
      chronicle.commitWords();
    } catch (HealingException e) {
      throw new HealingException(
          "it is rejected, but only until a restart: " + e.getMessage() + "; reject it again then",
          e);
    }
    return incident;
  }

  private Tracked confirming(String confirmationId) {
    int dot = confirmationId.indexOf('.');
    Tracked incident =
        incidents.openNamed(dot < 0 ? confirmationId : confirmationId.substring(0, dot));
    if (incident.phase() != Phase.CONFIRMING) {
      throw new HealingException(
          "incident " + incident.id + " does not wait for confirmation: " + incident.note);
    }
    String pending = incident.snapshot().confirmation().orElse("");
    if (dot < 0 && incident.shownSeveral()) {
      throw new HealingException(
          "what is asked about "
              + incident.id
              + " has changed since it was first shown; now it is to "
              + incident.proposed().action().preview().steps().get(0)
              + ": say which, "
              + pending);
    }
    if (dot >= 0 && !pending.endsWith(confirmationId.substring(dot))) {
      throw new HealingException(
          "what "
              + confirmationId
              + " stood for has changed: look at 'issues' again; now it is "
              + pending);
    }
    return incident;
  }
}
