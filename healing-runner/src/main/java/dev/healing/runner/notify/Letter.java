package dev.healing.runner.notify;

import dev.healing.api.Severity;
import dev.healing.core.json.JsonText;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What one receiver is told in one message.
 *
 * @param host whose it is
 * @param notes oldest first, at least one
 * @param lost how many others could not be kept until they were told
 * @param urgent whether somebody should look now
 */
record Letter(String host, List<Note> notes, long lost, boolean urgent) {
  /** More are counted. What a person is asked is told first. */
  private static final int MOST_TOLD = 12;

  private static final Comparator<Note> FIRST =
      Comparator.comparing((Note note) -> note.confirmation().isEmpty())
          .thenComparing(Note::severity, Comparator.reverseOrder())
          .thenComparing(Note::number, Comparator.reverseOrder());

  /** Copies. */
  Letter {
    notes = List.copyOf(notes);
  }

  static Letter test(String host, Receiver receiver, Instant now) {
    Note note =
        new Note(
            0,
            receiver.name(),
            now,
            Occasion.ENGINE,
            Severity.LOW,
            "a test, on somebody's request: this is how you would hear of what happens here",
            Optional.empty(),
            Optional.empty(),
            Optional.empty());
    return new Letter(host, List.of(note), 0, false);
  }

  /** The same for the same notes, so that who gets it twice can tell. */
  String id() {
    Note last = notes.get(notes.size() - 1);
    return "healing-"
        + last.at().toEpochMilli()
        + "-"
        + notes.get(0).number()
        + "-"
        + last.number();
  }

  Severity severity() {
    return notes.stream().map(Note::severity).max(Comparator.naturalOrder()).orElse(Severity.LOW);
  }

  /** One line: what asks for something, or else is the most severe. */
  String title() {
    Note first = notes.stream().min(FIRST).orElseThrow();
    String more = notes.size() == 1 ? "" : " and " + (notes.size() - 1) + " more";
    return host + ": " + first.occasion().word().replace('_', ' ') + more;
  }

  private List<Note> told() {
    if (notes.size() <= MOST_TOLD) {
      return notes;
    }
    return notes.stream()
        .sorted(FIRST)
        .limit(MOST_TOLD)
        .sorted(Comparator.comparing(Note::number))
        .toList();
  }

  /** The link, if it is about exactly one thing that can be approved. */
  Optional<String> link() {
    List<String> links = notes.stream().flatMap(note -> note.link().stream()).toList();
    return links.size() == 1 ? Optional.of(links.get(0)) : Optional.empty();
  }

  /** Lines for a person. */
  String text() {
    StringBuilder text = new StringBuilder();
    for (Note note : told()) {
      text.append(note.at().toString(), 0, 19).append("Z ").append(note.severity()).append(' ');
      text.append(note.occasion().word().replace('_', ' ')).append(": ").append(note.text());
      text.append('\n');
      note.link().ifPresent(url -> text.append("  approve or reject: ").append(url).append('\n'));
    }
    if (notes.size() > MOST_TOLD) {
      text.append("and ").append(notes.size() - MOST_TOLD);
      text.append(" more: 'healing history' and 'healing issues' have all\n");
    }
    if (lost > 0) {
      text.append(lost)
          .append(" others could not be told and were dropped: see 'healing history'\n");
    }
    return text.toString();
  }

  ObjectNode json() {
    ObjectNode json = JsonText.object().put("id", id()).put("host", host).put("title", title());
    json.put("severity", severity().name()).put("urgent", urgent).put("lost", lost);
    json.put("more", notes.size() - told().size());
    ArrayNode events = json.putArray("events");
    told().forEach(note -> events.add(note.json()));
    return json;
  }
}
