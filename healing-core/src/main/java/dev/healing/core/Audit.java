package dev.healing.core;

import com.google.common.collect.Lists;
import dev.healing.api.Decision;
import dev.healing.api.HealingException;
import dev.healing.api.OwnAction;
import dev.healing.api.Receipt;
import dev.healing.core.journal.Json;
import dev.healing.spi.StateStore;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Consumer;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What was decided and done, kept in {@code audit.jsonl} so that everything can be explained
 * afterwards. Three kinds of line: {@code {"kind":"decision",…}} whenever a decision changes,
 * {@code {"kind":"receipt",…}} after every attempt, and {@code {"kind":"prevention",…}} when it is
 * known whether what was predicted would have been. At 4 MiB the file becomes {@code
 * audit.1.jsonl}, and the one that had that name is gone. Reading needs no engine.
 */
public final class Audit {
  static final String FILE = "audit.jsonl";
  static final String OLDER = "audit.1.jsonl";
  private static final String PREVENTION = "prevention";
  private static final long ROTATE_BYTES = 4L << 20;

  private final StateStore store;
  private final ReadWriteLock names = new ReentrantReadWriteLock();
  private final List<Consumer<JsonGenerator>> unwritten = new ArrayList<>();
  private volatile List<String> damaged = List.of();

  /** Reads and writes in this store. */
  public Audit(StateStore store) {
    this.store = store;
  }

  /** The newest receipts, newest first. */
  public List<Receipt> history(int most) {
    List<Receipt> receipts = new ArrayList<>();
    read(
        List.of(FILE, OLDER),
        read -> {
          List<String> lines = read.lines();
          for (int i = lines.size() - 1; i >= 0 && receipts.size() < most; i--) {
            parsed(lines.get(i)).flatMap(Audit::receipt).ifPresent(receipts::add);
          }
        });
    return receipts;
  }

  /** One file after the other, which keep their names meanwhile: what is read is all, and once. */
  private void read(List<String> files, Consumer<StateStore.Lines> reader) {
    List<String> wrong = new ArrayList<>();
    names.readLock().lock();
    try {
      for (String file : files) {
        StateStore.Lines lines = store.lines(file);
        wrong.addAll(lines.damaged());
        reader.accept(lines);
      }
    } finally {
      names.readLock().unlock();
    }
    damaged = List.copyOf(wrong);
  }

  /** What was wrong with the files when they were last read, if anything: some of it is missing. */
  public Optional<String> trouble() {
    List<String> lost = damaged;
    String more = lost.size() < 2 ? "" : ", and " + (lost.size() - 1) + " more like it";
    return lost.stream()
        .findFirst()
        .map(first -> first + more + "; the history is not all that was done");
  }

  private static Optional<Receipt> receipt(ObjectNode node) {
    if (!node.path("kind").asString().equals("receipt")) {
      return Optional.empty();
    }
    try {
      return Optional.of(EngineJson.receipt(node));
    } catch (RuntimeException e) {
      return Optional.empty(); // whole, and still not written by us: it hides no other
    }
  }

  /** What healing did within the last month, oldest first. */
  public List<OwnAction> ownActions(Instant now) {
    OwnActions own = new OwnActions();
    own.remember(history(OwnActions.MOST), now);
    return own.all();
  }

  /** What is known of what was predicted and acted upon, oldest first. */
  public List<Prevention> preventions() {
    List<Prevention> preventions = new ArrayList<>();
    read(
        List.of(OLDER, FILE),
        read ->
            read.lines().stream()
                .filter(line -> line.contains(PREVENTION)) // there are few among many
                .forEach(
                    line -> parsed(line).flatMap(Audit::prevention).ifPresent(preventions::add)));
    return preventions;
  }

  private static Optional<Prevention> prevention(ObjectNode node) {
    if (!node.path("kind").asString().equals(PREVENTION)) {
      return Optional.empty();
    }
    try {
      return Optional.of(EngineJson.prevention(node));
    } catch (RuntimeException e) {
      return Optional.empty(); // as with receipts
    }
  }

