package dev.healing.learning;

import dev.healing.api.ActionId;
import dev.healing.api.IssueType;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * What was seen elsewhere, read from a document: another host's export, or the seed of a system
 * that was here before, {@code {"fixes": {fp: [{timestamp, actions, impact}]}, "failures": {fp:
 * [{timestamp, actions, error}]}, "patterns": {}, "statistics": {}}}. Of several actions that fixed
 * something together each is credited with a part; of several that failed each has failed. What
 * makes no sense is left out and told.
 */
final class Elsewhere {
  private static final int MOST_PROBLEMS = 100_000;
  private static final int MOST_KEY = 1_000;
  private static final Pattern NUMBER = Pattern.compile("[0-9]{1,20}(\\.[0-9]{1,20})?");

  /** More are milliseconds: of the year 1973, and not seconds of the year 5138. */
  private static final double LATEST_SECONDS = 1e11;

  private final String from;
  private final Instant now;
  private final SortedMap<String, SortedMap<String, Imported>> byKey = new TreeMap<>();
  private final SortedMap<String, SortedMap<String, Imported>> byHash = new TreeMap<>();
  private final SortedMap<String, Long> leftOut = new TreeMap<>();
  private final List<String> told = new ArrayList<>();
  private @Nullable String source;
  private long attempts;

  private Elsewhere(String from, Instant now) {
    this.from = from;
    this.now = now;
  }

  /** Reads it. Throws {@link KnowledgeJson.BadKnowledgeException} only. */
  static Elsewhere read(String document, String from, Instant now) {
    JsonNode root = KnowledgeJson.tree(document);
    Elsewhere elsewhere = new Elsewhere(from, now);
    if (root.has("problems")) {
      elsewhere.export(KnowledgeJson.file(document));
    } else if (root.path("fixes").isObject() || root.path("failures").isObject()) {
      elsewhere.seed(root.path("fixes"), true);
      elsewhere.seed(root.path("failures"), false);
      elsewhere.told.add(
          "patterns and statistics are not taken: they are made from what is seen here");
    } else {
      throw new KnowledgeJson.BadKnowledgeException(
          "expected an export with problems, or a seed with fixes and failures");
    }
    return elsewhere;
  }

  private void export(KnowledgeFile file) {
    source = file.id();
    for (KnownProblem problem : file.problems()) {
      problem
          .actions()
          .forEach(
              (action, seen) -> {
                long decided = seen.attempts() - seen.ambiguous();
                if (decided > 0) {
                  add(problem.key(), action, new Imported(decided, seen.healed(), from));
                }
              });
    }
  }

  private void seed(JsonNode byFingerprint, boolean fixed) {
    byFingerprint
        .properties()
        .forEach(
            problem -> {
              if (!known(problem.getKey())) {
                leaveOut("fingerprints that are neither type:component nor eight hex digits");
              } else if (!problem.getValue().isArray()) {
                leaveOut("fingerprints without a list of what was done");
              } else {
                problem.getValue().forEach(entry -> seed(problem.getKey(), entry, fixed));
              }
            });
  }

  private void seed(String problem, JsonNode entry, boolean fixed) {
    if (entry.path("impact").asDouble(0) < 0) {
      leaveOut("fixes whose impact is negative: nobody knows what healed there");
      return;
    }
    if (inTheFuture(entry.path("timestamp"))) {
      leaveOut("entries from the future: their clock was wrong, or they are made up");
      return;
    }
    List<String> actions = new ArrayList<>();
    JsonNode named = entry.path("actions");
    for (JsonNode one : named.isArray() ? named : List.of(named)) {
      String name = name(one);
      if (!name.isEmpty()) {
        actions.add(name);
      }
    }
    if (actions.isEmpty()) {
      leaveOut("entries without an action that has a name");
    }
    for (String action : actions) {
      add(problem, action, new Imported(1, fixed ? 1.0 / actions.size() : 0, from));
    }
  }

