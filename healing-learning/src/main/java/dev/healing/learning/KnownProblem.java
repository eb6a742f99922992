package dev.healing.learning;

import dev.healing.api.ActionId;
import dev.healing.api.Fingerprint;
import dev.healing.learning.Gaps.Kept;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What was tried on one problem.
 *
 * @param fingerprint the short hash, for people
 * @param key which problem
 * @param runs how probable it is that it has been the same since each of some moments
 * @param returns when it was there; absent if nothing is known of that
 * @param gaps the {@link Gaps} from when it came to when it came again; absent before version 4,
 *     and if it came once
 * @param company which others were there when it came; absent before version 4, and if none was
 * @param leftAlone its {@link LifeTable}; absent if it was never left alone
 * @param actions what came of each, by its name
 */
record KnownProblem(
    String fingerprint,
    String key,
    List<Double> runs,
    @Nullable Absences returns,
    @Nullable Kept gaps,
    @Nullable SortedMap<String, Company> company,
    @Nullable List<Double> leftAlone,
    SortedMap<String, KnownAction> actions)
    implements Stored {
  KnownProblem {
    if (actions.isEmpty() && leftAlone == null && returns == null) {
      throw new IllegalArgumentException(
          "problem '"
              + key
              + "': expected actions, or that it was left alone, or when it was there");
    }
    if (company != null) {
      company = Collections.unmodifiableSortedMap(new TreeMap<>(company));
      Counts.requireSize("company", company.keySet(), 0, Vicinity.MOST_WATCHED);
    }
    if (leftAlone != null) {
      LifeTable.of(leftAlone); // refuses what makes no sense
      leftAlone = List.copyOf(leftAlone);
    }
    String expected = new Fingerprint(key).hash();
    if (!fingerprint.equals(expected)) {
      throw new IllegalArgumentException(
          "fingerprint of '" + key + "' is '" + fingerprint + "': expected " + expected);
    }
    runs = List.copyOf(runs);
    Counts.requireSize("runs", runs, 1, Problem.MOST_RUNS);
    runs.forEach(weight -> Counts.require("runs", weight, 0, 1));
    double sum = runs.stream().mapToDouble(Double::doubleValue).sum();
    Counts.require("sum of runs", sum, 0.999, 1.001);
    actions = Collections.unmodifiableSortedMap(new TreeMap<>(actions));
    for (Map.Entry<String, KnownAction> action : actions.entrySet()) {
      ActionId.of(action.getKey());
      Counts.requireSize(
          "counted of " + action.getKey(), action.getValue().counted(), 2 * runs.size());
    }
  }

  static KnownProblem read(Members from) {
    return new KnownProblem(
        from.text("fingerprint"),
        from.text("key"),
        from.get("runs", Kind.listOf(Kind.NUMBER)),
        from.ifAny("returns", Kind.object(Absences::read)),
        from.ifAny("gaps", Kind.object(Kept::read)),
        from.ifAny("company", Kind.mapOf(Kind.object(Company::read))),
        from.ifAny("leftAlone", Kind.listOf(Kind.NUMBER)),
        from.get("actions", Kind.mapOf(Kind.object(KnownAction::read))));
  }

  @Override
  public void write(Writing object) {
    object
        .with("fingerprint", fingerprint)
        .with("key", key)
        .with("runs", runs)
        .with("returns", returns)
        .with("gaps", gaps)
        .with("company", company)
        .with("leftAlone", leftAlone)
        .with("actions", actions);
  }

  long attempts() {
    return actions.values().stream().mapToLong(KnownAction::attempts).reduce(0, Math::addExact);
  }

  static KnownProblem of(Problem problem) {
    List<Double> runs = new ArrayList<>();
    for (int run = 0; run < problem.runs(); run++) {
      runs.add(Counts.rounded(problem.weight(run)));
    }
    TreeMap<String, KnownAction> actions = new TreeMap<>();
    problem.actions.forEach(
        (name, attempts) -> actions.put(name, KnownAction.of(attempts, problem.runs())));
    LifeTable alone = problem.alone;
    return new KnownProblem(
        new Fingerprint(problem.key).hash(),
        problem.key,
        runs,
        Absences.of(problem.returns),
        problem.gaps.file(),
        problem.company.isEmpty() ? null : new TreeMap<>(problem.company),
        alone == null ? null : alone.file(),
        actions);
  }

  Problem open(Model model) {
    double[] weights = runs.stream().mapToDouble(Double::doubleValue).toArray();
    Returns opened = returns == null ? new Returns() : returns.open();
    Problem problem = new Problem(key, weights, opened, Gaps.of(gaps));
    String type = Problem.type(key);
    actions.forEach(
        (name, action) -> problem.actions.put(name, action.open(model.pool(type, name))));
    problem.lend();
    if (company != null) {
      problem.company.putAll(company);
    }
    if (leftAlone != null) {
      problem.alone = LifeTable.of(leftAlone);
    }
    return problem;
  }
}
