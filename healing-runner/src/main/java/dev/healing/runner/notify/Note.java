package dev.healing.runner.notify;

import dev.healing.api.Event;
import dev.healing.api.Incident;
import dev.healing.api.Severity;
import dev.healing.core.json.JsonText;
import dev.healing.runner.text.OpportunitiesView;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * An event that one receiver is to be told of.
 *
 * @param number tells notes apart, also across restarts
 * @param receiver its name
 * @param at when it happened
 * @param occasion what it is
 * @param severity of the incident; HIGH for what is wrong with healing itself
 * @param text one line, complete in itself
 * @param incident whose life it belongs to
 * @param confirmation what is asked, for who approves or rejects it with the command line
 * @param link where it can be approved or rejected
 */
record Note(
    long number,
    String receiver,
    Instant at,
    Occasion occasion,
    Severity severity,
    String text,
    Optional<String> incident,
    Optional<String> confirmation,
    Optional<String> link) {
  /** So that a dozen of these fit into what a command is given. */
  static final int MOST_CHARACTERS = 400;

  static Severity severityOf(Event event) {
    Severity other = event.kind() == Event.Kind.TROUBLE ? Severity.HIGH : Severity.LOW;
    return event.incident().map(i -> i.issue().severity()).orElse(other);
  }

  static Note of(long number, Receiver receiver, Event event, Optional<String> link) {
    return new Note(
        number,
        receiver.name(),
        event.at(),
        Occasion.of(event),
        severityOf(event),
        text(event),
        event.incident().map(Incident::id),
        event.incident().flatMap(Incident::confirmation),
        link);
  }

  /** However much an action says, what it has brought is told. */
  private static String text(Event event) {
    String came = cut(oneLine(OpportunitiesView.came(event)), MOST_CHARACTERS / 2);
    return cut(oneLine(event.message()), MOST_CHARACTERS - came.length()) + came;
  }

  /**
   * Without line breaks or other control characters, not endless, and without an address that can
   * be clicked: it may quote a log, and only our own links are to be followed.
   */
  static String oneLine(String text) {
    String line = text.replaceAll("[\\p{Cc}\\p{Cf}]+", " ").replace("://", "[:]//").strip();
    return cut(line, MOST_CHARACTERS);
  }

  private static String cut(String line, int most) {
    return line.length() <= most ? line : line.substring(0, most - 1) + "…";
  }

  ObjectNode json() {
    ObjectNode json = JsonText.object().put("number", number);
    json.put("at", at.toString()).put("event", occasion.word());
    json.put("severity", severity.name()).put("message", text);
    incident.ifPresent(id -> json.put("incident", id));
    confirmation.ifPresent(id -> json.put("confirmation", id));
    link.ifPresent(url -> json.put("link", url));
    return json;
  }

  /** Empty if it is not as we write it. */
  static Optional<Note> parse(String receiver, JsonNode json) {
    try {
      return Optional.of(
          new Note(
              json.path("number").asLong(0),
              receiver,
              Instant.parse(json.path("at").asString("")),
              Occasion.valueOf(json.path("event").asString("").toUpperCase(java.util.Locale.ROOT)),
              Severity.valueOf(json.path("severity").asString("")),
              json.path("message").asString(""),
              text(json, "incident"),
              text(json, "confirmation"),
              text(json, "link")));
    } catch (DateTimeParseException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static Optional<String> text(JsonNode json, String name) {
    return Optional.of(json.path(name).asString("")).filter(text -> !text.isEmpty());
  }
}