  /**
   * All that was written about an incident, oldest first.
   *
   * @param incidentId an id, or the beginning of one
   * @throws HealingException if several incidents begin with it, naming some
   */
  public List<ObjectNode> trail(String incidentId) {
    SortedMap<String, List<String>> linesOf = new TreeMap<>();
    read(
        List.of(OLDER, FILE),
        read -> {
          for (String line : read.lines()) {
            parsed(line)
                .map(node -> node.path("incident").asString())
                .filter(incident -> incident.startsWith(incidentId))
                .ifPresent(
                    incident ->
                        linesOf.computeIfAbsent(incident, i -> new ArrayList<>()).add(line));
          }
        });
    if (linesOf.size() > 1 && !linesOf.containsKey(incidentId)) {
      throw new HealingException(
          "incident '"
              + incidentId
              + "' is ambiguous: expected one of "
              + String.join(", ", linesOf.keySet().stream().limit(5).toList()));
    }
    List<String> only = linesOf.values().stream().findFirst().orElse(List.of());
    return linesOf.getOrDefault(incidentId, only).stream()
        .flatMap(line -> parsed(line).stream())
        .toList();
  }

  /**
   * The newest incident of which something is written that concerns this component, by its id.
   *
   * @param component as an issue names it: {@code nginx.service}, {@code /var}
   */
  public Optional<String> newestAbout(String component) {
    String[] newest = new String[1];
    read(
        List.of(OLDER, FILE),
        read ->
            read.lines().stream()
                .flatMap(line -> parsed(line).stream())
                .filter(line -> concerns(line, component))
                .forEach(line -> newest[0] = line.path("incident").asString()));
    return Optional.ofNullable(newest[0]);
  }

  private static boolean concerns(ObjectNode line, String component) {
    JsonNode components = line.path("issue").path("components"); // of a decision
    return (components.isArray() ? components : line.path("components"))
        .valueStream()
        .anyMatch(one -> one.asString().equals(component));
  }

  void add(String incident, Decision decision) {
    unwritten.add(
        json -> {
          json.writeStringProperty("kind", "decision");
          json.writeStringProperty("incident", incident);
          Json.object(json, "issue", i -> Json.write(i, decision.plan().issue()));
          EngineJson.write(json, decision);
        });
  }

  void add(Receipt receipt) {
    unwritten.add(
        json -> {
          json.writeStringProperty("kind", "receipt");
          EngineJson.write(json, receipt);
        });
  }

  void add(Prevention prevention) {
    unwritten.add(
        json -> {
          json.writeStringProperty("kind", PREVENTION);
          EngineJson.write(json, prevention);
        });
  }

  /**
   * Makes all that was added durable; if it cannot, it is kept for the next time, up to a bound.
   */
  void commit() {
    if (unwritten.isEmpty()) {
      return;
    }
    try {
      if (store.size(FILE) > ROTATE_BYTES && names.writeLock().tryLock()) { // or the next time
        try {
          store.rename(FILE, OLDER);
        } finally {
          names.writeLock().unlock();
        }
      }
      store.append(FILE, Lists.transform(unwritten, Json::line));
      unwritten.clear();
    } catch (HealingException e) {
      throw e;
    } catch (RuntimeException e) { // our own fault, which would come again with every commit
      unwritten.removeIf(line -> !makesALine(line)); // the others are written the next time
      throw new HealingException(FILE + ": what was to be written makes no line: " + e, e);
    } finally {
      int tooMany = unwritten.size() - 10_000;
      if (tooMany > 0) {
        unwritten.subList(0, tooMany).clear();
      }
    }
  }

  private static boolean makesALine(Consumer<JsonGenerator> line) {
    try {
      Json.line(line);
      return true;
    } catch (RuntimeException e) {
      return false;
    }
  }

  /** One at a time: as trees, all of them would take many times the room. */
  private static Optional<ObjectNode> parsed(String line) {
    try {
      return Optional.of(Json.parse(line));
    } catch (IllegalArgumentException e) {
      return Optional.empty(); // whole by its checksum and still no JSON: not written by us
    }
  }
}
