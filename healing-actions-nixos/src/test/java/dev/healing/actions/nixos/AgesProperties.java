package dev.healing.actions.nixos;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.OptionalLong;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;

class AgesProperties {
  private static final long HOUR = 3_600_000_000_000L;

  /** Never more than may go, and as many as that to a thousandth of the age. */
  @Property
  void theOldestAreToldFromTheRest(
      @ForAll @Size(min = 1, max = 50) List<@LongRange(min = HOUR, max = Long.MAX_VALUE) Long> ages,
      @ForAll @IntRange(min = 1, max = 60) int mostFiles) {
    Ages table = new Ages();
    ages.forEach(age -> table.add(age, 1));
    OptionalLong from = table.oldest(mostFiles, Long.MAX_VALUE);
    assertThat(table.oldest(Long.MAX_VALUE, mostFiles)).isEqualTo(from);
    long chosen = ages.stream().filter(age -> from.isPresent() && age >= from.getAsLong()).count();
    assertThat(chosen).isLessThanOrEqualTo(mostFiles);
    if (chosen < ages.size()) {
      long next =
          ages.stream()
              .filter(age -> from.isEmpty() || age < from.getAsLong())
              .mapToLong(Long::longValue)
              .max()
              .getAsLong();
      long withTheNext = ages.stream().filter(age -> age >= next - next / 1000).count();
      assertThat(withTheNext).as("all of the next age").isGreaterThan(mostFiles);
    } else {
      assertThat(from).isPresent();
    }
  }
}
