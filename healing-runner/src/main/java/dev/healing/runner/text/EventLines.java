package dev.healing.runner.text;

import dev.healing.api.Event;
import dev.healing.spi.Listener;
import java.io.PrintStream;

/** One line per event: for a pipe with its time, for the journal with its priority instead. */
public final class EventLines implements Listener {
  private final PrintStream out;
  private final boolean journal;

  /**
   * Writes to this stream.
   *
   * @param journal whether systemd reads it: it adds the time itself and understands {@code <N>}
   */
  public EventLines(PrintStream out, boolean journal) {
    this.out = out;
    this.journal = journal;
  }

  @Override
  public void on(Event event) {
    out.println(line(event, journal));
  }

  static String line(Event event, boolean journal) {
    String message = Lines.clean(event.message() + OpportunitiesView.came(event));
    return journal
        ? "<" + priority(event.kind()) + ">" + message
        : Lines.instant(event.at().toString()) + " " + event.kind() + " " + message;
  }

  /** As in sd-daemon(3). */
  private static int priority(Event.Kind kind) {
    return switch (kind) {
      case ESCALATED -> 2;
      case TROUBLE -> 3;
      case INCIDENT_OPENED, CONFIRMATION_NEEDED, PATTERN -> 4;
      case CONFIRMATION_OVER, ACTION_STARTED, ACTION_FINISHED, INCIDENT_CLOSED, PREVENTION_JUDGED ->
          5;
      case ENGINE, DECIDED -> 6;
    };
  }
}
