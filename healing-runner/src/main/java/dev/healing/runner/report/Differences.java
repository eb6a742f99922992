package dev.healing.runner.report;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/** The problems of which two configurations make something else. */
final class Differences {
  /**
   * A problem as both tell of it; absent where one does not.
   *
   * @param first by the first configuration
   * @param second by the second
   */
  record Pair(Optional<JsonNode> first, Optional<JsonNode> second) {
    private boolean same() {
      return first.isPresent()
          && second.isPresent()
          && told(first.get()).equals(told(second.get()));
    }

    String begins() {
      return first.or(() -> second).map(problem -> text(problem, "firstSeen")).orElse("");
    }
  }

  private Differences() {}

  /** In the order in which they began. Of the same kind and time is the same problem. */
  static List<Pair> between(JsonNode first, JsonNode second) {
    Map<String, Deque<JsonNode>> others = new HashMap<>();
    for (JsonNode problem : second.path("problems")) {
      others.computeIfAbsent(key(problem), key -> new ArrayDeque<>()).add(problem);
    }
    List<Pair> pairs = new ArrayList<>();
    Set<JsonNode> taken = Collections.newSetFromMap(new IdentityHashMap<>());
    for (JsonNode problem : first.path("problems")) {
      Optional<JsonNode> other =
          Optional.ofNullable(others.get(key(problem))).flatMap(some -> take(problem, some));
      other.ifPresent(taken::add);
      pairs.add(new Pair(Optional.of(problem), other));
    }
    for (JsonNode problem : second.path("problems")) {
      if (!taken.contains(problem)) {
        pairs.add(new Pair(Optional.empty(), Optional.of(problem)));
      }
    }
    pairs.removeIf(Pair::same);
    pairs.sort((one, other) -> one.begins().compareTo(other.begins()));
    return pairs;
  }

  /**
   * The first of these that was there at the same time. Of one kind and component one follows the
   * other, so that what was over before this one need not be looked at again.
   */
  private static Optional<JsonNode> take(JsonNode problem, Deque<JsonNode> others) {
    while (!others.isEmpty() && begins(others.getFirst(), problem)) {
      JsonNode other = others.removeFirst();
      if (begins(problem, other)) {
        return Optional.of(other);
      }
    }
    return Optional.empty();
  }

  private static boolean begins(JsonNode one, JsonNode beforeTheEndOf) {
    String end = text(beforeTheEndOf, "over");
    return end.isEmpty() || text(one, "firstSeen").compareTo(end) <= 0;
  }

  private static String key(JsonNode problem) {
    return text(problem, "type") + problem.path("components");
  }

  /** What the reader would call different: when, how bad, and what would have been done. */
  private static List<String> told(JsonNode problem) {
    List<String> told = new ArrayList<>();
    for (String member : List.of("firstSeen", "over", "severity", "perhapsNeedless", "missed")) {
      told.add(text(problem, member));
    }
    problem
        .path("would")
        .forEach(w -> told.add(text(w, "at") + text(w, "step") + text(w, "action")));
    return told;
  }

  private static String text(JsonNode json, String member) {
    return json.path(member).asString("");
  }
}
