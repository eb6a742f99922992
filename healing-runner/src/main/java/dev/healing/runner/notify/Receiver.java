package dev.healing.runner.notify;

import dev.healing.api.Severity;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Somebody who is told, and of what.
 *
 * @param name of the section
 * @param form how it is told
 * @param url where to, for the forms that are sent by HTTP
 * @param token that is shown there, if any
 * @param to addresses, for mail
 * @param command program and arguments, for a command
 * @param wants which events
 * @param atLeast of which severity
 * @param urgentFrom from which severity on it is told at once, whatever the hour
 * @param quiet when nothing else is told
 * @param group how long is waited for more of it to be told together
 * @param perHour how many messages at most
 */
record Receiver(
    String name,
    Form form,
    Secret url,
    Optional<Secret> token,
    List<String> to,
    List<String> command,
    Set<Occasion> wants,
    Severity atLeast,
    Severity urgentFrom,
    Optional<QuietHours> quiet,
    Duration group,
    int perHour) {
  /** How somebody is told. */
  enum Form {
    /** An object of JSON is posted. */
    JSON,
    /** What Slack's incoming webhooks take, and Mattermost's. */
    SLACK,
    /** A message into a room of Matrix, whose address is {@code url}. */
    MATRIX,
    /** A message to a topic of ntfy, whose address is {@code url}. */
    NTFY,
    /** Mail, by the host's sendmail. */
    MAIL,
    /** A program of the operator's. */
    COMMAND;

    boolean byHttp() {
      return this != MAIL && this != COMMAND;
    }
  }

  /** Copies. */
  Receiver {
    to = List.copyOf(to);
    command = List.copyOf(command);
    wants = Set.copyOf(wants);
  }

  boolean wants(Occasion occasion, Severity severity) {
    return wants.contains(occasion) && severity.compareTo(atLeast) >= 0;
  }

  boolean urgent(Note note) {
    return note.severity().compareTo(urgentFrom) >= 0;
  }
}
