package dev.healing.core.host;

import static org.assertj.core.api.Assertions.assertThat;

import dev.healing.api.UnitState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** How often units that have failed are asked about. */
class KnownUnitsTest {
  private static final List<String> MANY =
      IntStream.range(0, 700).mapToObj(i -> "bad-" + i + ".service").toList();

  private long now = Duration.ofDays(3).toNanos();
  private final KnownUnits units = new KnownUnits(() -> now);
  private final List<String> asked = new ArrayList<>();
  private Runnable meanwhile = () -> {};
  private String result = "exit-code";

  private Optional<UnitState> answer(String unit) {
    asked.add(unit);
    meanwhile.run();
    return Optional.of(
        new UnitState(
            unit,
            "loaded",
            "failed",
            "failed",
            result,
            "simple",
            OptionalLong.empty(),
            "",
            Optional.empty(),
            Set.of()));
  }

  private List<UnitState> look(List<String> names) {
    asked.clear();
    return units.of(names, this::answer);
  }

  private void later(Duration time) {
    now += time.toNanos();
  }

  @Test
  void ofManyThatStayFailedAFewAreAskedAboutAtALook() {
    assertThat(look(MANY)).extracting(UnitState::name).containsExactlyElementsOf(MANY);
    assertThat(asked).hasSize(700);
    later(Duration.ofSeconds(1));
    assertThat(look(MANY)).hasSize(700);
    assertThat(asked).isEmpty();
    Set<String> all = new TreeSet<>();
    for (int second = 0; second < 60; second++) {
      later(Duration.ofSeconds(1));
      assertThat(look(MANY)).hasSize(700);
      assertThat(asked).hasSizeLessThanOrEqualTo(KnownUnits.MOST_MADE_SURE_OF);
      all.addAll(asked);
    }
    assertThat(all).as("each in its turn").hasSize(700);
  }

  @Test
  void whatASignalTellsOfIsAskedAboutAtOnce() {
    look(MANY);
    result = "signal";
    units.changed("bad-7.service");
    assertThat(look(MANY).get(7).result()).isEqualTo("signal");
    assertThat(asked).containsExactly("bad-7.service");
  }

  @Test
  void anAnswerOfWhichNobodyKnowsWhetherItWasBeforeAChangeIsNotBelieved() {
    meanwhile = () -> units.changed("other.service");
    look(List.of("a.service"));
    meanwhile = () -> {};
    assertThat(look(List.of("a.service"))).hasSize(1);
    assertThat(asked).hasSize(1);
    look(List.of("a.service"));
    assertThat(asked).isEmpty();
  }

  @Test
  void whoIsNotFailedAnyMoreIsForgotten() {
    look(List.of("a.service", "b.service"));
    assertThat(look(List.of("b.service"))).hasSize(1);
    assertThat(asked).isEmpty();
    look(List.of("a.service"));
    assertThat(asked).containsExactly("a.service");
  }
}
