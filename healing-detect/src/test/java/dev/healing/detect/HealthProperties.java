package dev.healing.detect;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;

class HealthProperties {
  private static final int INPUTS = 6;
  private static final int FAILED_UNITS = 5;

  @Provide
  Arbitrary<List<OptionalDouble>> inputs() {
    Arbitrary<OptionalDouble> input =
        Arbitraries.doubles()
            .between(0, 1)
            .map(OptionalDouble::of)
            .injectNull(0.2)
            .map(value -> value == null ? OptionalDouble.empty() : value);
    return input.list().ofSize(INPUTS);
  }

  @Property
  void isBetween0And100(@ForAll("inputs") List<OptionalDouble> inputs) {
    OptionalDouble score = health(inputs).score();
    assertThat(score.isEmpty()).isEqualTo(inputs.get(0).isEmpty() && inputs.get(2).isEmpty());
    score.ifPresent(value -> assertThat(value).isBetween(0.0, 100.0));
  }

  @Property
  void neverRisesWhenAnInputGetsWorse(
      @ForAll("inputs") List<OptionalDouble> inputs,
      @ForAll @IntRange(max = INPUTS - 1) int which,
      @ForAll @DoubleRange(max = 1) double more) {
    OptionalDouble before = health(inputs).score();
    if (before.isEmpty() || inputs.get(which).isEmpty()) {
      return;
    }
    List<OptionalDouble> worse = new ArrayList<>(inputs);
    worse.set(which, OptionalDouble.of(inputs.get(which).getAsDouble() + more));
    assertThat(health(worse).score().getAsDouble())
        .isLessThanOrEqualTo(before.getAsDouble() + 1e-9);
  }

  @Example
  void is100WhenIdleAnd0WhenAllIsBad() {
    assertThat(all(0).score()).hasValue(100);
    assertThat(all(1).score()).hasValue(0);
  }

  @Example
  void reaches0WithoutSwapAndPressure() {
    OptionalDouble bad = OptionalDouble.of(1);
    OptionalDouble absent = OptionalDouble.empty();
    assertThat(new Health(bad, absent, bad, bad, absent, absent).score()).hasValue(0);
  }

  @Property
  void noSingleInputTakesItBelow70(@ForAll @IntRange(max = INPUTS - 1) int which) {
    List<OptionalDouble> inputs = new ArrayList<>();
    for (int i = 0; i < INPUTS; i++) {
      inputs.add(OptionalDouble.of(i == which ? 1 : 0));
    }
    assertThat(health(inputs).score().getAsDouble()).isBetween(70.0, 90.0);
  }

  private static Health all(double value) {
    return health(java.util.Collections.nCopies(INPUTS, OptionalDouble.of(value)));
  }

  /** From inputs from 0 (idle) to 1 (fully bad). */
  private static Health health(List<OptionalDouble> in) {
    OptionalDouble units = in.get(FAILED_UNITS);
    OptionalDouble failed = units.isPresent() ? OptionalDouble.of(units.getAsDouble() * 10) : units;
    return new Health(in.get(0), in.get(1), in.get(2), in.get(3), in.get(4), failed);
  }
}
