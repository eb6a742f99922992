package dev.healing.learning;

import dev.healing.api.Metric;
import dev.healing.api.Receipt;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * In what circumstances one attempt was made, and what began meanwhile: part of a line of the
 * journal.
 *
 * @param load of the host by its processors when it was decided; absent if it was not read
 * @param generation number of the system's then; absent where there is none
 * @param sideEffects what began before it was looked at again, perhaps by it; absent if nothing did
 */
record Context(@Nullable Double load, @Nullable Integer generation, List<String> sideEffects)
    implements Stored {
  static final int LONGEST = 200;
  static final double MOST_LOAD = 1e6;
  static final int MOST_GENERATION = 1_000_000_000;
  private static final int MOST_SIDE_EFFECTS = 5;

  Context {
    sideEffects = List.copyOf(sideEffects);
    if (load != null) {
      Counts.require("context.load", load, 0, MOST_LOAD);
    }
    if (generation != null) {
      Counts.require("context.generation", generation, 0, MOST_GENERATION);
    }
    Counts.requireSize("context.sideEffects", sideEffects, 0, MOST_SIDE_EFFECTS);
    sideEffects.forEach(Context::requireShort);
  }

  static Context read(Members from) {
    return new Context(
        from.ifAny("load", Kind.NUMBER),
        from.ifAny("generation", Kind.SMALL),
        from.or(List.of(), "sideEffects", Kind.listOf(Kind.TEXT)));
  }

  @Override
  public void write(Writing object) {
    object
        .with("load", load)
        .with("generation", generation)
        .with("sideEffects", sideEffects.isEmpty() ? null : sideEffects);
  }

  static void requireShort(String sideEffect) {
    if (sideEffect.length() > LONGEST) {
      throw new IllegalArgumentException(
          "a side effect has " + sideEffect.length() + " characters: expected at most " + LONGEST);
    }
  }

  /** Null if nothing is known of it. What cannot be believed is left out. */
  static @Nullable Context of(Receipt receipt) {
    Double load = receipt.circumstances().get(Metric.LOAD.toString());
    Double generation = receipt.circumstances().get(Metric.GENERATION.toString());
    List<String> sideEffects =
        receipt.sideEffects().stream()
            .filter(one -> one.length() <= LONGEST)
            .limit(MOST_SIDE_EFFECTS)
            .toList();
    Context context =
        new Context(
            load != null && load >= 0 && load <= MOST_LOAD ? load : null,
            generation != null && generation >= 0 && generation <= MOST_GENERATION
                ? Integer.valueOf((int) Math.round(generation))
                : null,
            sideEffects);
    boolean nothing =
        context.load() == null && context.generation() == null && sideEffects.isEmpty();
    return nothing ? null : context;
  }
}
