package dev.healing.actions.nixos.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;

class AgesProperties {
  private static final long HOUR = 3_600_000_000_000L;

  /** No more than may go nor than is needed, and as many as that to a thousandth of the age. */
  @Property
  void theOldestAreToldFromTheRest(
      @ForAll @Size(min = 1, max = 50) List<@LongRange(min = HOUR, max = Long.MAX_VALUE) Long> ages,
      @ForAll @IntRange(min = 1, max = 60) int most,
      @ForAll @IntRange(min = 0, max = 60) int needed) {
    Ages table = new Ages();
    ages.forEach(age -> table.add(age, 2));
    assertThat(table.all()).isEqualTo(new Amount(ages.size(), 2L * ages.size()));
    Amount unlimited = new Amount(Long.MAX_VALUE, Long.MAX_VALUE);
    Amount mayGo = new Amount(most, Long.MAX_VALUE);
    Optional<Ages.Oldest> chosen = table.oldest(new Amount(needed, 0), mayGo);
    assertThat(table.oldest(new Amount(0, 2L * needed), new Amount(Long.MAX_VALUE, 2L * most)))
        .as("by bytes")
        .isEqualTo(chosen);
    assertThat(table.oldest(unlimited, mayGo)).isEqualTo(table.oldest(new Amount(61, 0), mayGo));

    long from = chosen.map(Ages.Oldest::fromNanos).orElse(Long.MAX_VALUE);
    List<Long> left = ages.stream().filter(age -> chosen.isEmpty() || age < from).toList();
    int gone = ages.size() - left.size();
    chosen.ifPresent(c -> assertThat(c.amount()).isEqualTo(new Amount(gone, 2L * gone)));
    assertThat(gone).isLessThanOrEqualTo(most);
    if (gone < Math.min(needed, ages.size())) {
      long next = left.stream().mapToLong(Long::longValue).max().getAsLong();
      long withTheNext = ages.stream().filter(age -> age >= next - next / 1000).count();
      assertThat(withTheNext).as("all of the next age").isGreaterThan(most);
    } else if (chosen.isPresent()) {
      long last = ages.stream().filter(age -> age >= from).min(Long::compare).orElseThrow();
      long withoutTheLast = ages.stream().filter(age -> age - last > last / 1000).count();
      assertThat(withoutTheLast).as("without the youngest age").isLessThan(Math.max(1, needed));
    }
  }
}
