package dev.healing.actions.nixos.nix;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.actions.nixos.nix.Thinning.Generation;
import dev.healing.actions.nixos.nix.Thinning.Policy;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import net.jqwik.api.Example;

/** What thinning never does, on histories of profiles as clocks, rollbacks and people make them. */
class ThinningProperties {
  private static final int HISTORIES = Boolean.getBoolean("healing.nightly") ? 1_000_000 : 100_000;
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

  /** A profile and its host at one instant. */
  private record History(
      List<Generation> all,
      int current,
      String running,
      String booted,
      String knownGood,
      Set<String> inMenu,
      Policy policy) {

    static History of(SplittableRandom random) {
      int count = 1 + random.nextInt(30);
      int systems = 1 + random.nextInt(count);
      List<Generation> all = new ArrayList<>();
      int number = random.nextInt(3);
      Instant made = NOW.minusSeconds(random.nextLong(1, 200L * 86_400));
      for (int i = 0; i < count; i++) {
        number += 1 + (random.nextInt(4) == 0 ? random.nextInt(20) : 0);
        // Clocks jump, into the future and to 1970.
        switch (random.nextInt(40)) {
          case 0 -> made = Instant.EPOCH.plusSeconds(random.nextInt(1000));
          case 1 -> made = NOW.plusSeconds(random.nextInt(10_000_000));
          default -> made = made.plusSeconds(random.nextInt(30 * 86_400));
        }
        all.add(new Generation(number, made, "/nix/store/s" + random.nextInt(systems)));
      }
      Set<String> inMenu = new HashSet<>();
      for (int i = random.nextInt(count + 1); i > 0; i--) {
        inMenu.add(any(all, random).system());
      }
      return new History(
          all,
          random.nextInt(3) == 0 ? any(all, random).number() : number,
          random.nextInt(9) == 0 ? "/nix/store/of-no-profile" : any(all, random).system(),
          any(all, random).system(),
          any(all, random).system(),
          inMenu,
          new Policy(
              1 + random.nextInt(12),
              Duration.ofHours(random.nextInt(24 * 40)),
              random.nextInt(10)));
    }

    private static Generation any(List<Generation> all, SplittableRandom random) {
      return all.get(random.nextInt(all.size()));
    }

    Set<String> staying() {
      Set<String> staying = new HashSet<>(inMenu);
      staying.addAll(List.of(running, booted, knownGood));
      return staying;
    }

    List<Generation> surplus(List<Generation> of) {
      return Thinning.surplus(of, staying(), current, NOW, policy);
    }
  }

  @Example
  void whatIsProtectedIsNeverTouched() {
    SplittableRandom random = new SplittableRandom(20260101);
    long touched = 0;
    long gone = 0;
    for (int i = 0; i < HISTORIES; i++) {
      History history = History.of(random);
      List<Generation> surplus = history.surplus(history.all());
      gone += surplus.size();
      for (Generation generation : surplus) {
        if (isProtected(history, generation)) {
          touched++;
        }
      }
    }
    assertThat(touched).as("protected generations that would be deleted").isZero();
    assertThat(gone).as("generations that can go, so that the above means something").isPositive();
  }

  /** Said anew, in the words of the rule. */
  private static boolean isProtected(History history, Generation generation) {
    String system = generation.system();
    long newer =
        history.all().stream().filter(other -> other.number() > generation.number()).count();
    int before =
        history.all().stream()
            .mapToInt(Generation::number)
            .filter(number -> number < history.current())
            .max()
            .orElse(-1);
    return generation.number() == history.current()
        || generation.number() == before
        || system.equals(history.booted())
        || system.equals(history.running())
        || system.equals(history.knownGood())
        || history.inMenu().contains(system)
        || newer < history.policy().keep()
        || Duration.between(generation.made(), NOW).compareTo(history.policy().youngerThan()) < 0;
  }

  @Example
  void whatWasThinnedIsNotThinnedFurther() {
    SplittableRandom random = new SplittableRandom(7);
    for (int i = 0; i < HISTORIES / 20; i++) {
      History history = History.of(random);
      List<Generation> left = new ArrayList<>(history.all());
      List<Generation> surplus = history.surplus(left);
      // Also half-way, as after a kill: the oldest go first.
      left.removeAll(surplus.subList(0, surplus.size() / 2));
      assertThat(history.surplus(left))
          .as("%s", history)
          .isEqualTo(surplus.subList(surplus.size() / 2, surplus.size()));
      left.removeAll(surplus);
      assertThat(history.surplus(left)).as("%s", history).isEmpty();
    }
  }

  @Example
  void aYearOfTwoSwitchesADayKeepsTenNewestTwoWeeksAndOneOfEachOfEightWeeks() {
    List<Generation> all = new ArrayList<>();
    for (int number = 1; number <= 730; number++) {
      Instant made = NOW.minus(Duration.ofHours(12L * (730 - number)));
      all.add(new Generation(number, made, "/nix/store/s" + number));
    }
    Policy policy = new Policy(10, Duration.ofDays(14), 8);
    List<Generation> surplus = Thinning.surplus(all, Set.of(), 730, NOW, policy);
    Set<Integer> kept = new TreeSet<>();
    all.stream().filter(g -> !surplus.contains(g)).forEach(g -> kept.add(g.number()));

    // NOW is a Thursday: the first of the eight weeks has begun on Monday, and the newest of each
    // of the others is that of Sunday noon.
    assertThat(kept)
        .containsAll(List.of(703, 730))
        .contains(702, 695, 681, 667, 653, 639, 625, 611)
        .hasSize(28 + 8);
  }
}
