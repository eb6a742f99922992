package dev.healing.learning;

import dev.healing.api.Outcome;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * When, and on what host, one action was tried on one problem, and what began meanwhile: for
 * people, no confidence rests on it. What nobody knows the outcome of counts for its side effects
 * only, and no heal is taken back.
 *
 * @param hours by when they were started; absent if nobody knows
 * @param load of the host, where it healed and where it did not; absent if none was read
 * @param generation that of the system in which it was tried last
 * @param sideEffects how often at least each began; at most {@link #MOST_SIDE_EFFECTS}
 */
record Contexts(
    @Nullable Hours hours,
    @Nullable Load load,
    @Nullable Generation generation,
    SortedMap<String, Integer> sideEffects)
    implements Stored {
  static final Contexts NONE = new Contexts(null, null, null, new TreeMap<>());

  /** Kept; three of them are shown. */
  static final int MOST_SIDE_EFFECTS = 5;

  /**
   * Means of the load of the host by its processors, from {@link Course#MOST} on more and more of
   * the newest.
   *
   * @param healed of how many that healed it is known
   * @param whereHealed in those
   * @param others of how many that did not
   * @param elsewhere in those
   */
  record Load(int healed, float whereHealed, int others, float elsewhere) {
    static final Load UNKNOWN = new Load(0, 0, 0, 0);

    Load {
      Counts.require("context.load", healed, 0, Course.MOST);
      Counts.require("context.load", others, 0, Course.MOST);
      Counts.require("context.load", whereHealed, 0, Context.MOST_LOAD);
      Counts.require("context.load", elsewhere, 0, Context.MOST_LOAD);
    }

    /** Reads what {@link #numbers} gives. */
    static Load of(List<Double> all) {
      Counts.requireSize("context.load", all, 4);
      return new Load(
          Kind.SMALL.of("context.load", all.get(0)),
          all.get(1).floatValue(),
          Kind.SMALL.of("context.load", all.get(2)),
          all.get(3).floatValue());
    }

    /** Without their names: there is one for each action on each problem. */
    List<Number> numbers() {
      return List.of(healed, whereHealed, others, elsewhere);
    }

    Load with(double load, boolean hasHealed) {
      int all = Math.min(Course.MOST, 1 + (hasHealed ? healed : others));
      return hasHealed
          ? new Load(all, mean(whereHealed, load, all), others, elsewhere)
          : new Load(healed, whereHealed, all, mean(elsewhere, load, all));
    }

    /** To three digits: more would only make the file larger. */
    private static float mean(float before, double next, int all) {
      return (float) (Math.rint((before + (next - before) / all) * 1e3) / 1e3);
    }
  }

  /** Of how many that were tried in the generation with this number how many healed. */
  record Generation(int number, int healed, int tried) {
    Generation {
      Counts.require("context.generation", number, 0, Context.MOST_GENERATION);
      Counts.require("context.generation", tried);
      Counts.require("context.generation", healed, 0, tried);
    }

    /** Reads what {@link #numbers} gives. */
    static Generation of(List<Integer> all) {
      Counts.requireSize("context.generation", all, 3);
      return new Generation(all.get(0), all.get(1), all.get(2));
    }

    List<Integer> numbers() {
      return List.of(number, healed, tried);
    }
  }

  Contexts {
    sideEffects =
        sideEffects.isEmpty()
            ? Collections.emptySortedMap()
            : Collections.unmodifiableSortedMap(new TreeMap<>(sideEffects));
    Counts.requireSize("context.sideEffects", sideEffects.keySet(), 0, MOST_SIDE_EFFECTS);
    sideEffects.forEach(
        (name, times) -> {
          Context.requireShort(name);
          Counts.require("context.sideEffects", times);
        });
  }

  static Contexts read(Members from) {
    return new Contexts(
        from.ifAny("hours", Kind.listOf(Kind.SMALL).made(Hours::of)),
        from.ifAny("load", Kind.listOf(Kind.NUMBER).made(Load::of)),
        from.ifAny("generation", Kind.listOf(Kind.SMALL).made(Generation::of)),
        from.or(Collections.emptySortedMap(), "sideEffects", Kind.mapOf(Kind.SMALL)));
  }

  @Override
  public void write(Writing object) {
    object
        .with("hours", hours == null ? null : hours.counts())
        .with("load", load == null ? null : load.numbers())
        .with("generation", generation == null ? null : generation.numbers())
        .with("sideEffects", sideEffects.isEmpty() ? null : sideEffects);
  }

  /** With an attempt more. */
  Contexts with(JournalLine line) {
    Context now = line.context();
    Outcome outcome = line.cameOfIt();
    SortedMap<String, Integer> began = now == null ? sideEffects : with(now.sideEffects());
    if (outcome == Outcome.AMBIGUOUS) {
      return new Contexts(hours, load, generation, began);
    }
    boolean healed = outcome == Outcome.HEALED;
    Double read = now == null ? null : now.load();
    Integer number = now == null ? null : now.generation();
    return new Contexts(
        line.started() == null
            ? hours
            : (hours == null ? Hours.NONE : hours).with(line.started(), healed),
        read == null ? load : (load == null ? Load.UNKNOWN : load).with(read, healed),
        number == null ? generation : in(number, healed),
        began);
  }

  private Generation in(int number, boolean healed) {
    Generation before =
        generation == null || generation.number() != number
            ? new Generation(number, 0, 0)
            : generation;
    return new Generation(
        number, healed ? more(before.healed()) : before.healed(), more(before.tried()));
  }

  private static int more(int count) {
    return Math.min(Integer.MAX_VALUE - 1, count) + 1;
  }

  /**
   * Each that is new, where there is no room, costs all others one. So whatever began more often
   * than once in six is still there in the end (Misra and Gries, Finding repeated elements, 1982).
   */
  private SortedMap<String, Integer> with(List<String> begun) {
    if (begun.isEmpty()) {
      return sideEffects;
    }
    SortedMap<String, Integer> all = new TreeMap<>(sideEffects);
    for (String one : begun) {
      if (all.containsKey(one) || all.size() < MOST_SIDE_EFFECTS) {
        all.merge(one, 1, (before, more) -> more(before));
      } else {
        all.replaceAll((name, times) -> times - 1);
        all.values().removeIf(times -> times <= 0);
      }
    }
    return all;
  }
}
