package dev.healing.runner.notify;

import dev.healing.api.Event;
import dev.healing.api.Incident;
import dev.healing.api.IncidentStatus;
import dev.healing.api.Outcome;
import dev.healing.api.Receipt;
import java.util.List;
import java.util.Locale;

/** What an event is to whoever is told of it. */
enum Occasion {
  /** Something is wrong that was not before. */
  OPENED,
  /** So much is wrong at once that a person has to look. */
  HOST_SICK,
  /** A decision, or a change of it. */
  DECIDED,
  /** A person is asked, or need not answer any more. */
  CONFIRMATION,
  /** An action starts. */
  STARTED,
  /** An action ended. */
  FINISHED,
  /** An action ended, and the host is worse than before. */
  WORSE,
  /** It is over, by what was done. */
  HEALED,
  /** It is over, by itself. */
  RECOVERED,
  /** Whether what was predicted, and acted upon, would have been, is known. */
  JUDGED,
  /** A problem keeps happening, and a person could fix its cause. */
  PATTERN,
  /** Handed over to a person. */
  ESCALATED,
  /** The engine started, or goes on with another configuration. */
  ENGINE,
  /** Something is wrong with healing itself. */
  TROUBLE;

  /** What is told of unless somebody wants something else. */
  static final List<String> USUAL =
      List.of("confirmation", "escalated", "pattern", "worse", "host_sick", "healed", "trouble");

  /** As it is written in a configuration. */
  String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  static Occasion of(Event event) {
    return switch (event.kind()) {
      case ENGINE -> ENGINE;
      case INCIDENT_OPENED -> ofType(event, "host_sick") ? HOST_SICK : OPENED;
      case DECIDED -> DECIDED;
      case CONFIRMATION_NEEDED, CONFIRMATION_OVER -> CONFIRMATION;
      case ACTION_STARTED -> STARTED;
      case ACTION_FINISHED -> worse(event) ? WORSE : FINISHED;
      case INCIDENT_CLOSED -> healed(event) ? HEALED : RECOVERED;
      case PREVENTION_JUDGED -> JUDGED;
      case PATTERN -> PATTERN;
      case ESCALATED -> ESCALATED;
      case TROUBLE -> TROUBLE;
    };
  }

  private static boolean ofType(Event event, String type) {
    return event.incident().filter(i -> i.issue().type().name().equals(type)).isPresent();
  }

  private static boolean healed(Event event) {
    return event.incident().filter(i -> i.status() == IncidentStatus.HEALED).isPresent();
  }

  private static boolean worse(Event event) {
    List<Receipt> attempts = event.incident().map(Incident::attempts).orElse(List.of());
    return !attempts.isEmpty() && attempts.get(attempts.size() - 1).outcome() == Outcome.WORSE;
  }
}
