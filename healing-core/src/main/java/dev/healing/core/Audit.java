package dev.healing.core;

import dev.healing.api.Decision;
import dev.healing.api.HealingException;
import dev.healing.api.Receipt;
import dev.healing.spi.StateStore;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import tools.jackson.databind.node.ObjectNode;

/**
 * What was decided and done, kept in {@code audit.jsonl} so that everything can be explained
 * afterwards. Two kinds of line: {@code {"kind":"decision",…}} whenever a decision changes, and
 * {@code {"kind":"receipt",…}} after every attempt. At 16 MiB the file becomes {@code
 * audit.1.jsonl}, and the one that had that name is gone. Reading needs no engine.
 */
public final class Audit {
  static final String FILE = "audit.jsonl";
  static final String OLDER = "audit.1.jsonl";
  private static final long ROTATE_BYTES = 16L << 20;

  private final StateStore store;
  private final List<String> unwritten = new ArrayList<>();

  /** Reads and writes in this store. */
  public Audit(StateStore store) {
    this.store = store;
  }

  /** The newest receipts, newest first. */
  public List<Receipt> history(int most) {
    List<Receipt> receipts = new ArrayList<>();
    for (String file : List.of(FILE, OLDER)) {
      List<ObjectNode> nodes = read(file);
      Collections.reverse(nodes);
      for (ObjectNode node : nodes) {
        if (receipts.size() == most) {
          return receipts;
        }
        receipt(node).ifPresent(receipts::add);
      }
    }
    return receipts;
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

  /**
   * All that was written about an incident, oldest first.
   *
   * @param incidentId an id, or the beginning of one
   * @throws HealingException if several incidents begin with it, naming some
   */
  public List<ObjectNode> trail(String incidentId) {
    List<ObjectNode> trail = new ArrayList<>();
    Set<String> incidents = new TreeSet<>();
    for (String file : List.of(OLDER, FILE)) {
      for (ObjectNode node : read(file)) {
        String incident = node.path("incident").asString();
        if (incident.startsWith(incidentId)) {
          incidents.add(incident);
          trail.add(node);
        }
      }
    }
    if (incidents.contains(incidentId)) {
      trail.removeIf(node -> !node.path("incident").asString().equals(incidentId));
    } else if (incidents.size() > 1) {
      throw new HealingException(
          "incident '"
              + incidentId
              + "' is ambiguous: expected one of "
              + String.join(", ", incidents.stream().limit(5).toList()));
    }
    return trail;
  }

  void add(String incident, Decision decision) {
    unwritten.add(
        EngineJson.line(
            json -> {
              json.writeStringProperty("kind", "decision");
              json.writeStringProperty("incident", incident);
              EngineJson.object(json, "issue", i -> EngineJson.write(i, decision.plan().issue()));
              EngineJson.write(json, decision);
            }));
  }

  void add(Receipt receipt) {
    unwritten.add(
        EngineJson.line(
            json -> {
              json.writeStringProperty("kind", "receipt");
              EngineJson.write(json, receipt);
            }));
  }

  /**
   * Makes all that was added durable; if it cannot, it is kept for the next time, up to a bound.
   */
  void commit() {
    if (unwritten.isEmpty()) {
      return;
    }
    try {
      if (store.size(FILE) > ROTATE_BYTES) {
        store.rename(FILE, OLDER);
      }
      store.append(FILE, unwritten);
      unwritten.clear();
    } finally {
      int tooMany = unwritten.size() - 10_000;
      if (tooMany > 0) {
        unwritten.subList(0, tooMany).clear();
      }
    }
  }

  private List<ObjectNode> read(String file) {
    List<ObjectNode> nodes = new ArrayList<>();
    for (String line : store.lines(file).lines()) {
      try {
        nodes.add(EngineJson.parse(line));
      } catch (IllegalArgumentException e) {
        // A line that is whole by its checksum and still no JSON was not written by us.
      }
    }
    return nodes;
  }
}