  /**
   * By more than a day: clocks differ, and so do time zones. Seconds or milliseconds since 1970, or
   * ISO-8601.
   */
  private boolean inTheFuture(JsonNode timestamp) {
    Instant latest = now.plus(Duration.ofDays(1));
    String text = timestamp.asString("");
    if (timestamp.isNumber() || NUMBER.matcher(text).matches()) {
      double since1970 = Double.parseDouble(timestamp.asString());
      double seconds = since1970 > LATEST_SECONDS ? since1970 / 1e3 : since1970;
      return seconds > latest.getEpochSecond();
    }
    try {
      return LocalDate.parse(text.substring(0, Math.min(10, text.length())))
          .isAfter(LocalDate.ofInstant(latest, ZoneOffset.UTC));
    } catch (DateTimeException e) {
      return false; // without a time it counts like any other
    }
  }

  /** Of an action that is a name, or an object that has one; empty if there is none. */
  private static String name(JsonNode action) {
    JsonNode named = action;
    for (String member : List.of("action", "name", "type")) {
      named = named.isObject() && named.has(member) ? named.path(member) : named;
    }
    try {
      return named.isString() ? ActionId.of(named.asString().toLowerCase(Locale.ROOT)).name() : "";
    } catch (IllegalArgumentException e) {
      return "";
    }
  }

  private static boolean hash(String problem) {
    return problem.matches("[0-9a-fA-F]{8}");
  }

  private static boolean known(String problem) {
    int colon = problem.indexOf(':');
    if (problem.length() > MOST_KEY || colon < 1 || colon + 1 == problem.length()) {
      return hash(problem);
    }
    try {
      IssueType.of(problem.substring(0, colon));
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private void add(String problem, String action, Imported seen) {
    boolean isHash = hash(problem);
    Map<String, SortedMap<String, Imported>> into = isHash ? byHash : byKey;
    String name = isHash ? problem.toLowerCase(Locale.ROOT) : problem;
    if (!into.containsKey(name) && byKey.size() + byHash.size() >= MOST_PROBLEMS) {
      leaveOut("attempts on more than " + MOST_PROBLEMS + " problems");
      return;
    }
    into.computeIfAbsent(name, n -> new TreeMap<>()).merge(action, seen, Imported::plus);
    attempts += seen.attempts();
  }

  /**
   * Leaves out the problems for which there is no room: none that was seen here gives way to them.
   *
   * @param known keys of the problems here
   * @param room for how many more there is
   */
  void fit(Set<String> known, int room) {
    int free = room;
    for (Iterator<Map.Entry<String, SortedMap<String, Imported>>> all = byKey.entrySet().iterator();
        all.hasNext(); ) {
      Map.Entry<String, SortedMap<String, Imported>> problem = all.next();
      if (known.contains(problem.getKey())) {
        continue;
      }
      if (free > 0) {
        free--;
      } else {
        attempts -= problem.getValue().values().stream().mapToLong(Imported::attempts).sum();
        leaveOut("problems for which there is no room beside the " + known.size() + " known here");
        all.remove();
      }
    }
  }

  private void leaveOut(String what) {
    leftOut.merge(what, 1L, Long::sum);
  }

  SortedMap<String, SortedMap<String, Imported>> byKey() {
    return Collections.unmodifiableSortedMap(byKey);
  }

  SortedMap<String, SortedMap<String, Imported>> byHash() {
    return Collections.unmodifiableSortedMap(byHash);
  }

  long attempts() {
    return attempts;
  }

  /** Id of the knowledge base that it was exported from; null if it says none. */
  @Nullable String source() {
    return source;
  }

  /** What is taken, and what is not, one line each. */
  List<String> told() {
    List<String> lines = new ArrayList<>();
    lines.add(
        attempts
            + " attempts on "
            + (byKey.size() + byHash.size())
            + " problems from "
            + from
            + ": each counts a quarter of one that is seen here, and all on a problem at most four");
    if (!byHash.isEmpty()) {
      lines.add(
          byHash.size()
              + " of the problems are known by their short hash only: that counts from when such a"
              + " problem is there");
    }
    leftOut.forEach((what, count) -> lines.add("left out: " + count + " " + what));
    lines.addAll(told);
    return lines;
  }
}
