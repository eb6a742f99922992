package dev.healing.learning;

import dev.healing.api.HealingException;
import dev.healing.api.IssueType;
import dev.healing.spi.StateStore.Text;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What was seen elsewhere, read from a document: another host's export, or the {@linkplain
 * SeedDocument seed} of a system that was here before. What makes no sense is left out and told.
 */
final class Elsewhere {
  /** Actions on problems. */
  private static final int MOST_PAIRS = 100_000;

  private static final int MOST_KEY = 1_000;

  private final String from;
  private final SortedMap<String, SortedMap<String, Imported>> byKey = new TreeMap<>();
  private final SortedMap<String, SortedMap<String, Imported>> byHash = new TreeMap<>();
  private final SortedMap<String, Long> leftOut = new TreeMap<>();
  private final List<String> told = new ArrayList<>();
  private final @Nullable String source;
  private long attempts;
  private int pairs;

  private Elsewhere(String from, @Nullable String source) {
    this.from = from;
    this.source = source;
  }

  /** Reads it. Throws {@link KnowledgeJson.BadKnowledgeException} only. */
  static Elsewhere read(Text document, String from, Instant now) {
    if (SeedDocument.names(document).contains("problems")) {
      return KnowledgeDocument.read(
          document, false, (file, seeds) -> new Elsewhere(from, file.id()), Elsewhere::add);
    }
    Elsewhere elsewhere = new Elsewhere(from, null);
    new SeedDocument(elsewhere, now).read(document);
    elsewhere.told.add(
        "patterns and statistics are not taken: they are made from what is seen here");
    return elsewhere;
  }

  private void add(KnownProblem problem) {
    if (byKey.containsKey(problem.key())) {
      throw new IllegalArgumentException("problem '" + problem.key() + "' is there twice");
    }
    problem
        .actions()
        .forEach(
            (action, seen) -> {
              long decided = seen.attempts() - seen.ambiguous();
              if (decided > 0) {
                add(problem.key(), action, decided, seen.healed());
              }
            });
  }

  static boolean hash(String problem) {
    return problem.matches("[0-9a-fA-F]{8}");
  }

  /** Whether it is how problems are called. */
  static boolean known(String problem) {
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

  /** So many attempts of an action on a problem, of which as many healed. */
  void add(String problem, String action, long tried, double healed) {
    Imported seen = new Imported(tried, healed, from);
    boolean isHash = hash(problem);
    Map<String, SortedMap<String, Imported>> into = isHash ? byHash : byKey;
    String name = isHash ? problem.toLowerCase(Locale.ROOT) : problem;
    SortedMap<String, Imported> known = into.get(name);
    if (known == null || !known.containsKey(action)) {
      if (pairs >= MOST_PAIRS) {
        leaveOut("attempts of more than " + MOST_PAIRS + " actions on problems");
        return;
      }
      pairs++;
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

  /** Likewise of those of which only the short hash is known. */
  void fitHashes(int room) {
    int free = room;
    for (Iterator<SortedMap<String, Imported>> all = byHash.values().iterator(); all.hasNext(); ) {
      SortedMap<String, Imported> actions = all.next();
      free -= actions.size();
      if (free < 0) {
        attempts -= actions.values().stream().mapToLong(Imported::attempts).sum();
        leaveOut("problems known by their short hash, of which no more are kept");
        all.remove();
      }
    }
  }

  /**
   * Refuses what nothing is left of.
   *
   * @throws HealingException if it has no attempt, or there is room for none
   */
  void requireAny() {
    if (attempts == 0) {
      String why = leftOut.isEmpty() ? "" : " (" + String.join("; ", leftOut()) + ")";
      throw new HealingException(
          from + ": there is no attempt in it to learn from" + why + ". Nothing is imported.");
    }
  }

  void leaveOut(String what) {
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
        many(attempts, "attempt")
            + " on "
            + many(byKey.size() + byHash.size(), "problem")
            + " from "
            + from
            + ": each counts a quarter of one that is seen here, and all on a problem at most four");
    if (!byHash.isEmpty()) {
      lines.add(
          many(byHash.size(), "problem")
              + " of these by the short hash only: what is known of it counts from when it is there");
    }
    lines.addAll(leftOut());
    lines.addAll(told);
    return lines;
  }

  private static String many(long count, String one) {
    return count + " " + one + (count == 1 ? "" : "s");
  }

  private List<String> leftOut() {
    return leftOut.entrySet().stream()
        .map(one -> "left out (" + one.getValue() + "): " + one.getKey())
        .toList();
  }
}
