package dev.healing.runner.notify;

import dev.healing.core.json.JsonText;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.LongFunction;
import tools.jackson.databind.node.ObjectNode;

/**
 * The notes that wait to be told, and when somebody was, in memory and on disk. A note is gone when
 * it was told: if this process ends between the two, it is told again. Safe for several threads.
 */
final class Outbox {
  /** Of one receiver. Then the least important one is dropped, the oldest first. */
  static final int MOST_WAITING = 100;

  private static final Duration HOUR = Duration.ofHours(1);
  private static final int WORTH_REPLACING_BYTES = 1 << 20;

  private final LogFile file;
  private final Map<Long, Note> waiting = new LinkedHashMap<>();
  private final Map<String, Long> lost = new TreeMap<>();
  private final Map<String, Deque<Instant>> tried = new TreeMap<>();
  private long last;

  /** Reads what is there. */
  Outbox(LogFile file) {
    this.file = file;
    for (ObjectNode line : file.read()) {
      String receiver = line.path("to").asString("");
      Note.parse(receiver, line.path("note")).ifPresent(note -> waiting.put(note.number(), note));
      line.path("lost").forEach(number -> lose(number.asLong()));
      line.path("told").forEach(number -> waiting.remove(number.asLong()));
      if (line.has("told")) {
        lost.remove(receiver);
      }
      line.path("tried").forEach(at -> times(receiver).addLast(Instant.ofEpochMilli(at.asLong())));
      if (line.has("lostBefore")) {
        lost.put(receiver, line.path("lostBefore").asLong());
      }
      last = Math.max(last, line.path("last").asLong(0));
      last = Math.max(last, line.path("note").path("number").asLong(0));
    }
  }

  private void lose(long number) {
    Note note = waiting.remove(number);
    if (note != null) {
      lost.merge(note.receiver(), 1L, Long::sum);
    }
  }

  /** Puts one in. Says what had to be dropped for it. */
  synchronized Optional<Note> add(LongFunction<Note> made) {
    Note note = made.apply(++last);
    waiting.put(note.number(), note);
    file.append(line(note));
    List<Note> all = of(note.receiver());
    if (all.size() <= MOST_WAITING) {
      return Optional.empty();
    }
    Optional<Note> least =
        all.stream().min(Comparator.comparing(Note::severity).thenComparing(Note::number));
    least.ifPresent(dropped -> drop(List.of(dropped)));
    return least;
  }

  /**
   * Counts one more message to that receiver, before it is sent: whether it arrives or not, it may
   * have.
   */
  synchronized void tries(String receiver, Instant now) {
    forgetTimes(receiver, now);
    times(receiver).addLast(now);
    ObjectNode line = JsonText.object().put("to", receiver);
    line.withArray("tried").add(now.toEpochMilli());
    file.append(line);
  }

  /**
   * How many messages that receiver was sent within the hour before now, by this process or an
   * earlier one. What the clock says was later was sent now, as far as anybody knows.
   */
  synchronized int triedWithinAnHour(String receiver, Instant now) {
    forgetTimes(receiver, now);
    return times(receiver).size();
  }

  private void forgetTimes(String receiver, Instant now) {
    Deque<Instant> times = times(receiver);
    int before = times.size();
    times.removeIf(at -> at.isAfter(now));
    for (int later = before - times.size(); later > 0; later--) {
      times.addLast(now); // the clock was set back
    }
    times.removeIf(at -> !at.isAfter(now.minus(HOUR)));
  }

  private Deque<Instant> times(String receiver) {
    return tried.computeIfAbsent(receiver, name -> new ArrayDeque<>());
  }

  /** Has these told: they are gone, and nobody waits to hear how many were lost before. */
  synchronized void told(String receiver, Collection<Note> notes) {
    notes.forEach(note -> waiting.remove(note.number()));
    lost.remove(receiver);
    ObjectNode line = JsonText.object().put("to", receiver);
    notes.forEach(note -> line.withArray("told").add(note.number()));
    file.append(line);
    replaceIfWorthIt();
  }

  /** Gives these up; they are counted. */
  synchronized void drop(Collection<Note> notes) {
    ObjectNode line = JsonText.object();
    for (Note note : notes) {
      lose(note.number());
      line.withArray("lost").add(note.number());
    }
    file.append(line);
    replaceIfWorthIt();
  }

  /** Those of one receiver, oldest first. */
  synchronized List<Note> of(String receiver) {
    return waiting.values().stream().filter(note -> note.receiver().equals(receiver)).toList();
  }

  /** Who has notes, but is none of these. */
  synchronized List<Note> ofOthers(Collection<String> receivers) {
    Set<String> known = new HashSet<>(receivers);
    return waiting.values().stream().filter(note -> !known.contains(note.receiver())).toList();
  }

  /** How many of that receiver's were dropped since it was told something. */
  synchronized long lost(String receiver) {
    return lost.getOrDefault(receiver, 0L);
  }

  synchronized boolean empty() {
    return waiting.isEmpty();
  }

  private static ObjectNode line(Note note) {
    ObjectNode line = JsonText.object().put("to", note.receiver());
    line.set("note", note.json());
    return line;
  }

  private void replaceIfWorthIt() {
    boolean nothing = waiting.isEmpty() && lost.isEmpty();
    if (file.bytes() < (nothing ? WORTH_REPLACING_BYTES / 16 : WORTH_REPLACING_BYTES)) {
      return;
    }
    List<ObjectNode> lines = new ArrayList<>();
    lines.add(JsonText.object().put("last", last));
    lost.forEach(
        (receiver, count) ->
            lines.add(JsonText.object().put("to", receiver).put("lostBefore", count)));
    tried.forEach(
        (receiver, times) -> {
          ObjectNode line = JsonText.object().put("to", receiver);
          times.forEach(at -> line.withArray("tried").add(at.toEpochMilli()));
          lines.add(line);
        });
    waiting.values().forEach(note -> lines.add(line(note)));
    file.replace(lines);
  }
}
