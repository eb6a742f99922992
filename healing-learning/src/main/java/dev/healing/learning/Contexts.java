package dev.healing.learning;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
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
    @JsonInclude(JsonInclude.Include.NON_EMPTY) SortedMap<String, Integer> sideEffects) {
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
  @JsonFormat(shape = JsonFormat.Shape.ARRAY)
  record Load(
      @JsonProperty(required = true) int healed,
      @JsonProperty(required = true) float whereHealed,
      @JsonProperty(required = true) int others,
      @JsonProperty(required = true) float elsewhere) {
    static final Load UNKNOWN = new Load(0, 0, 0, 0);

    Load {
      Counts.require("context.load", healed, 0, Course.MOST);
      Counts.require("context.load", others, 0, Course.MOST);
      Counts.require("context.load", whereHealed, 0, Context.MOST_LOAD);
      Counts.require("context.load", elsewhere, 0, Context.MOST_LOAD);
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
  @JsonFormat(shape = JsonFormat.Shape.ARRAY)
  record Generation(
      @JsonProperty(required = true) int number,
      @JsonProperty(required = true) int healed,
      @JsonProperty(required = true) int tried) {
    Generation {
      Counts.require("context.generation", number, 0, Context.MOST_GENERATION);
      Counts.require("context.generation", tried);
      Counts.require("context.generation", healed, 0, tried);
    }
  }

  Contexts {
    sideEffects =
        sideEffects == null || sideEffects.isEmpty()
            ? Collections.emptySortedMap()
            : Collections.unmodifiableSortedMap(new TreeMap<>(sideEffects));
    Counts.requireSize("context.sideEffects", sideEffects.keySet(), 0, MOST_SIDE_EFFECTS);
    sideEffects.forEach(
        (name, times) -> {
          Context.requireShort(name);
          Counts.require("context.sideEffects", times == null ? -1 : times);
        });
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
