package dev.healing.core;

import dev.healing.api.Fingerprint;
import dev.healing.api.HealingException;
import dev.healing.api.Pattern;
import dev.healing.core.journal.Json;
import dev.healing.spi.StateStore;
import dev.healing.spi.TimeSource;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import tools.jackson.databind.node.ObjectNode;

/**
 * What keeps happening is told to a person, who alone can fix its cause: what is healed each time
 * is otherwise seen by nobody. Once for each problem, in the words that say most, and again after a
 * week if it has come again since. Kept over restarts; belongs to the engine's thread.
 */
final class Reminders {
  static final String FILE = "reminders.jsonl";
  private static final int MOST = 500;
  private static final Duration AGAIN = Duration.ofDays(7);

  /** What is about one problem, most telling last. */
  private static final List<Pattern.Kind> KINDS =
      List.of(Pattern.Kind.RECURRING, Pattern.Kind.REGULAR, Pattern.Kind.SHORT_RELIEF);

  /** How often it had come when it was told. */
  private record Told(Instant at, long seen) {}

  private final StateStore store;
  private final TimeSource time;
  private final Consumer<Pattern> tell;
  private final Map<Fingerprint, Told> told = new LinkedHashMap<>();
  private boolean read;

  /**
   * Has told nothing since the start.
   *
   * @param tell has a person told
   */
  Reminders(StateStore store, TimeSource time, Consumer<Pattern> tell) {
    this.store = store;
    this.time = time;
    this.tell = tell;
  }

  /** Tells what of all that keeps happening is to be told now. */
  void found(List<Pattern> patterns) {
    read();
    Map<String, Pattern> telling = new TreeMap<>();
    Map<String, Long> seen = new TreeMap<>();
    for (Pattern pattern : patterns) {
      if (KINDS.contains(pattern.kind())) {
        String problem = pattern.problem().key();
        telling.merge(problem, pattern, Reminders::moreTelling);
        seen.merge(problem, pattern.seen(), Math::max);
      }
    }
    telling.forEach(
        (problem, pattern) -> {
          long times = seen.getOrDefault(problem, pattern.seen());
          if (due(pattern.problem(), times)) {
            remember(pattern.problem(), times);
            tell.accept(pattern);
          }
        });
  }

  private static Pattern moreTelling(Pattern one, Pattern other) {
    Comparator<Pattern> by = Comparator.comparing(pattern -> KINDS.indexOf(pattern.kind()));
    return by.compare(one, other) >= 0 ? one : other;
  }

  private boolean due(Fingerprint problem, long seen) {
    Told last = told.get(problem);
    Instant now = time.now();
    return last == null
        || last.at().isAfter(now) // the clock was wrong
        || seen != last.seen() && !now.isBefore(last.at().plus(AGAIN));
  }

  private void remember(Fingerprint problem, long seen) {
    Told now = new Told(time.now(), seen);
    told.remove(problem);
    told.put(problem, now);
    try {
      store.append(FILE, List.of(line(problem, now)));
      if (store.lines(FILE).lines().size() > 2 * MOST) {
        long old = Math.max(0, told.size() - MOST);
        told.keySet().stream().limit(old).toList().forEach(told::remove);
        store.rewrite(
            FILE, told.entrySet().stream().map(e -> line(e.getKey(), e.getValue())).toList());
      }
    } catch (HealingException e) {
      // It is told all the same; after a restart perhaps once more.
    }
  }

  private static String line(Fingerprint problem, Told told) {
    return Json.line(
        json -> {
          json.writeStringProperty("problem", problem.key());
          json.writeStringProperty("at", told.at().toString());
          json.writeNumberProperty("seen", told.seen());
        });
  }

  private void read() {
    if (!read) {
      for (String line : store.lines(FILE).lines()) {
        parsed(line).ifPresent(e -> told.put(e.getKey(), e.getValue()));
      }
      read = true;
    }
  }

  /** What another version wrote is passed over. */
  private static Optional<Map.Entry<Fingerprint, Told>> parsed(String line) {
    try {
      ObjectNode node = Json.parse(line);
      return Optional.of(
          Map.entry(
              new Fingerprint(node.required("problem").asString()),
              new Told(
                  Instant.parse(node.required("at").asString()), node.required("seen").asLong())));
    } catch (RuntimeException e) {
      return Optional.empty();
    }
  }
}
