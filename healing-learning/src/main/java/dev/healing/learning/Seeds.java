package dev.healing.learning;

import dev.healing.api.Fingerprint;
import dev.healing.api.HealingException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What was imported, and what of it waits for a problem of which only the short hash is known to
 * show up here.
 */
final class Seeds {
  /** Actions on problems of which only the short hash is known. */
  static final int MOST = 20_000;

  static final int MOST_IMPORTS = 1_000;

  private final List<Import> imports;
  private final SortedMap<String, SortedMap<String, Imported>> byHash = new TreeMap<>();

  private final Model model;

  /**
   * One import.
   *
   * @param from what was imported, for people
   * @param digest of its text, so that nothing is counted twice
   * @param source id of the knowledge base that it was exported from; absent if it says none
   * @param at when
   * @param attempts how many attempts were taken from it
   */
  record Import(String from, String digest, @Nullable String source, Instant at, long attempts)
      implements Stored {
    Import {
      Counts.require("imports.attempts", attempts);
    }

    static Import read(Members from) {
      return new Import(
          from.text("from"),
          from.text("digest"),
          from.ifAny("source", Kind.TEXT),
          from.get("at", Kind.TIME),
          from.whole("attempts"));
    }

    @Override
    public void write(Writing object) {
      object
          .with("from", from)
          .with("digest", digest)
          .with("source", source)
          .with("at", at)
          .with("attempts", attempts);
    }
  }

  Seeds(List<Import> imports, Map<String, SortedMap<String, Imported>> seeds, Model model) {
    this.model = model;
    this.imports = new ArrayList<>(imports);
    seeds.forEach((hash, actions) -> byHash.put(hash, new TreeMap<>(actions)));
  }

  List<Import> imports() {
    return List.copyOf(imports);
  }

  boolean waiting() {
    return !byHash.isEmpty();
  }

  /**
   * Adds what was seen elsewhere, as if it was seen before anything here: it is forgotten first.
   * What is thrown is thrown before anything changes: all that is known is too much to be copied
   * first.
   *
   * @param own id of this knowledge base; null if it has seen nothing
   * @param problems all that are known here, least lately seen first
   * @param most how many may be known
   * @throws HealingException if that was done before, or nothing would be added
   */
  void adopt(
      Adoption adoption, @Nullable String own, LinkedHashMap<String, Problem> problems, int most) {
    Elsewhere elsewhere = adoption.elsewhere();
    refuseWhatIsKnown(elsewhere.source(), adoption.from(), adoption.digest(), own);
    elsewhere.fit(problems.keySet(), most - problems.size());
    elsewhere.fitHashes(MOST - byHash.values().stream().mapToInt(SortedMap::size).sum());
    elsewhere.requireAny();
    imports.add(
        new Import(
            adoption.from(),
            adoption.digest(),
            elsewhere.source(),
            adoption.at(),
            elsewhere.attempts()));
    elsewhere.byHash().forEach(this::add);
    Map<String, Problem> here = new LinkedHashMap<>(problems);
    here.forEach(
        (key, problem) -> {
          Map<String, Imported> evidence = elsewhere.byHash().get(new Fingerprint(key).hash());
          if (evidence != null) {
            sow(problem, evidence);
          }
        });
    problems.clear();
    elsewhere
        .byKey()
        .forEach(
            (key, evidence) -> {
              Problem problem = here.get(key);
              if (problem == null) {
                problem = sown(Problem.unknown(key));
                problems.put(key, problem);
              }
              sow(problem, evidence);
            });
    problems.putAll(here);
  }

  private void refuseWhatIsKnown(
      @Nullable String source, String from, String digest, @Nullable String own) {
    if (imports.size() >= MOST_IMPORTS) {
      throw new HealingException(
          from
              + " is not imported: "
              + MOST_IMPORTS
              + " documents were, and of more it could not be told whether they were before");
    }
    if (source != null && source.equals(own)) {
      throw new HealingException(
          from
              + " is an export of this knowledge base itself ("
              + source
              + "): all that is in it was seen here, and would count twice. Nothing is imported.");
    }
    for (Import before : imports) {
      if (before.digest().equals(digest)) {
        throw new HealingException(
            from + " was imported before: as " + before.from() + ", at " + before.at());
      }
      if (source != null && source.equals(before.source())) {
        throw new HealingException(
            from
                + " comes from the same knowledge base ("
                + source
                + ") as "
                + before.from()
                + ", which was imported at "
                + before.at()
                + ": what is in both would count twice. Nothing is imported.");
      }
    }
  }

  private void add(String hash, Map<String, Imported> evidence) {
    Map<String, Imported> known = byHash.computeIfAbsent(hash, h -> new TreeMap<>());
    evidence.forEach((action, more) -> known.merge(action, more, Imported::plus));
  }

  /** A problem that is new here, with what is known of it from elsewhere by its short hash. */
  Problem sown(Problem problem) {
    if (waiting()) {
      Map<String, Imported> known = byHash.get(new Fingerprint(problem.key).hash());
      if (known != null) {
        sow(problem, known);
      }
    }
    return problem;
  }

  private void sow(Problem problem, Map<String, Imported> evidence) {
    evidence.forEach(
        (action, seed) -> {
          Attempts attempts = model.attempts(problem, action);
          Imported before = attempts.imported();
          Imported all = before.plus(seed);
          // The bound is one for all imports, so that the same attempts again add nothing to it.
          attempts.add(
              all.countedHealed() - before.countedHealed(), all.counted() - before.counted());
          attempts.imported(all);
        });
    problem.lend();
  }

  SortedMap<String, SortedMap<String, Imported>> file() {
    SortedMap<String, SortedMap<String, Imported>> all = new TreeMap<>();
    byHash.forEach((hash, actions) -> all.put(hash, new TreeMap<>(actions)));
    return all;
  }
}
