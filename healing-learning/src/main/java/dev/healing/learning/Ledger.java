package dev.healing.learning;

import dev.healing.api.Fingerprint;
import dev.healing.api.Outcome;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The tallies in memory, by problem and action. Bounded: the problem that was seen least lately is
 * forgotten first. Which one that is depends on the order of outcomes alone, so reading the files
 * again forgets the same ones. Not safe for several threads.
 */
final class Ledger {
  private final int mostProblems;

  /** Least lately seen first. */
  private final LinkedHashMap<String, SortedMap<String, Tally>> problems = new LinkedHashMap<>();

  private long folded;
  private long healed;
  private long unchanged;
  private long worse;
  private long failed;
  private long ambiguous;
  private long forgotten;

  Ledger(KnowledgeFile file, int mostProblems) {
    this.mostProblems = mostProblems;
    this.folded = file.folded();
    KnowledgeFile.Statistics statistics = file.statistics();
    this.healed = statistics.healed();
    this.unchanged = statistics.unchanged();
    this.worse = statistics.worse();
    this.failed = statistics.failed();
    this.ambiguous = statistics.ambiguous();
    this.forgotten = statistics.forgotten();
    for (KnowledgeFile.Problem problem : file.problems()) {
      problems.put(problem.key(), new TreeMap<>(problem.actions()));
    }
    forget();
  }

  /** Sequence number of the newest outcome that is counted. */
  long folded() {
    return folded;
  }

  int size() {
    return problems.size();
  }

  Optional<Tally> tally(String key, String action) {
    return Optional.ofNullable(problems.get(key)).map(actions -> actions.get(action));
  }

  /** Counts it. Its sequence number is above all that were counted before. */
  void count(JournalLine line) {
    // Taken out and put back: that makes it the problem that was seen most lately.
    SortedMap<String, Tally> actions = problems.remove(line.key());
    if (actions == null) {
      actions = new TreeMap<>();
    }
    problems.put(line.key(), actions);
    Tally before = actions.get(line.action());
    actions.put(
        line.action(),
        before == null
            ? Tally.first(line.outcome(), line.at())
            : before.plus(line.outcome(), line.at()));
    total(line.outcome());
    folded = line.seq();
    forget();
  }

  private void total(Outcome outcome) {
    switch (outcome) {
      case HEALED -> healed++;
      case UNCHANGED -> unchanged++;
      case WORSE -> worse++;
      case FAILED -> failed++;
      case AMBIGUOUS -> ambiguous++;
      case NOT_ATTEMPTED -> throw new IllegalArgumentException("nothing was attempted");
    }
  }

  private void forget() {
    Iterator<String> leastLately = problems.keySet().iterator();
    while (problems.size() > mostProblems) {
      leastLately.next();
      leastLately.remove();
      forgotten++;
    }
  }

  KnowledgeFile file() {
    List<KnowledgeFile.Problem> all = new ArrayList<>(problems.size());
    for (Map.Entry<String, SortedMap<String, Tally>> problem : problems.entrySet()) {
      String key = problem.getKey();
      all.add(new KnowledgeFile.Problem(new Fingerprint(key).hash(), key, problem.getValue()));
    }
    long attempts = healed + unchanged + worse + failed + ambiguous;
    return new KnowledgeFile(
        KnowledgeFile.VERSION,
        folded,
        new KnowledgeFile.Statistics(
            attempts, healed, unchanged, worse, failed, ambiguous, forgotten),
        all);
  }
}
